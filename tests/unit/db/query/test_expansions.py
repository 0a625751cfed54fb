"""Rows of other tables and computed values beside a row: the tree, the text, the values."""

from __future__ import annotations

from typing import Any

from tests.query_models import Comment, Person, Project, Task

from drystone.db.query.expansions import ReferringRows, expansions_of
from drystone.db.query.json_pages import json_item, json_page
from drystone.db.query.nullness import may_be_null
from drystone.db.query.select import exists, select
from drystone.db.query.steps import Collection, Expansion
from drystone.schema.expressions.expression import Predicate
from drystone.schema.expressions.functions import coalesce, count, now


def comments(**others: Any) -> ReferringRows:
    """The comments of a task, the first two of them."""
    given: dict[str, Any] = {"of": None, "limit": 2, "sort": (Comment.id.asc(),), **others}
    return ReferringRows(name="comments", model=Comment, reference=Comment.task.info, **given)


def test_rows_on_the_way_to_others_are_there_once() -> None:
    tasks = ReferringRows(
        name="tasks",
        model=Task,
        reference=Task.project.info,
        of=Task.project,
        limit=5,
        sort=(Task.id.asc(),),
    )
    project, collected = expansions_of(
        [tasks, Task.project.to.owner, comments(), comments(expand=(Comment.author,))]
    )
    assert isinstance(project, Expansion)
    assert isinstance(collected, Collection)
    assert [type(one).__name__ for one in project.inner] == ["Expansion", "Collection"]
    assert [one.info.table for one in collected.inner] == ["people"]


def test_values_are_those_of_conditions_then_of_what_is_computed() -> None:
    def visible(model: type[Any]) -> Predicate | None:
        if model is Comment:
            return Comment.body != "no"
        return Person.name == "me" if model is Person else None

    found = json_page(
        select(Task).where(Task.title == "x").limit_in_text(2),
        expand=[comments(expand=(Comment.author,)), Task.assignee],
        computed=[(Task.priority * 7).as_("weight")],
        visible=visible,
    ).prepare()
    named = {
        "tasks.title = ": "x",
        "x2.body <> ": "no",
        "x2_1.name = ": "me",
        "x1.name = ": "me",
        "q.priority * ": 7,
    }
    for before, value in named.items():
        number = found.sql.partition(before)[2].removeprefix("$").partition(")")[0].split()[0]
        assert found.values[int(number.partition("::")[0]) - 1] == value, before


def test_a_computed_value_is_found_in_the_row_that_is_shown() -> None:
    own = select(count()).from_(Comment).where(Comment.task == Task.id).as_value().as_("comments")
    page = json_page(select(Task.id).limit_in_text(2), computed=[own])
    assert "WHERE comments.task_id = q.id" in page.sql
    item = json_item(select(Task.id), computed=[own])
    assert "WHERE comments.task_id = tasks.id" in item.sql


def test_what_is_said_several_times_is_computed_once() -> None:
    late = (Task.due_at + (now() - Task.created_at)).as_("later")
    assert json_item(select(Task.id), computed=[late]).sql.count("now()") == 1


def test_an_expression_can_be_null_where_something_in_it_can() -> None:
    assert may_be_null((Task.due_at < now()).shape)
    assert may_be_null(Task.assignee.to.name.shape)
    assert may_be_null(Task.priority.max().shape)
    assert may_be_null(select(Task.title).as_value().shape)
    assert may_be_null((Task.due_at.is_null() | (Task.due_at < now())).shape)
    grouped = select(count()).from_(Task).group_by(Task.status)
    assert may_be_null(grouped.as_value().shape)


def test_an_expression_cannot_be_null_where_nothing_in_it_can() -> None:
    assert not may_be_null((Task.priority > 3).shape)
    assert not may_be_null((Task.priority * 2).shape)
    assert not may_be_null(Task.due_at.is_null().shape)
    assert not may_be_null((~Task.assignee.same_as(None)).shape)
    assert not may_be_null(coalesce(Task.due_at, now()).shape)
    assert not may_be_null(Task.title.lower().shape)
    assert not may_be_null(exists(select(Comment)).shape)
    assert not may_be_null(select(Project.name).as_array().shape)
    assert not may_be_null(select(count()).from_(Task).as_value().shape)
