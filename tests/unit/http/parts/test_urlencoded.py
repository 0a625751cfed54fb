from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.http.parts.urlencoded import parse_urlencoded

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NAME = TEXT.filter(bool)


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        (b"", []),
        (b"&&", []),
        (b"a=1", [("a", "1")]),
        (b"a", [("a", "")]),
        (b"a=", [("a", "")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
        (b"a=1&&b=2&", [("a", "1"), ("b", "2")]),
        (b"a+b=c+d", [("a b", "c d")]),
        (b"a=%2B%20%26%3D", [("a", "+ &=")]),
        (b"a=1;b=2", [("a", "1;b=2")]),
        (b"%C3%A9=%E2%82%AC", [("é", "€")]),
        (b"a=%c3%a9", [("a", "é")]),
        (b"priority[gte]=3", [("priority[gte]", "3")]),
        ("a=é".encode(), [("a", "é")]),
        (b"a=%2525", [("a", "%25")]),
    ],
)
def test_reads_pairs_in_order(raw: bytes, pairs: list[tuple[str, str]]) -> None:
    assert parse_urlencoded(raw, max_pairs=10) == (pairs, [])


@pytest.mark.parametrize(
    ("raw", "name", "code"),
    [
        (b"a=%", "a", "format"),
        (b"a=%4", "a", "format"),
        (b"a=%zz", "a", "format"),
        (b"a=%u0041", "a", "format"),
        (b"a%G0=1", "a%G0", "format"),
        (b"a=%00", "a", "format"),
        (b"a=\0", "a", "format"),
        (b"a=%ff", "a", "format"),
        (b"a=%C0%80", "a", "format"),
        (b"a=%ED%A0%80", "a", "format"),
        (b"a=%C3&b=1", "a", "format"),
        (b"=1", None, "required"),
        (b"=", None, "required"),
    ],
)
def test_reports_what_others_repair(raw: bytes, name: str | None, code: str) -> None:
    _, faults = parse_urlencoded(raw, max_pairs=10)
    assert [(fault.name, fault.code) for fault in faults] == [(name, code)]


def test_reports_every_fault_and_keeps_the_good_pairs() -> None:
    pairs, faults = parse_urlencoded(b"a=%&b=2&%ff=1&=x", max_pairs=10)
    assert pairs == [("b", "2")]
    assert [fault.name for fault in faults] == ["a", "%ff", None]


def test_a_long_name_is_cut_where_it_is_shown() -> None:
    _, (fault,) = parse_urlencoded(b"n" * 5000 + b"=%", max_pairs=10)
    assert fault.name == "n" * 100


def test_counts_pieces_before_it_decodes_any() -> None:
    assert parse_urlencoded(b"a=1&b=2", max_pairs=2)[1] == []
    pairs, faults = parse_urlencoded(b"a=1&b=2&", max_pairs=2)
    assert pairs == []
    assert [fault.code for fault in faults] == ["limit"]


@given(st.lists(st.tuples(NAME, TEXT), max_size=20))
def test_reads_back_what_the_standard_library_writes(pairs: list[tuple[str, str]]) -> None:
    for quoting in (quote_plus, quote):
        raw = urlencode(pairs, quote_via=quoting).encode("ascii")
        assert parse_urlencoded(raw, max_pairs=20) == (pairs, [])


@given(st.binary(max_size=200))
def test_any_bytes_give_text_without_nulls_or_a_fault(raw: bytes) -> None:
    pairs, faults = parse_urlencoded(raw, max_pairs=50)
    assert not any("\0" in name + value for name, value in pairs)
    pieces = [piece for piece in raw.split(b"&") if piece]
    if not any(fault.code == "limit" for fault in faults):
        assert len(pairs) + len(faults) == len(pieces)
