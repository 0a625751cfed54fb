"""`If-Match` and `If-None-Match` → versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.http.protocol.headers import Headers
from drystone.resources.writing.preconditions import (
    entity_tag,
    read_preconditions,
    refuse_version,
)


def read(**fields: str) -> frozenset[int]:
    """Return which of the versions 1 to 5 may be changed."""
    raw = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in fields.items())
    preconditions = read_preconditions(Headers(raw))
    return frozenset(version for version in range(1, 6) if preconditions.allow(version))


EVERY = frozenset(range(1, 6))

CASES: list[tuple[dict[str, str], frozenset[int]]] = [
    ({}, EVERY),
    ({"if_match": "*"}, EVERY),
    ({"if_match": '"3"'}, frozenset({3})),
    ({"if_match": '"3;abc", "4"'}, frozenset({3, 4})),
    ({"if_match": '"3", W/"4"'}, frozenset({3})),
    ({"if_match": '"x", "03", "+3", "3.0", "0"'}, frozenset()),
    ({"if_match": '"3'}, frozenset()),
    ({"if_match": ""}, frozenset()),
    ({"if_match": '"9223372036854775808"'}, frozenset()),
    ({"if_none_match": "*"}, frozenset()),
    ({"if_none_match": 'W/"3", "4;x"'}, EVERY - {3, 4}),
    ({"if_none_match": "3"}, EVERY),
    ({"if_match": '"3", "4"', "if_none_match": '"4"'}, frozenset({3})),
    ({"if_match": '"3"', "if_none_match": "*"}, frozenset()),
]


@pytest.mark.parametrize(("fields", "expected"), CASES)
def test_which_versions_may_be_changed(fields: dict[str, str], expected: frozenset[int]) -> None:
    assert read(**fields) == expected


def test_only_if_match_makes_a_change_conditional() -> None:
    assert read_preconditions(Headers(((b"if-match", b"*"),))).is_conditional
    assert not read_preconditions(Headers(((b"if-none-match", b'"1"'),))).is_conditional


@given(st.integers(1, 2**63 - 1))
def test_a_rows_own_tag_lets_it_be_changed(version: int) -> None:
    fields = Headers(((b"if-match", entity_tag(version).encode()),))
    assert read_preconditions(fields).allow(version)
    assert not read_preconditions(fields).allow(version + 1)


def test_a_refusal_carries_the_version() -> None:
    refusal = refuse_version(18)
    assert refusal.headers == (("ETag", '"18"'),)
    assert "version 18" in refusal.detail
