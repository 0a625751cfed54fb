from __future__ import annotations

from enum import IntEnum
from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drystone.routing.converter import (
    CONVERTERS,
    HYPHENATED_UUID,
    INT,
    PATH,
    SEGMENT,
    format_int,
    format_path,
    format_segment,
    format_uuid,
    parse_int,
    parse_path,
    parse_segment,
    parse_uuid,
)

SOME_UUID = "0190163d-8694-739b-aea5-966c26f8ad91"


class Colour(IntEnum):
    RED = 7


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("7", 7),
        ("-7", -7),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_int_reads_canonical_decimals(text: str, number: int) -> None:
    assert parse_int(text) == number
    assert format_int(number) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "+1", "-0", "00", "01", "-01", "1_000", " 1", "1 ", "1\n", "1.0", "1e3", "0x1",
        "9223372036854775808", "-9223372036854775809", "1" * 5000,
        "\u0661", "\u00b2", "\uff11", "\u22121",
    ],
)  # fmt: skip
def test_int_has_one_spelling_per_number(text: str) -> None:
    assert parse_int(text) is None


@pytest.mark.parametrize("value", [True, False, "1", 1.0, None, 2**63, -(2**63) - 1])
def test_int_writes_only_integers_of_64_bits(value: object) -> None:
    assert format_int(value) is None


def test_int_writes_an_enumeration_as_its_number() -> None:
    assert format_int(Colour.RED) == "7"


@pytest.mark.parametrize(
    "text", [SOME_UUID, SOME_UUID.upper(), "0190163D-8694-739b-AEA5-966c26f8ad91"]
)
def test_uuid_reads_the_hyphenated_form_in_any_case(text: str) -> None:
    assert parse_uuid(text) == UUID(SOME_UUID)


@pytest.mark.parametrize(
    "text",
    [
        "",
        SOME_UUID.replace("-", ""),
        "{" + SOME_UUID + "}",
        "urn:uuid:" + SOME_UUID,
        SOME_UUID + "\n",
        " " + SOME_UUID,
        SOME_UUID[:-1],
        SOME_UUID + "0",
        SOME_UUID[:-1] + "g",
        SOME_UUID[:-1] + "\uff11",
        "0190163d8-694-739b-aea5-966c26f8ad91",
        "0190163d-8694-739b-aea5-966c26f8_d91",
    ],
)
def test_uuid_reads_nothing_else(text: str) -> None:
    assert parse_uuid(text) is None


def test_uuid_writes_lower_case_and_only_uuids() -> None:
    assert format_uuid(UUID(SOME_UUID.upper())) == SOME_UUID
    assert format_uuid(SOME_UUID) is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ("...", "..."),
        ("a b", "a%20b"),
        ("100%", "100%25"),
        ("%2e", "%252e"),
        ("-._~!$&'()*+,;=:@", "-._~!$&'()*+,;=:@"),
        ("?#[]{}", "%3F%23%5B%5D%7B%7D"),
        ("é", "%C3%A9"),
        ("\r\n", "%0D%0A"),
    ],
)
def test_segment_encodes_what_is_not_a_pchar(value: str, written: str) -> None:
    assert format_segment(value) == written


@pytest.mark.parametrize(
    "value", ["", ".", "..", "a/b", "/", "a\\b", "\0", "\ud800", 1, None, b"a"]
)
def test_segment_refuses_what_the_http_layer_would(value: object) -> None:
    assert format_segment(value) is None


def test_segment_reads_anything_but_nothing() -> None:
    assert parse_segment("a b") == "a b"
    assert parse_segment("") is None


@pytest.mark.parametrize("text", ["", "/", "a/", "/a", "a//b"])
def test_path_has_no_empty_segment(text: str) -> None:
    assert parse_path(text) is None
    assert format_path(text) is None


@pytest.mark.parametrize("value", ["..", "a/..", "./a", "a/../b", "a\\b", "a/\0", 1, None])
def test_path_writes_no_segment_that_climbs_or_is_refused(value: object) -> None:
    assert format_path(value) is None


def test_path_keeps_slashes_and_encodes_the_rest() -> None:
    assert format_path("a b/c?/d") == "a%20b/c%3F/d"
    assert parse_path("a b/c?/d") == "a b/c?/d"


@settings(deadline=None)
@given(st.integers(-(2**63), 2**63 - 1))
def test_every_int_comes_back(number: int) -> None:
    written = format_int(number)
    assert written is not None
    assert parse_int(written) == number


@settings(deadline=None)
@given(st.uuids())
def test_every_uuid_comes_back(value: UUID) -> None:
    written = format_uuid(value)
    assert written is not None
    assert parse_uuid(written) == value


@settings(deadline=None)
@given(st.text())
def test_every_text_that_is_written_comes_back(text: str) -> None:
    for write, read in ((format_segment, parse_segment), (format_path, parse_path)):
        written = write(text)
        if written is not None:
            assert written.isascii()
            assert read(unquote(written, errors="strict")) == text


@settings(deadline=None)
@given(st.text(alphabet="0123456789-+_ \u0661") | st.text())
def test_int_agrees_with_its_own_spelling(text: str) -> None:
    number = parse_int(text)
    if number is not None:
        assert str(number) == text


def test_ranks_put_the_narrowest_first() -> None:
    ranked = sorted((INT, HYPHENATED_UUID, SEGMENT, PATH), key=lambda converter: converter.rank)
    assert [converter.name for converter in ranked] == ["int", "uuid", "segment", "path"]
    assert len({converter.rank for converter in ranked}) == 4


def test_a_plain_segment_has_no_name_in_patterns() -> None:
    assert sorted(CONVERTERS) == ["int", "path", "uuid"]
