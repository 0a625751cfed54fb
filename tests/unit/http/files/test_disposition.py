from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.http.files.disposition import attachment
from drystone.http.protocol import grammar


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a b.txt", 'attachment; filename="a b.txt"'),
        ("50%.txt", "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"),
        ('a"b', "attachment; filename=\"a_b\"; filename*=UTF-8''a%22b"),
        ("€", "attachment; filename=\"_\"; filename*=UTF-8''%E2%82%AC"),
        ("it's", 'attachment; filename="it\'s"'),
        ("../etc/passwd", 'attachment; filename=".._etc_passwd"'),
        ("..\\x", 'attachment; filename=".._x"'),
        ("a\r\nSet-Cookie: x", 'attachment; filename="a__Set-Cookie: x"'),
        ("\ud800", "attachment; filename=\"_\"; filename*=UTF-8''%3F"),
    ],
)
def test_names(name: str, value: str) -> None:
    assert attachment(name) == value


@given(st.text())
def test_any_name_makes_one_value_that_can_be_sent(name: str) -> None:
    value = attachment(name)
    assert grammar.FIELD_VALUE.fullmatch(value.encode("ascii"))
    assert value.count('"') == 2
    _, _, extended = value.partition("; filename*=UTF-8''")
    if extended:
        kept = name.encode("utf-8", "replace").decode()
        for unsafe in "/\\":
            kept = kept.replace(unsafe, "_")
        if kept.isprintable():
            assert unquote(extended) == kept
