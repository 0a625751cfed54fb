"""Cursors: what is signed comes back, and nothing else does."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.errors import InvalidCursor, InvalidParameter
from drystone.resources.listing.cursor import (
    Cursor,
    Direction,
    binding_of,
    read_cursor,
    write_cursor,
)

BOUND = binding_of("tasks", "-created_at", "", "", "exclude")
KEYS = [b"the key of today"]
CURSOR = Cursor(Direction.AFTER, '["2026-05-01T12:00:00+00:00",null,"ä"]')
TEXT = write_cursor(CURSOR, bound_to=BOUND, keys=KEYS)


@given(
    direction=st.sampled_from(Direction),
    place=st.text(max_size=200).filter(lambda text: text.isprintable()),
    parts=st.lists(st.text(alphabet="ab:1", max_size=3), max_size=3),
)
def test_what_was_written_is_read(direction: Direction, place: str, parts: list[str]) -> None:
    cursor, bound_to = Cursor(direction, place), binding_of(*parts)
    text = write_cursor(cursor, bound_to=bound_to, keys=KEYS)
    assert read_cursor(text, bound_to=bound_to, keys=KEYS) == cursor


def test_it_is_text_for_a_url() -> None:
    assert set(TEXT) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_the_alteration_of_any_byte_is_seen() -> None:
    raw = base64.urlsafe_b64decode(TEXT + "=" * (-len(TEXT) % 4))
    for place in range(len(raw)):
        altered = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        refuse(base64.urlsafe_b64encode(altered).decode().rstrip("="))


@pytest.mark.parametrize(
    "text",
    [
        *("", "A", "x" * 20, "!", TEXT[:-1], TEXT[1:], TEXT + "A", TEXT + "=", TEXT + "\n"),
        *(TEXT + "ä", " " + TEXT, "x" * 10_000_000, TEXT[:-1] + chr(ord(TEXT[-1]) ^ 1)),
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    refuse(text)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(InvalidCursor):
        read_cursor(TEXT, bound_to=BOUND, keys=[b"another", b"third"])
    assert read_cursor(TEXT, bound_to=BOUND, keys=[b"another", *KEYS]) == CURSOR


def test_the_first_key_signs() -> None:
    text = write_cursor(CURSOR, bound_to=BOUND, keys=[b"new", *KEYS])
    assert read_cursor(text, bound_to=BOUND, keys=[b"new"]) == CURSOR
    refuse(text)


def test_another_version_of_the_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr("drystone.resources.listing.cursor._VERSION", b"\x02")
        text = write_cursor(CURSOR, bound_to=BOUND, keys=KEYS)
    refuse(text)


def test_its_length_is_bounded() -> None:
    longest = Cursor(Direction.BEFORE, "x" * 3_000)
    text = write_cursor(longest, bound_to=BOUND, keys=KEYS)
    assert len(text) <= 4_096
    assert read_cursor(text, bound_to=BOUND, keys=KEYS) == longest
    with pytest.raises(InvalidParameter):
        write_cursor(Cursor(Direction.BEFORE, "x" * 3_001), bound_to=BOUND, keys=KEYS)


def refuse(text: str) -> None:
    with pytest.raises(InvalidCursor) as refused:
        read_cursor(text, bound_to=BOUND, keys=KEYS)
    assert refused.value.errors[0].parameter == "cursor"
