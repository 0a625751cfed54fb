"""What another type means for the rows of a table."""

from __future__ import annotations

import pytest

from drystone.db.catalog.records import Column
from drystone.db.changes.type_change import TypeChange, judge_type_change


@pytest.mark.parametrize(
    ("before", "after", "rewrites", "narrows", "needs_using"),
    [
        ("character varying(20)", "character varying(50)", False, False, False),
        ("character varying(20)", "character varying", False, False, False),
        ("character varying(20)", "text", False, False, False),
        ("text", "character varying", False, False, False),
        ("text", "character varying(20)", True, True, False),
        ("character varying(50)", "character varying(20)", True, True, False),
        ("numeric(10,2)", "numeric(12,2)", False, False, False),
        ("numeric(10,2)", "numeric", False, False, False),
        ("numeric(10,2)", "numeric(12,4)", True, False, False),
        ("numeric(10,2)", "numeric(10,4)", True, True, False),
        ("numeric(10,2)", "numeric(8,2)", True, True, False),
        ("numeric", "numeric(8,2)", True, True, False),
        ("integer", "bigint", True, False, False),
        ("integer", "numeric", True, False, False),
        ("integer", "numeric(3,0)", True, True, False),
        ("bigint", "integer", True, True, False),
        ("integer", "text", True, False, False),
        ("integer", "character varying(2)", True, True, False),
        ("date", "timestamp with time zone", True, True, False),
        ("text", "uuid", True, True, True),
        ("text[]", "text", True, False, False),
        ("character varying(20)[]", "character varying(50)[]", True, True, True),
    ],
)
def test_types(before: str, after: str, rewrites: bool, narrows: bool, needs_using: bool) -> None:
    judged = judge_type_change(Column(name="c", type=before), Column(name="c", type=after))
    assert judged == TypeChange(rewrites=rewrites, narrows=narrows, needs_using=needs_using)


def test_another_collation_builds_indexes_anew() -> None:
    plain, collated = Column(name="c", type="text"), Column(name="c", type="text", collation='"C"')
    assert judge_type_change(plain, collated).rewrites
    assert not judge_type_change(plain, plain).rewrites
