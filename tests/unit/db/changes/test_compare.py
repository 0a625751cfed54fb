"""What a comparison finds, leaves alone and refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.db.changes.tables import catalog, reference, table, text

from drystone.db.catalog.records import Column, Constraint, Definition, Index, Trigger
from drystone.db.changes.change import (
    AddConstraint,
    CreateExtension,
    CreateIndex,
    CreateTable,
    CreateTrigger,
    DropConstraint,
    DropExtension,
    DropIndex,
    DropTable,
    DropTrigger,
    SetComment,
    UnvalidateConstraint,
    ValidateConstraint,
)
from drystone.db.changes.compare import EVERYTHING, compare
from drystone.db.changes.errors import BackfillNeeded, ChangeRefused
from drystone.db.changes.inverse import inverse
from drystone.db.changes.losses import losses

CHECK = Constraint(name="sane", kind="check", definition="CHECK (title <> ''::text)")


def test_equal_schemas_differ_in_nothing() -> None:
    one = catalog(table("tasks", text("title")))
    assert compare(one, one) == ()


def test_the_order_of_columns_is_no_difference() -> None:
    moved = replace(text("title"), position=9)
    before, after = catalog(table("tasks", text("title"))), catalog(table("tasks", moved))
    assert before == after
    assert compare(before, after) == ()


def test_required_columns_without_a_value_are_refused_all_at_once() -> None:
    before = catalog(table("tasks"), table("users"))
    required = text("title", is_nullable=False)
    after = catalog(table("tasks", required), table("users", replace(required, name="name")))
    with pytest.raises(BackfillNeeded, match=r"tasks\.title, users\.name") as refused:
        compare(before, after)
    assert refused.value.columns == (("tasks", "title"), ("users", "name"))
    fills = {("tasks", "title"): "'x'", ("users", "name"): "'y'"}
    assert len(compare(before, after, backfills=fills)) == 2


def test_a_backfill_for_no_column_is_refused() -> None:
    one = catalog(table("tasks"))
    with pytest.raises(ChangeRefused, match=r"no column tasks\.titel"):
        compare(one, one, backfills={("tasks", "titel"): "'x'"})


def test_another_partitioning_is_refused() -> None:
    before = catalog(table("log"))
    after = catalog(replace(table("log"), partition_key="RANGE (id)"))
    with pytest.raises(ChangeRefused, match="partitioned"):
        compare(before, after)


def test_models_leave_alone_what_they_never_declare() -> None:
    audit = Trigger(name="audit", definition="CREATE TRIGGER audit …")
    before = replace(
        catalog(table("tasks", triggers=(audit,)), extensions=("pg_trgm",)),
        definitions=(Definition(kind="view", name="v", text="SELECT 1"),),
    )
    after = catalog(table("tasks"), extensions=("btree_gist",))
    assert compare(before, after) == (CreateExtension("btree_gist"),)
    assert compare(before, after, scope=EVERYTHING) == (
        CreateExtension("btree_gist"),
        DropTrigger("tasks", audit),
        DropExtension("pg_trgm"),
    )


def test_models_do_judge_the_trigger_that_they_make() -> None:
    touch = Trigger(name="touch", definition="CREATE TRIGGER touch …")
    before, after = catalog(table("tasks")), catalog(table("tasks", triggers=(touch,)))
    assert compare(before, after) == (CreateTrigger("tasks", touch),)


def test_tables_come_after_those_that_they_reference_and_go_before_them() -> None:
    tasks = table("a", text("b_id"), constraints=(reference("a_b", "b_id", "b"),))
    both = catalog(tasks, table("b"))
    names = [
        change.table.name for change in compare(catalog(), both) if type(change) is CreateTable
    ]
    assert names == ["b", "a"]
    names = [change.table.name for change in compare(both, catalog()) if type(change) is DropTable]
    assert names == ["a", "b"]


def test_tables_in_a_circle_get_the_last_key_afterwards() -> None:
    a = table("a", text("b_id"), constraints=(reference("a_b", "b_id", "b"),))
    b = table("b", text("a_id"), constraints=(reference("b_a", "a_id", "a"),))
    key = reference("a_b", "b_id", "b")
    assert compare(catalog(), catalog(a, b)) == (
        CreateTable(a, ("a_b",)),
        CreateTable(b),
        AddConstraint("a", key, at_once=True),
    )
    assert compare(catalog(a, b), catalog()) == (
        DropConstraint("a", key, at_once=True),
        DropTable(b),
        DropTable(a, ("a_b",)),
    )


def test_a_foreign_key_goes_and_comes_with_what_it_names() -> None:
    key = reference("notes_fk", "task_id", "tasks")
    notes = table("notes", text("task_id"), constraints=(key,))
    before, after = catalog(table("tasks"), notes), catalog(table("tasks"), notes)
    tasks = after.tables[1]
    other = Constraint(
        name="tasks_pkey", kind="primary key", definition="PRIMARY KEY (id) DEFERRABLE"
    )
    after = replace(after, tables=(notes, replace(tasks, constraints=(other,))))
    changes = compare(before, after)
    assert changes[0] == DropConstraint("notes", key)
    assert AddConstraint("notes", key) in changes


def test_a_check_that_changed_is_made_anew_and_one_renamed_is_not() -> None:
    longer = replace(CHECK, definition="CHECK (title <> 'x'::text)")
    before = catalog(table("tasks", text("title"), constraints=(CHECK,)))
    after = catalog(table("tasks", text("title"), constraints=(longer,)))
    assert compare(before, after) == (
        DropConstraint("tasks", CHECK),
        AddConstraint("tasks", longer),
    )


def test_an_invalid_index_is_made_anew() -> None:
    index = Index(name="i", definition="USING btree (title)", columns=("title",))
    broken = replace(index, is_valid=False)
    before = catalog(table("tasks", text("title"), indexes=(broken,)))
    after = catalog(table("tasks", text("title"), indexes=(index,)))
    assert compare(before, after) == (DropIndex("tasks", broken), CreateIndex("tasks", index))


def test_a_constraint_is_validated_in_place() -> None:
    waiting = replace(CHECK, is_validated=False)
    before = catalog(table("tasks", text("title"), constraints=(waiting,)))
    after = catalog(table("tasks", text("title"), constraints=(CHECK,)))
    assert compare(before, after) == (ValidateConstraint("tasks", CHECK),)
    assert compare(after, before) == (UnvalidateConstraint("tasks", waiting),)


def test_comments_of_everything_are_compared() -> None:
    index = Index(name="i", definition="USING btree (title)")
    plain = table("tasks", text("title"), constraints=(CHECK,), indexes=(index,))
    told = replace(
        table(
            "tasks",
            replace(text("title"), comment="c"),
            constraints=(replace(CHECK, comment="k"),),
            indexes=(replace(index, comment="i"),),
        ),
        comment="t",
    )
    assert compare(catalog(plain), catalog(told)) == (
        SetComment("table", "tasks", "tasks", None, "t"),
        SetComment("column", "tasks", "title", None, "c"),
        SetComment("constraint", "tasks", "sane", None, "k"),
        SetComment("index", "tasks", "i", None, "i"),
    )


def test_losses_are_told_one_by_one() -> None:
    computed = Column(name="label", type="text", generated="(upper(note)) STORED")
    size = Column(name="size", type="bigint")
    before = catalog(table("tasks", text("title"), computed, size), table("users"))
    after = catalog(table("tasks", replace(size, type="integer")))
    told = losses(compare(before, after))
    assert [sentence.split(" ")[:2] for sentence in told] == [
        ["column", "tasks.size"],
        ["column", "tasks.title"],
        ["table", "users"],
    ]


def test_a_change_turned_round_twice_is_itself_but_for_its_fill() -> None:
    before = catalog(table("tasks", text("title"), constraints=(CHECK,)), extensions=("a",))
    after = catalog(table("users", text("name", is_nullable=False)), table("tasks"))
    for change in compare(before, after, scope=EVERYTHING):
        assert inverse(inverse(change)) == change
