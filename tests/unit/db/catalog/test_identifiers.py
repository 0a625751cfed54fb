"""Names and texts, as they are written in SQL."""

from __future__ import annotations

import pytest

from drystone.db.catalog.identifiers import quote_identifier, quote_literal


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("title", "title"),
        ("_a1", "_a1"),
        ("Title", '"Title"'),
        ("1st", '"1st"'),
        ("a b", '"a b"'),
        ("a\n", '"a\n"'),
        ("grün", '"grün"'),
        ("user", '"user"'),
        ("name", "name"),
        ('"; DROP TABLE x; --', '"""; DROP TABLE x; --"'),
    ],
)
def test_a_name_is_quoted_where_it_must_be(name: str, written: str) -> None:
    assert quote_identifier(name) == written


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        quote_identifier(name)


def test_a_text_with_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        quote_literal("a\0b")
