"""Answers as options say them."""

from __future__ import annotations

import pytest

from drystone.cli.failure import Misuse
from drystone.cli.migrate.answers import read_answers
from drystone.db.changes.renames import ColumnRename, TableRename
from drystone.db.migrations.making.decide import Answers


def read(*, rename: str = "", table: str = "", backfill: str = "") -> Answers:
    return read_answers(
        renames=[rename] if rename else [],
        table_renames=[table] if table else [],
        no_renames=False,
        backfills=[backfill] if backfill else [],
        lose_data=False,
    )


@pytest.mark.parametrize(
    "text", ["tasks.name=title", "tasks.name=tasks.title", " tasks.name = title"]
)
def test_a_column_s_rename(text: str) -> None:
    assert read(rename=text).renames == (ColumnRename("tasks", "name", "title"),)


def test_a_table_s_rename_comes_before_those_of_columns() -> None:
    assert read(table="task=tasks", rename="tasks.a=b").renames == (
        TableRename("task", "tasks"),
        ColumnRename("tasks", "a", "b"),
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tasks.kind='task'", "'task'"),
        ("tasks.kind=CASE WHEN a = b THEN 1 END", "CASE WHEN a = b THEN 1 END"),
        ("tasks.kind=a.b", "a.b"),
    ],
)
def test_a_backfill_is_all_behind_the_first_sign(text: str, value: str) -> None:
    assert read(backfill=text).backfills == {("tasks", "kind"): value}


@pytest.mark.parametrize(
    "text", ["tasks.name", "name=title", "tasks.=title", "a.b=c.d", "=", "a.b="]
)
def test_a_miswritten_rename_is_told_how(text: str) -> None:
    with pytest.raises(Misuse, match=r"tasks\.name=title"):
        read(rename=text)


@pytest.mark.parametrize("text", ["tasks", "tasks=", "=tasks", "a.b=c"])
def test_a_miswritten_rename_of_a_table_is_told_how(text: str) -> None:
    with pytest.raises(Misuse, match="task=tasks"):
        read(table=text)


@pytest.mark.parametrize("text", ["kind='task'", "tasks.kind", "tasks.kind= ", ".kind=0"])
def test_a_miswritten_backfill_is_told_how(text: str) -> None:
    with pytest.raises(Misuse, match=r"tasks\.kind='task'"):
        read(backfill=text)
