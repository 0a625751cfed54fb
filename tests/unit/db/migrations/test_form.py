"""What a statement's words say about indexes."""

from __future__ import annotations

import pytest

from drystone.db.migrations.form import (
    ConcurrentIndex,
    QualifiedName,
    concurrent_index,
    created_index,
)
from drystone.db.migrations.statements import Statement, split_statements


def one(text: str) -> Statement:
    (statement,) = split_statements(text)
    return statement


def name(written: str, last: str | None = None) -> QualifiedName:
    return QualifiedName(written, last or written)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE INDEX CONCURRENTLY i ON t (a)", ("create", name("i"), name("t"))),
        (
            "create unique index concurrently if not exists I on only App.T using gin (a)",
            ("create", name("I", "i"), name("App.T", "t")),
        ),
        (
            'CREATE INDEX CONCURRENTLY "My;""I" ON "a"."B" (a)',
            ("create", name('"My;""I"', 'My;"I'), name('"a"."B"', "B")),
        ),
        ("CREATE INDEX CONCURRENTLY ON t (a)", ("create", None, name("t"))),
        ('CREATE INDEX CONCURRENTLY U&"x" ON t (a)', ("create", None, name("t"))),
        ("DROP INDEX CONCURRENTLY i", ("drop", name("i"), None)),
        ("DROP INDEX CONCURRENTLY IF EXISTS a.i", ("drop", name("a.i", "i"), None)),
        ("REINDEX INDEX CONCURRENTLY i", ("reindex", name("i"), None)),
        ("REINDEX (VERBOSE) TABLE CONCURRENTLY t", ("reindex", name("t"), None)),
    ],
)
def test_concurrently_names_its_index(
    text: str, expected: tuple[str, QualifiedName | None, QualifiedName | None]
) -> None:
    found = concurrent_index(one(text))
    assert found is not None
    assert (found.action, found.name, found.table) == expected


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX i ON t (concurrently)",
        "SELECT concurrently",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        "REINDEX TABLE concurrently_not",
        "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
        "REINDEX TABLE t; ".rstrip("; "),
    ],
)
def test_other_statements_are_not_about_an_index(text: str) -> None:
    found = concurrent_index(one(text))
    assert found is None or found.name != name("concurrently")


def test_an_index_in_the_usual_way_is_told_from_one_made_concurrently() -> None:
    plain = created_index(one("CREATE INDEX i ON t (a)"))
    assert plain == ConcurrentIndex("create", name("i"), name("t"))
    assert created_index(one("CREATE INDEX CONCURRENTLY i ON t (a)")) is None
    assert created_index(one("CREATE TABLE t (a int)")) is None
