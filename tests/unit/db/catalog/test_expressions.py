"""Names in expressions are found where they are columns, and nowhere else."""

from __future__ import annotations

import pytest

from drystone.db.catalog.expressions import functions_in, mentions, replace_names


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("CHECK (title > 0)", "CHECK (name > 0)"),
        ("CHECK (subtitle > 0)", "CHECK (subtitle > 0)"),
        ("CHECK (note <> 'title''s title')", "CHECK (note <> 'title''s title')"),
        (r"note <> E'a\'title'", r"note <> E'a\'title'"),
        ("title(title)", "title(name)"),
        ("x::title", "x::title"),
        ("public.title(1)", "public.title(1)"),
        ("title.x", "title.x"),
        (
            "WHEN (old.title IS DISTINCT FROM new.title)",
            "WHEN (old.name IS DISTINCT FROM new.name)",
        ),
        ('"title" = 1', "name = 1"),
        ("USING btree (title DESC)", "USING btree (name DESC)"),
    ],
)
def test_columns_are_replaced(text: str, renamed: str) -> None:
    assert replace_names(text, {"title": "name"}) == renamed


def test_a_new_name_is_quoted_where_it_must_be() -> None:
    assert replace_names("lower(title)", {"title": 'Or"der'}) == 'lower("Or""der")'


def test_names_can_change_places() -> None:
    assert replace_names("a < b", {"a": "b", "b": "a"}) == "b < a"


def test_a_quoted_name_is_found_under_its_real_spelling() -> None:
    assert mentions('USING btree ("Due at")', "Due at")
    assert not mentions('USING btree ("Due at")', "at")


def test_functions_are_found_and_columns_are_not() -> None:
    assert functions_in("lower(title) || 'f()' || drystone.uuid7()") == {"lower", "uuid7"}
