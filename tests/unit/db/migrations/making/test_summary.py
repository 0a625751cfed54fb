"""A migration in a few words."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.db.changes.tables import catalog, reference, table, text

from drystone.db.catalog.records import Column, Constraint, Index, Trigger
from drystone.db.changes.compare import EVERYTHING, compare
from drystone.db.changes.renames import ColumnRename, Renames, TableRename
from drystone.db.migrations.making.summary import summarize

CHECK = Constraint(name="tasks_c", kind="check", definition="CHECK (a > 'b'::text)", columns=("a",))
INDEX = Index(name="tasks_i", definition="USING btree (a)", columns=("a",))
TRIGGER = Trigger(name="touch", definition="CREATE TRIGGER touch BEFORE UPDATE ON tasks EXECUTE x")


def test_what_comes_goes_and_changes_has_a_line_each() -> None:
    before = catalog(
        table(
            "tasks",
            text("a"),
            text("old"),
            text("needed"),
            text("free", is_nullable=False),
            Column(name="size", type="integer"),
            constraints=(CHECK,),
            triggers=(TRIGGER,),
        ),
        table("gone", Column(name="x", type="integer")),
        table("users"),
    )
    todos = table(
        "todos",
        text("a", default="'b'::text"),
        text("new"),
        text("needed", is_nullable=False),
        text("free"),
        Column(name="size", type="bigint", comment="how much"),
        text("owner_id"),
        constraints=(
            replace(CHECK, definition="CHECK (a > 'c'::text)"),
            reference("todos_owner", "owner_id", "users"),
        ),
        indexes=(INDEX,),
    )
    after = catalog(
        replace(todos, comment="Work."),
        table("users"),
        table("came", text("y")),
        extensions=("pg_trgm",),
    )
    renames = Renames((TableRename("tasks", "todos"),), (ColumnRename("todos", "old", "new"),))
    fills = {("todos", "needed"): "'x'"}
    changes = compare(before, after, renames=renames, backfills=fills, scope=EVERYTHING)
    assert set(summarize(changes)) == {
        "+ extension pg_trgm",
        "+ table came",
        "- table gone",
        "~ table tasks is todos now",
        "~ column todos.old is new now",
        "+ column todos.owner_id",
        "~ column todos.size is bigint now",
        "~ column todos.needed must have a value",
        "~ column todos.free may be null",
        "~ default of todos.a is 'b'::text now",
        "~ check tasks_c of todos",
        "+ foreign key todos_owner of todos",
        "+ index tasks_i of todos",
        "- trigger touch of todos",
        "~ comment on table todos",
        "~ comment on column todos.size",
    }
    back = summarize(compare(catalog(todos), catalog(table("todos")), scope=EVERYTHING))
    assert {"- column todos.size", "- index tasks_i of todos"} <= set(back)
    assert "+ trigger touch of tasks" in summarize(
        compare(
            catalog(table("tasks")), catalog(table("tasks", triggers=(TRIGGER,))), scope=EVERYTHING
        )
    )
