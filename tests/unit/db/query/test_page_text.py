"""Pages and items as statements: what is refused, and what their text leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.query_models import Comment, Label, Person, Project, Task

from drystone.db.query.expansions import expansions_of
from drystone.db.query.json_pages import json_item, json_page
from drystone.db.query.page_rows import read_estimate, read_page
from drystone.db.query.seek import seek
from drystone.db.query.select import count_of, estimate_of, select
from drystone.schema.expressions.functions import count

if TYPE_CHECKING:
    from drystone.schema.expressions.expression import Predicate


def test_a_limit_in_the_text_is_no_value() -> None:
    query = select(Label.id).limit_in_text(21)
    assert (query.sql, query.prepare().values) == ("SELECT labels.id FROM labels LIMIT 21", ())
    assert query.limit(5).prepare()[:2] == ("SELECT labels.id FROM labels LIMIT $1", (5,))
    with pytest.raises(ValueError, match="no number of rows"):
        select(Label.id).limit_in_text(-1)


def test_counts_and_estimates_do_not_begin_in_the_middle() -> None:
    query = select(Label).where(Label.uses > 1).seek(Label.name > "x").limit_in_text(3)
    rest = "FROM labels WHERE labels.uses > $1"
    assert query.sql.endswith(f"{rest} AND labels.name > $2 LIMIT 3")
    assert count_of(query).sql == f"SELECT count(*) {rest}"
    assert estimate_of(query).sql == f"EXPLAIN (FORMAT JSON) SELECT {rest}"
    assert estimate_of(query).prepare().values == (1,)


def test_the_total_of_a_page_joins_what_it_filters_by_and_no_more() -> None:
    query = (
        select(Task.id)
        .where(Task.project.to.name == "x")
        .order_by(Task.assignee.to.name.asc(), Task.id.asc())
    )
    total = json_page(query, total=True).sql.partition("(SELECT count(*)")[2].partition(") AS")[0]
    assert "JOIN projects AS project" in total
    assert "people" not in total


def test_a_page_of_two_ranges_takes_as_many_rows_from_each() -> None:
    order = (Task.due_at.asc(), Task.id.asc())
    ranges = seek(order, '["2026-05-01","i"]')
    query = select(Task.id).where(Task.priority > 3).order_by(*order).seek(*ranges)
    found = json_page(query.limit_in_text(3), places=True).prepare()
    assert found.sql.count("LIMIT 3") == 3
    assert found.sql.count("UNION ALL") == 1
    assert found.sql.endswith('AS u ORDER BY u."Key0", u."Key1" LIMIT 3) AS q')
    assert found.values == (3, "2026-05-01", "i", 3)
    with pytest.raises(ValueError, match="exclude each other"):
        assert json_page(query.offset(1)).sql


def test_references_become_a_tree() -> None:
    deep = Comment.task.to.project.to.owner
    (task,) = expansions_of([Comment.task, deep, Comment.task.to.assignee])
    assert task.reference.attribute == "task"
    assert [one.reference.attribute for one in task.inner] == ["project", "assignee"]
    assert task.inner[0].inner[0].info.table == "people"
    with pytest.raises(ValueError, match="leads to no row"):
        expansions_of([Comment.body])


def test_an_expanded_row_is_held_to_what_may_be_seen_of_its_model() -> None:
    def visible(model: type[Any]) -> Predicate | None:
        if model is Project:
            return Project.owner.to.name == word
        return Person.name == word if model is Person else None

    word = "seen"
    deep = Comment.task.to.project.to.owner
    query = select(Comment).where(Comment.body == "x")
    found = json_item(query, expand=[Comment.author, deep], visible=visible).prepare()
    assert "= x2.project_id AND x2_1.deleted_at IS NULL AND ((SELECT owner.name" in found.sql
    assert found.values == ("seen", "seen", "seen", "x")
    word = "another"
    assert json_item(query, expand=[Comment.author, deep], visible=visible).sql == found.sql


def test_an_item_is_of_a_row_of_a_model() -> None:
    for query in (select(count()).from_(Task), select(Task.status, count()).group_by(Task.status)):
        with pytest.raises(ValueError, match="have a version"):
            assert json_item(query).sql


def test_a_column_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no name"):
        assert json_page(select(Task.id, Task.priority + 1)).sql


def test_no_rows_are_empty_lists() -> None:
    assert read_page((None, None, 0)) == ([], [], 0)  # type: ignore[arg-type]  # a record is read by place


def test_a_plan_is_read_with_and_without_a_codec() -> None:
    plan = [{"Plan": {"Plan Rows": 12}}]
    for shown in (plan, '[{"Plan": {"Plan Rows": 12}}]'):
        assert read_estimate((shown,)) == 12  # type: ignore[arg-type]  # as above
