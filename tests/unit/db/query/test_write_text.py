"""The exact text of statements that write."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.query_models import Color, Label, Person, Project, Size, Task, Thing

from drystone.db.query.change import delete, purge, restore, update
from drystone.db.query.insert import excluded, insert
from drystone.db.query.json_rows import stored_row
from drystone.db.query.select import exists, select
from drystone.db.query.sources import alias
from drystone.schema.expressions.functions import now
from drystone.schema.model.defaults import made_by_database
from drystone.schema.model.field import Field
from drystone.schema.model.model import Model

LABEL_COLUMNS = (
    "labels.id, labels.name, labels.uses, labels.version, labels.created_at, labels.updated_at"
)
PERSON_COLUMNS = (
    "people.id, people.name, people.nickname, people.version, people.created_at, "
    "people.updated_at, people.deleted_at"
)
ID = UUID(int=1)


def test_a_row_is_inserted_and_comes_back_whole() -> None:
    assert insert(Label(id=ID, name="a")).prepare()[:2] == (
        f"INSERT INTO labels (id, name, uses) VALUES ($1, $2, $3) RETURNING {LABEL_COLUMNS}",
        (ID, "a", 0),
    )


def test_columns_come_back_or_nothing_does() -> None:
    row = Label(id=ID, name="a")
    text = "INSERT INTO labels (id, name, uses) VALUES ($1, $2, $3)"
    assert insert(row).returning(Label.version).sql == f"{text} RETURNING labels.version"
    assert insert(row).returning(Label.id, (Label.uses + 1).as_("n")).prepare()[:2] == (
        f"{text} RETURNING labels.id, labels.uses + $4 AS n",
        (ID, "a", 0, 1),
    )
    assert insert(row).returning().sql == f"{text} RETURNING {LABEL_COLUMNS}"
    assert insert(row).without_rows().prepare()[:2] == (text, (ID, "a", 0))
    assert repr(insert(row).without_rows()) == f"<command {text}>"


def test_any_number_of_rows_has_one_text() -> None:
    rows = [Label(id=UUID(int=n), name=f"n{n}", uses=n) for n in range(5)]
    statement = insert(*rows[:2]).without_rows()
    assert statement.prepare()[:2] == (
        (
            "INSERT INTO labels (id, name, uses) "
            "SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[])"
        ),
        ([UUID(int=0), UUID(int=1)], ["n0", "n1"], [0, 1]),
    )
    assert insert(*rows).without_rows().sql == statement.sql


def test_rows_with_arrays_are_written_out() -> None:
    rows = [Task(id=UUID(int=n), project=ID, title=f"t{n}", tags=["x"]) for n in range(2)]
    prepared = insert(*rows).without_rows().prepare()
    assert prepared.sql.endswith(
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8), ($9, $10, $11, $12, $13, $14, $15, $16)"
    )
    assert prepared.values[8:] == (UUID(int=1), ID, "t1", "todo", 3, None, None, ["x"])


def test_more_values_than_a_statement_takes_are_refused() -> None:
    row = Task(project=ID, title="t")
    with pytest.raises(ValueError, match="insert 8191 at a time"):
        insert(*[row] * 8192)


def test_members_of_enumerations_travel_as_what_is_stored() -> None:
    statement = select(Thing.id).where(
        (Thing.color == Color.RED)
        & Thing.color.in_([Color.RED, Color.BLUE])
        & Thing.colors.has(Color.BLUE)
    )
    assert statement.prepare().values == ("red", ["red", "blue"], ["blue"])
    assert update(Thing).set(Thing.color, Color.BLUE).everywhere().prepare().values == ("blue",)
    assert update(Thing).set(Thing.size, Size(1)).everywhere().prepare().values == (Size(1),)


def test_what_the_database_keeps_is_not_inserted() -> None:
    kept = msgspec.structs.replace(Person(name="a"), version=3)
    with pytest.raises(ValueError, match=r"people\.version is kept by the database"):
        insert(kept)
    deleted = msgspec.convert({"name": "a", "deleted_at": "2026-01-01T00:00:00Z"}, Person)
    with pytest.raises(ValueError, match=r"people\.deleted_at is kept"):
        insert(deleted)


def test_rows_of_one_insert_are_alike() -> None:
    person: Any = Person(name="a")
    with pytest.raises(TypeError, match="Person is not"):
        insert(Label(name="a"), person)


def test_a_conflict_is_looked_for_where_the_model_has_a_unique() -> None:
    label = insert(Label(id=ID, name="a"))
    assert "ON CONFLICT DO NOTHING RETURNING" in label.on_conflict().do_nothing().sql
    assert "ON CONFLICT (name) DO NOTHING" in label.on_conflict(Label.name).do_nothing().sql
    assert "ON CONFLICT (id) DO NOTHING" in label.on_conflict(Label.id).do_nothing().sql
    project = insert(Project(name="p", owner=ID)).on_conflict(Project.name)
    assert "ON CONFLICT (lower(name)) WHERE deleted_at IS NULL DO" in project.do_nothing().sql
    task = insert(Task(project=ID, title="t")).on_conflict(Task.title, Task.project)
    assert (
        "ON CONFLICT (title, project_id) WHERE deleted_at IS NULL DO NOTHING"
        in task.do_nothing().sql
    )
    with pytest.raises(ValueError, match=r"no Unique of Label is over exactly \(uses\)"):
        label.on_conflict(Label.uses).do_nothing().prepare()


def test_a_conflict_may_update() -> None:
    statement = (
        insert(Label(id=ID, name="a", uses=1))
        .on_conflict(Label.name)
        .do_update(Label.name)
        .set(Label.uses, Label.uses + excluded(Label.uses))
        .where(Label.uses < 10)
        .returning(Label.uses)
    )
    assert statement.prepare()[:2] == (
        (
            "INSERT INTO labels (id, name, uses) VALUES ($1, $2, $3) ON CONFLICT (name) "
            "DO UPDATE SET name = excluded.name, uses = labels.uses + excluded.uses "
            "WHERE labels.uses < $4 RETURNING labels.uses"
        ),
        (ID, "a", 1, 10),
    )


def test_setting_belongs_to_a_conflict_that_updates() -> None:
    statement = insert(Label(name="a"))
    with pytest.raises(ValueError, match=r"write \.do_update\(\) before"):
        statement.set(Label.uses, 1)
    with pytest.raises(ValueError, match=r"write \.do_update\(\) before"):
        statement.on_conflict().do_nothing().set(Label.uses, 1)
    with pytest.raises(ValueError, match="needs the columns of a Unique"):
        statement.on_conflict().do_update(Label.uses)


def test_an_update_sets_values_and_expressions() -> None:
    statement = (
        update(Task)
        .where(Task.id == ID)
        .set(Task.status, "done")
        .set(Task.priority, Task.priority + 1)
        .set(Task.due_at, now())
        .set(Task.assignee, None)
    )
    assert statement.prepare()[:2] == (
        (
            "UPDATE tasks SET status = $1, priority = tasks.priority + $2, due_at = now(), "
            "assignee_id = $3 WHERE tasks.id = $4 AND tasks.deleted_at IS NULL"
        ),
        ("done", 1, None, ID),
    )
    assert statement.returning(Task.version).sql == f"{statement.sql} RETURNING tasks.version"
    assert statement.returning().sql.startswith(f"{statement.sql} RETURNING tasks.id, tasks.proj")


def test_a_reference_is_set_to_a_row_or_an_id() -> None:
    ann = Person(name="Ann")
    by_row = update(Task).set(Task.assignee, ann).everywhere()
    by_id = update(Task).set(Task.assignee, ann.id).everywhere()
    assert by_row.prepare()[:2] == by_id.prepare()[:2]
    assert by_row.prepare().values == (ann.id,)


def test_references_are_looked_up_where_no_join_can_stand() -> None:
    statement = update(Task).set(Task.title, "x").where(Task.project.to.name == "p")
    assert statement.sql == (
        "UPDATE tasks SET title = $1 WHERE (SELECT project.name FROM projects AS project "
        "WHERE project.id = tasks.project_id) = $2 AND tasks.deleted_at IS NULL"
    )
    inner = exists(select(Project).with_deleted().where(Project.owner == Task.assignee.to.id))
    assert delete(Task).where(inner).sql == (
        "UPDATE tasks SET deleted_at = now() WHERE EXISTS (SELECT FROM projects "
        "WHERE projects.owner_id = tasks.assignee_id) AND tasks.deleted_at IS NULL"
    )


def test_deletion_is_a_mark_where_the_model_keeps_deleted_rows() -> None:
    assert delete(Person).where(Person.id == ID).sql == (
        "UPDATE people SET deleted_at = now() WHERE people.id = $1 AND people.deleted_at IS NULL"
    )
    assert delete(Label).where(Label.id == ID).sql == "DELETE FROM labels WHERE labels.id = $1"
    assert purge(Person).where(Person.id == ID).sql == (
        "DELETE FROM people WHERE people.id = $1 AND people.deleted_at IS NULL"
    )
    assert purge(Person).where(Person.id == ID).with_deleted().sql == (
        "DELETE FROM people WHERE people.id = $1"
    )
    assert purge(Person).only_deleted().where(Person.deleted_at < now()).returning(
        Person.id
    ).sql == (
        "DELETE FROM people WHERE people.deleted_at < now() AND people.deleted_at IS NOT NULL "
        "RETURNING people.id"
    )


def test_restoring_takes_the_mark_away() -> None:
    assert restore(Person).where(Person.id == ID).returning().sql == (
        "UPDATE people SET deleted_at = NULL WHERE people.id = $1 "
        f"AND people.deleted_at IS NOT NULL RETURNING {PERSON_COLUMNS}"
    )
    with pytest.raises(ValueError, match="Label keeps no deleted rows"):
        restore(Label)


@pytest.mark.parametrize(
    "statement",
    [
        update(Person).set(Person.name, "x"),
        delete(Person),
        delete(Label),
        purge(Person).with_deleted(),
        restore(Person),
    ],
)
def test_every_row_is_meant_only_if_it_is_said(statement: Any) -> None:
    with pytest.raises(ValueError, match=r"would change every row .* \.everywhere\(\)"):
        statement.prepare()
    assert statement.everywhere().prepare().sql


def test_everywhere_is_still_among_live_rows() -> None:
    assert delete(Label).everywhere().sql == "DELETE FROM labels"
    assert update(Person).set(Person.name, "x").everywhere().sql == (
        "UPDATE people SET name = $1 WHERE people.deleted_at IS NULL"
    )


def test_what_the_database_keeps_is_not_set() -> None:
    with pytest.raises(ValueError, match=r"people\.version is kept by the database"):
        update(Person).set(Person.version, 3)
    with pytest.raises(ValueError, match=r"things\.order is computed by the database"):
        update(Thing).set(Thing.order, 3)
    with pytest.raises(ValueError, match="of another row"):
        update(Task).set(Task.project.to.name, "x")
    with pytest.raises(ValueError, match="of another row"):
        update(Task).set(alias(Task, "other").title, "x")
    column: Any = Task.priority + 1
    with pytest.raises(TypeError, match="is no field"):
        update(Task).set(column, 3)
    with pytest.raises(TypeError, match="name the model itself"):
        update(alias(Task, "other"))


def test_columns_of_another_model_are_no_part_of_the_statement() -> None:
    with pytest.raises(ValueError, match=r"labels\.id is of labels"):
        update(Task).set(Task.title, "x").where(Label.id == uuid4()).prepare()
    with pytest.raises(ValueError, match="is no column of tasks"):
        update(Task).set(Label.name, "x").everywhere().prepare()


def test_what_the_table_makes_is_given_by_all_rows_or_by_none() -> None:
    class Run(Model, soft_delete=False):
        number: Field[int] = made_by_database("nextval('numbers')")

    plain, numbered = Run(id=ID), Run(id=ID, number=3)
    assert insert(plain).without_rows().sql == "INSERT INTO runs (id) VALUES ($1)"
    assert insert(numbered).without_rows().sql == "INSERT INTO runs (id, number) VALUES ($1, $2)"
    with pytest.raises(ValueError, match="do not give the same columns"):
        insert(plain, numbered)


def test_a_number_past_a_narrow_column_is_only_a_number_that_no_row_has() -> None:
    statement = select(Thing.id).where((Thing.grade == 3) | Thing.grade.in_([1, 2]))
    assert statement.with_deleted().sql == (
        "SELECT things.id FROM things "
        "WHERE things.grade = $1::bigint OR things.grade = ANY($2::bigint[])"
    )


def test_a_row_is_inserted_only_if_something_holds() -> None:
    there = exists(select(Person).where(Person.id == ID).for_share())
    row = Project(id=ID, name="a", owner=ID)
    assert insert(row).only_if(there, there).without_rows().prepare()[:2] == (
        (
            "INSERT INTO projects (id, name, owner_id) SELECT $1::uuid, $2::text, $3::uuid "
            "WHERE EXISTS (SELECT FROM people WHERE people.id = $4 AND people.deleted_at IS NULL "
            "FOR SHARE) AND EXISTS (SELECT FROM people WHERE people.id = $5 "
            "AND people.deleted_at IS NULL FOR SHARE)"
        ),
        (ID, "a", ID, ID, ID),
    )
    assert insert(row).only_if().sql == insert(row).sql


def test_many_rows_are_inserted_only_if_something_holds() -> None:
    there = exists(select(Person).where(Person.name == "x"))
    rows = [Label(id=UUID(int=n), name=f"n{n}") for n in range(2)]
    statement = insert(*rows).only_if(there).without_rows()
    assert statement.sql == (
        "INSERT INTO labels (id, name, uses) "
        "SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[]) "
        "WHERE EXISTS (SELECT FROM people WHERE people.name = $4 AND people.deleted_at IS NULL)"
    )
    tasks = [Task(project=ID, title=f"{n}") for n in range(2)]
    with pytest.raises(ValueError, match="one row"):
        _ = insert(*tasks).only_if(there).sql


def test_a_column_is_set_to_the_tables_default() -> None:
    statement = update(Label).set_default(Label.uses).set(Label.name, "b").where(Label.id == ID)
    assert statement.prepare()[:2] == (
        "UPDATE labels SET uses = DEFAULT, name = $1 WHERE labels.id = $2",
        ("b", ID),
    )
    with pytest.raises(ValueError, match="kept by the database"):
        update(Label).set_default(Label.version)


def test_a_stored_row_has_its_id_and_version_beside_it() -> None:
    written = stored_row(insert(Label(id=ID, name="a")))
    assert written.sql.endswith("'UTF8') AS json, labels.id, labels.version")
    assert stored_row(select(Label).where(Label.id == ID)).sql.endswith(
        "'UTF8') AS json, labels.id, labels.version FROM labels WHERE labels.id = $1"
    )
    assert written.prepare().decode([b"{}", ID, 1]) == (b"{}", ID, 1)  # type: ignore[arg-type]  # as a record reads
