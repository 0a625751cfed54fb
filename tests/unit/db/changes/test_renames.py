"""What may have been renamed is asked; what was, is carried through."""

from __future__ import annotations

import pytest
from tests.unit.db.changes.tables import catalog, reference, table, text

from drystone.db.catalog.records import Column, Index, Trigger
from drystone.db.changes.change import RenameColumn, RenameConstraint, RenameIndex, RenameTable
from drystone.db.changes.compare import compare
from drystone.db.changes.errors import ChangeRefused
from drystone.db.changes.renames import (
    ColumnRename,
    Renames,
    TableRename,
    rename_catalog,
    suggest_renames,
)


def test_a_table_that_looks_alike_is_asked_about() -> None:
    before = catalog(table("tasks", text("title"), text("note")), table("users"))
    after = catalog(table("todos", text("title"), text("note")), table("users"))
    assert suggest_renames(before, after) == (TableRename("tasks", "todos"),)


def test_a_table_that_looks_otherwise_is_not() -> None:
    before = catalog(table("tasks", text("title"), text("note")))
    after = catalog(table("invoices", Column(name="total", type="numeric")))
    assert suggest_renames(before, after) == ()


def test_columns_of_the_same_type_are_asked_about_likeliest_first() -> None:
    before = catalog(table("tasks", text("titel"), Column(name="size", type="integer")))
    after = catalog(table("tasks", text("owner"), text("title"), Column(name="age", type="bigint")))
    assert suggest_renames(before, after) == (
        ColumnRename("tasks", "titel", "title"),
        ColumnRename("tasks", "titel", "owner"),
    )


def test_a_computed_column_is_not_taken_for_a_stored_one() -> None:
    computed = Column(name="label", type="text", generated="(upper(note)) STORED")
    before = catalog(table("tasks", text("note"), text("title")))
    after = catalog(table("tasks", text("note"), computed))
    assert suggest_renames(before, after) == ()


def test_columns_of_a_renamed_table_are_asked_about_once_that_is_known() -> None:
    before = catalog(table("tasks", text("title"), text("note")))
    after = catalog(table("todos", text("title"), text("remark")))
    known = Renames.of([TableRename("tasks", "todos")])
    assert suggest_renames(before, after, known=known) == (ColumnRename("todos", "note", "remark"),)


@pytest.mark.parametrize(
    ("rename", "reason"),
    [
        (TableRename("gone", "todos"), "there is no gone"),
        (TableRename("tasks", "users"), "taken"),
        (ColumnRename("tasks", "gone", "name"), "there is no gone"),
        (ColumnRename("tasks", "title", "id"), "taken"),
        (ColumnRename("gone", "title", "name"), "no such table"),
    ],
)
def test_a_rename_that_cannot_be_is_refused(
    rename: TableRename | ColumnRename, reason: str
) -> None:
    before = catalog(table("tasks", text("title")), table("users"))
    with pytest.raises(ChangeRefused, match=reason):
        rename_catalog(before, Renames.of([rename]))


def test_two_tables_cannot_take_one_name() -> None:
    before = catalog(table("tasks"), table("users"))
    renames = Renames.of([TableRename("tasks", "x"), TableRename("users", "x")])
    with pytest.raises(ChangeRefused, match="taken"):
        rename_catalog(before, renames)


def test_what_hangs_on_a_name_is_renamed_and_not_made_anew() -> None:
    index = Index(name="tasks_title_idx", definition="USING btree (lower(title))")
    touch = Trigger(
        name="touch",
        definition="CREATE TRIGGER touch BEFORE UPDATE OF title ON tasks FOR EACH ROW"
        " EXECUTE FUNCTION drystone.touch()",
    )
    before = catalog(
        table("tasks", text("title"), indexes=(index,), triggers=(touch,)),
        table("notes", text("task_id"), constraints=(reference("notes_fk", "task_id", "tasks"),)),
    )
    new_index = Index(name="todos_name_idx", definition="USING btree (lower(name))")
    new_touch = Trigger(
        name="touch",
        definition="CREATE TRIGGER touch BEFORE UPDATE OF name ON todos FOR EACH ROW"
        " EXECUTE FUNCTION drystone.touch()",
    )
    after = catalog(
        table("todos", text("name"), indexes=(new_index,), triggers=(new_touch,)),
        table("notes", text("task_id"), constraints=(reference("notes_fk", "task_id", "todos"),)),
    )
    renames = Renames.of([TableRename("tasks", "todos"), ColumnRename("todos", "title", "name")])
    assert compare(before, after, renames=renames) == (
        RenameTable("tasks", "todos"),
        RenameColumn("todos", "title", "name"),
        RenameConstraint("todos", "tasks_pkey", "todos_pkey"),
        RenameIndex("tasks_title_idx", "todos_name_idx"),
    )
