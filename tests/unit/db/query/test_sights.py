"""What a statement sees of the rows that references lead to."""

from __future__ import annotations

from typing import Any

import pytest
from tests.query_models import Comment, Person, Project, Task

from drystone.db.query.change import update
from drystone.db.query.condition_text import condition_text
from drystone.db.query.json_pages import json_page
from drystone.db.query.json_rows import stored_row
from drystone.db.query.select import Select, count_of, exists, select
from drystone.schema.model.uuid7 import uuid7

HELD = select(Task.id).seeing([Task.project.info], Project.owner.to.name == "ada").with_deleted()
ID = uuid7()
JOIN = (
    'FROM tasks LEFT JOIN projects AS "Seen_project" ON "Seen_project".id = tasks.project_id '
    'AND (SELECT owner.name FROM people AS owner WHERE owner.id = "Seen_project".owner_id) = $'
)


def test_a_row_out_of_sight_is_as_one_that_is_missing() -> None:
    found = HELD.where(Task.project.to.name == "x").prepare()
    assert found.sql == f'SELECT tasks.id {JOIN}2 WHERE "Seen_project".name = $1'
    assert found.values == ("x", "ada")


def test_what_a_statement_does_not_look_at_costs_nothing() -> None:
    assert (
        HELD.where(Task.priority > 3).sql == "SELECT tasks.id FROM tasks WHERE tasks.priority > $1"
    )
    assert HELD.where(Task.project.to.id.is_not_null()).sql.endswith("tasks.project_id IS NOT NULL")


def test_a_scope_looks_at_all_rows_through_a_join_of_its_own() -> None:
    found = HELD.where(Task.project.to.name == "x").within(Task.project.to.name == "y").sql
    assert "JOIN projects AS project ON project.id = tasks.project_id" in found
    assert found.endswith('WHERE "Seen_project".name = $2 AND project.name = $1')
    alone = select(Task.id).within(Task.project.to.name == "y")
    assert alone.sql == select(Task.id).where(Task.project.to.name == "y").sql


def test_orders_counts_and_places_see_no_more() -> None:
    query = HELD.order_by(Task.project.to.name.asc(), Task.id.asc())
    assert query.sql.endswith('ORDER BY "Seen_project".name, tasks.id')
    counted = HELD.where(Task.project.to.name == "x")
    assert count_of(counted).sql == f'SELECT count(*) {JOIN}2 WHERE "Seen_project".name = $1'
    page = json_page(query.limit_in_text(2), places=True).sql
    assert 'json_build_array(("Seen_project".name)::text' in page


def test_further_rows_are_seen_through_those_before() -> None:
    query = (
        select(Comment.id)
        .seeing([Comment.task.info], Task.status == "todo")
        .seeing([Comment.task.info, Task.project.info, Project.owner.info], Person.name == "ada")
        .where(Comment.task.to.project.to.owner.to.nickname == "a")
    )
    assert [one.partition(" AS ")[0] for one in query.sql.split("LEFT JOIN ")[1:]] == [
        "tasks",
        "projects",
        "people",
    ]
    assert '"Seen_task_project_owner".id = task_project.owner_id' in query.sql


def test_a_row_of_the_same_table_is_seen_by_a_name_of_its_own() -> None:
    assigned = exists(select(Task).where(Task.assignee == Person.id))
    query = select(Task.id).seeing([Task.assignee.info], assigned)
    found = query.where(Task.assignee.to.name == "x").sql
    assert 'EXISTS (SELECT FROM tasks WHERE tasks.assignee_id = "Seen_assignee".id' in found


def test_the_text_depends_on_no_value() -> None:
    def ask(name: str) -> Select[Any]:
        query = select(Task).seeing([Task.project.info], Project.name == name)
        return query.within(Task.title == name).where(Task.project.to.name == "x")

    assert ask("a").sql == ask("b").sql


def test_what_is_computed_of_a_page_or_a_written_row_sees_no_more() -> None:
    name = Task.project.to.name.as_("project_name")
    project, scope = [Task.project.info], Project.name == "seen"
    page = json_page(select(Task).seeing(project, scope), computed=[name]).sql
    looked_up = (
        'SELECT "Seen_project".name FROM projects AS "Seen_project" '
        'WHERE "Seen_project".id = {}.project_id AND "Seen_project".name = ${}'
    )
    assert looked_up.format("q", 1) in page
    written = update(Task).set(Task.title, "new").where(Task.project.to.name == "x").returning()
    found = stored_row(written.seeing(project, scope), [name]).prepare()
    assert looked_up.format("tasks", 3) in found.sql
    assert "SELECT project.name FROM projects AS project WHERE" in found.sql.partition("RETURN")[0]
    assert found.values == ("new", "x", "seen")


def test_a_written_row_is_told_with_what_is_true_of_it() -> None:
    statement = update(Task).set(Task.title, "new").where(Task.id == ID).returning()
    computed = [(Task.priority + 1).as_("next")]
    found = stored_row(statement, computed, test=Task.project.to.name == "x").prepare()
    assert found.sql.endswith(
        "tasks.id, tasks.version, coalesce((SELECT project.name FROM projects AS project "
        "WHERE project.id = tasks.project_id) = $4, false) AS holds"
    )
    assert found.values == ("new", ID, 1, "x")


def test_a_condition_is_written_for_a_statement_by_hand() -> None:
    condition = (Task.title == "a") | exists(select(Comment).where(Comment.task == Task.id))
    found = condition_text(Task, condition, table="live", after=2)
    assert found.text == (
        "(live.title = $3 OR EXISTS (SELECT FROM comments WHERE comments.task_id = live.id "
        "AND comments.deleted_at IS NULL))"
    )
    assert found.values == ("a",)
    assert condition_text(Task, None, table="live", after=2) == ("true", ())
    with pytest.raises(ValueError, match="not part of the statement"):
        condition_text(Task, Comment.body == "a", table="live", after=0)
    with pytest.raises(ValueError, match="NUL"):
        condition_text(Task, Task.title == "\0", table="live", after=0)
