"""`Idempotency-Key`: which are taken, and which are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.errors import BadRequest
from drystone.resources.writing.idempotency_key import digest_key, read_key


@pytest.mark.parametrize(
    ("field", "key"),
    [
        (None, None),
        ("a", "a"),
        ('"a"', "a"),
        ("x" * 255, "x" * 255),
        ("8e03978e-40d5!~", "8e03978e-40d5!~"),
    ],
)
def test_keys_that_are_taken(field: str | None, key: str | None) -> None:
    assert read_key(field) == key


@pytest.mark.parametrize(
    ("field", "code"),
    [
        *(
            (field, "format")
            for field in ["", '""', '"', '"a', 'a"', "a b", "a\tb", "a,a", "é", "\\"]
        ),
        ("x" * 256, "too_long"),
    ],
)
def test_keys_that_are_not(field: str, code: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        read_key(field)
    (fault,) = refusal.value.errors
    assert (fault.header, fault.code) == ("Idempotency-Key", code)


words = st.tuples(st.text(), st.text(), st.text(), st.text())


@given(words, words)
def test_two_keys_are_the_same_only_if_all_of_it_is(
    one: tuple[str, ...], two: tuple[str, ...]
) -> None:
    def digest(of: tuple[str, ...]) -> bytes:
        key, caller, method, path = of
        return digest_key(key, caller=caller, method=method, path=path, content=()).key

    assert len(digest(one)) == 32
    assert (digest(one) == digest(two)) == (one == two)


def test_query_and_body_make_the_request() -> None:
    known = {"caller": "a", "method": "POST", "path": "/"}
    digests = {
        digest_key("k", **known, content=content).request
        for content in [(b"ab", b"c"), (b"a", b"bc"), (b"", b"abc"), (b"abc", b"")]
    }
    assert len(digests) == 4
