"""`Prefer`, as RFC 7240 has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.resources.writing.preferences import Preferences, read_preferences

MINIMAL, DRY = Preferences("minimal"), Preferences(is_dry_run=True)

CASES = [
    (None, Preferences()),
    ("", Preferences()),
    ("return=minimal", MINIMAL),
    ("Return = minimal", MINIMAL),
    ('return="minimal"', MINIMAL),
    ("return=minimal;a=b", MINIMAL),
    ("return=minimal, return=representation", MINIMAL),
    ("return=nothing, return=minimal", Preferences()),
    ("return=MINIMAL", Preferences()),
    ("return", Preferences()),
    ("return=", Preferences()),
    ("return=minimal x", Preferences()),
    ("dry-run", DRY),
    ("DRY-RUN;x", DRY),
    ('dry-run=""', DRY),
    ("dry-run=false", Preferences()),
    ("dry-run, return=minimal", Preferences("minimal", is_dry_run=True)),
    ('x="a, dry-run", return=minimal', MINIMAL),
    ('x="a\\", dry-run', Preferences()),
    (",, ;, =1, dry-run", DRY),
    (", ".join(f"a{n}" for n in range(32)) + ", dry-run", Preferences()),
]


@pytest.mark.parametrize(("field", "expected"), CASES)
def test_reading(field: str | None, expected: Preferences) -> None:
    assert read_preferences(field) == expected


def test_what_was_followed_is_named() -> None:
    assert Preferences().applied() is None
    assert MINIMAL.applied() == "return=minimal"
    assert Preferences("representation", is_dry_run=True).applied() == (
        "return=representation, dry-run"
    )


@given(st.text(st.characters(max_codepoint=255)))
def test_no_field_is_too_odd(field: str) -> None:
    read_preferences(field)


@given(st.sampled_from(["minimal", "representation", None]), st.booleans())
def test_what_is_applied_reads_as_what_was_preferred(returns: str | None, dry: bool) -> None:
    preferences = Preferences(returns, is_dry_run=dry)  # type: ignore[arg-type]  # from the list above
    assert read_preferences(preferences.applied()) == preferences
