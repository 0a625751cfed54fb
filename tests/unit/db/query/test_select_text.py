"""The exact text of SELECT statements, feature by feature."""

from __future__ import annotations

from typing import Any

import pytest
from tests.query_models import Comment, Label, Person, Project, Task

from drystone.db.query.select import count_of, exists, select
from drystone.db.query.sources import alias
from drystone.db.query.statement import Statement
from drystone.schema.expressions.functions import (
    all_of,
    any_of,
    coalesce,
    count,
    date_trunc,
    dense_rank,
    first_value,
    lag,
    last_value,
    lead,
    now,
    rank,
    row_number,
)
from drystone.schema.expressions.text_search import document, search

TASK_COLUMNS = ", ".join(
    f"tasks.{name}"
    for name in (
        "id project_id title status priority assignee_id due_at tags "
        "version created_at updated_at deleted_at"
    ).split()
)
ALL = f"SELECT {TASK_COLUMNS} FROM tasks"
LIVE = "tasks.deleted_at IS NULL"

other = alias(Task, "other")


def where(condition: Any) -> str:
    """Return the text of a condition on tasks."""
    text = select(Task.id).with_deleted().where(condition).sql
    return text.removeprefix("SELECT tasks.id FROM tasks WHERE ")


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Task.priority == 3, "tasks.priority = $1"),
        (Task.priority != 3, "tasks.priority <> $1"),
        (Task.priority < 3, "tasks.priority < $1"),
        (Task.priority <= Task.version, "tasks.priority <= tasks.version"),
        (Task.priority.between(1, 3), "tasks.priority >= $1 AND tasks.priority <= $2"),
        (Task.priority.in_([1, 2]), "tasks.priority = ANY($1)"),
        (Task.priority.not_in([1, 2]), "tasks.priority <> ALL($1)"),
        (Task.due_at.is_null(), "tasks.due_at IS NULL"),
        (Task.due_at.is_not_null(), "tasks.due_at IS NOT NULL"),
        (Task.due_at.same_as(None), "tasks.due_at IS NOT DISTINCT FROM $1"),
        (Task.title.like("a%"), "tasks.title LIKE $1"),
        (Task.title.contains("a"), "tasks.title ILIKE $1"),
        (Task.title.matches("^a"), "tasks.title ~ $1"),
        (Task.title.lower() == "a", "lower(tasks.title) = $1"),
        (Task.title.length() > 3, "char_length(tasks.title) > $1"),
        (Task.title.similarity("a") > 0.5, "similarity(tasks.title, $1) > $2"),
        (Task.title.resembles("a"), "tasks.title % $1"),
        (Task.tags.has("a"), "tasks.tags @> $1"),
        (Task.tags.has_any(["a", "b"]), "tasks.tags && $1"),
        (Task.priority + 1 > 3, "(tasks.priority + $1) > $2"),
        ((Task.priority + 1) * 2 == 4, "((tasks.priority + $1) * $2) = $3"),
        ((Task.priority > 1).is_true(), "(tasks.priority > $1) IS TRUE"),
        ((Task.priority > 1).is_false(), "(tasks.priority > $1) IS FALSE"),
        (~(Task.priority > 1), "NOT (tasks.priority > $1)"),
        (coalesce(Task.due_at, now()) < now(), "coalesce(tasks.due_at, now()) < now()"),
        (Task.project == Project(name="p", owner=Person(name="x").id), "tasks.project_id = $1"),
    ],
)
def test_each_test_has_its_text(condition: Any, text: str) -> None:
    assert where(condition) == text


def test_and_or_and_not_stand_in_parentheses_only_where_they_must() -> None:
    low, high, done = Task.priority < 2, Task.priority > 4, Task.status == "done"
    first, second, third = "tasks.priority < $1", "tasks.priority > $2", "tasks.status = $3"
    assert where(low & high & done) == f"{first} AND {second} AND {third}"
    assert where(low | high | done) == f"{first} OR {second} OR {third}"
    assert where(low | (high & done)) == f"{first} OR ({second} AND {third})"
    assert where((low | high) & done) == f"({first} OR {second}) AND {third}"
    assert where(~(low | high)) == f"NOT ({first} OR {second})"
    either, both = any_of([low, high]), all_of([low, high])
    assert either is not None
    assert both is not None
    assert where(either) == f"{first} OR {second}"
    assert where(both) == f"{first} AND {second}"


def test_several_conditions_are_all_wanted_and_an_or_among_them_is_kept_together() -> None:
    statement = (
        select(Task).where((Task.priority == 1) | (Task.priority == 2)).where(Task.status == "todo")
    )
    assert statement.sql == (
        f"{ALL} WHERE (tasks.priority = $1 OR tasks.priority = $2) AND tasks.status = $3 AND {LIVE}"
    )


def test_order_limit_and_offset() -> None:
    statement = (
        select(Task)
        .order_by(Task.due_at.desc(nulls="last"), Task.title.asc().nulls_first(), Task.id)
        .limit(20)
        .offset(40)
    )
    assert statement.sql == (
        f"{ALL} WHERE {LIVE} ORDER BY tasks.due_at DESC NULLS LAST, "
        "tasks.title NULLS FIRST, tasks.id LIMIT $1 OFFSET $2"
    )
    assert statement.prepare().values == (20, 40)


def test_values_follow_the_text_however_the_clauses_were_written() -> None:
    straight = select(Task).where(Task.priority > 1).limit(20).offset(5)
    crosswise = select(Task).offset(5).limit(20).where(Task.priority > 1)
    assert straight.prepare()[:2] == crosswise.prepare()[:2]
    assert crosswise.prepare().values == (1, 20, 5)


def test_the_last_limit_counts() -> None:
    statement = select(Label.name).limit(5).limit(7)
    assert statement.prepare()[:2] == ("SELECT labels.name FROM labels LIMIT $1", (7,))


@pytest.mark.parametrize("rows", [-1, 2**63])
def test_a_number_of_rows_that_cannot_be_is_refused(rows: int) -> None:
    with pytest.raises(ValueError, match="no number of rows"):
        select(Task).limit(rows)
    with pytest.raises(ValueError, match="no number of rows"):
        select(Task).offset(rows)


def test_references_become_one_join_for_each_path() -> None:
    statement = select(
        Task.title, Task.project.to.name.as_("project"), Task.project.to.owner.to.name.as_("owner")
    ).where((Task.assignee.to.name == "Ann") | (Task.project.to.owner.to.name == "Ben"))
    assert statement.sql == (
        "SELECT tasks.title, project.name AS project, project_owner.name AS owner FROM tasks "
        "JOIN projects AS project ON project.id = tasks.project_id "
        "JOIN people AS project_owner ON project_owner.id = project.owner_id "
        "LEFT JOIN people AS assignee ON assignee.id = tasks.assignee_id "
        f"WHERE (assignee.name = $1 OR project_owner.name = $2) AND {LIVE}"
    )


def test_behind_a_reference_that_may_be_missing_every_join_is_outer() -> None:
    statement = select(Comment.body).order_by(Comment.task.to.assignee.to.nickname)
    assert statement.sql == (
        "SELECT comments.body FROM comments "
        "JOIN tasks AS task ON task.id = comments.task_id "
        "LEFT JOIN people AS task_assignee ON task_assignee.id = task.assignee_id "
        "WHERE comments.deleted_at IS NULL ORDER BY task_assignee.nickname"
    )


def test_the_key_behind_a_reference_needs_no_join() -> None:
    assert where(Task.assignee.to.id.is_null()) == "tasks.assignee_id IS NULL"


def test_a_join_that_takes_a_name_already_taken_gets_another() -> None:
    assignee = alias(Person, "assignee")
    statement = (
        select(Task.assignee.to.name)
        .join(assignee, on=assignee.id == Task.project.to.owner)
        .with_deleted()
    )
    assert "LEFT JOIN people AS assignee_2 ON assignee_2.id = tasks.assignee_id" in statement.sql


def test_explicit_joins_see_live_rows_and_look_references_up() -> None:
    statement = select(Task.title, Comment.body).join(
        Comment,
        on=(Comment.task == Task.id) & (Comment.author == Task.project.to.owner),
        kind="left",
    )
    assert statement.sql == (
        "SELECT tasks.title, comments.body FROM tasks "
        "LEFT JOIN comments ON comments.task_id = tasks.id AND comments.author_id = "
        "(SELECT project.owner_id FROM projects AS project WHERE project.id = tasks.project_id) "
        f"AND comments.deleted_at IS NULL WHERE {LIVE}"
    )


def test_a_path_looked_up_may_have_several_steps() -> None:
    on = (Comment.task == Task.id) & (Task.project.to.owner.to.name == "Ann")
    statement = select(Task.title).join(Comment, on=on, deleted=True).with_deleted()
    assert statement.sql == (
        "SELECT tasks.title FROM tasks JOIN comments ON comments.task_id = tasks.id AND "
        "(SELECT project_owner.name FROM projects AS project "
        "JOIN people AS project_owner ON project_owner.id = project.owner_id "
        "WHERE project.id = tasks.project_id) = $1"
    )


def test_references_of_a_row_that_may_be_missing_are_outer_joins() -> None:
    statement = (
        select(Task.title, Comment.author.to.name)
        .join(Comment, on=Comment.task == Task.id, kind="left")
        .with_deleted()
    )
    assert "LEFT JOIN people AS author ON author.id = comments.author_id" in statement.sql


def test_a_full_join_leaves_deleted_rows_out_before_it_joins() -> None:
    statement = select(Person.name, Label.name.as_("label")).join(
        Label, on=Label.name == Person.name, kind="full"
    )
    assert statement.sql == (
        "SELECT people.name, labels.name AS label FROM "
        "(SELECT * FROM people WHERE deleted_at IS NULL) AS people "
        "FULL JOIN labels ON labels.name = people.name"
    )
    turned = select(Label.name, Person.nickname).join(
        Person, on=Label.name == Person.name, kind="full"
    )
    assert turned.sql == (
        "SELECT labels.name, people.nickname FROM labels "
        "FULL JOIN (SELECT * FROM people WHERE deleted_at IS NULL) AS people "
        "ON labels.name = people.name"
    )


def test_an_alias_joins_a_table_to_itself() -> None:
    statement = (
        select(Task.title, other.title.as_("like_it"))
        .join(other, on=(other.title == Task.title) & (other.id > Task.id))
        .where(other.project.to.name == "p")
        .with_deleted()
    )
    assert statement.sql == (
        "SELECT tasks.title, other.title AS like_it FROM tasks "
        "JOIN tasks AS other ON other.title = tasks.title AND other.id > tasks.id "
        "AND other.deleted_at IS NULL "
        "JOIN projects AS other_project ON other_project.id = other.project_id "
        "WHERE other_project.name = $1"
    )


def test_an_alias_may_be_what_a_statement_is_about() -> None:
    assert (
        select(other)
        .only_deleted()
        .sql.endswith(" FROM tasks AS other WHERE other.deleted_at IS NOT NULL")
    )
    assert select(other.title).with_deleted().sql == "SELECT other.title FROM tasks AS other"


def test_deleted_rows_are_seen_when_it_is_said() -> None:
    assert select(Task).sql == f"{ALL} WHERE {LIVE}"
    assert select(Task).with_deleted().sql == ALL
    assert select(Task).only_deleted().sql == f"{ALL} WHERE tasks.deleted_at IS NOT NULL"
    assert "deleted_at" not in select(Label).sql


def test_exists_refers_to_the_row_around_it() -> None:
    condition = exists(select(Comment).where((Comment.task == Task.id) & (Comment.body == "b")))
    inner = "EXISTS (SELECT FROM comments WHERE comments.task_id = tasks.id"
    assert where(condition & (Task.priority > 1)) == (
        f"{inner} AND comments.body = $1 AND comments.deleted_at IS NULL) AND tasks.priority > $2"
    )
    assert where(~condition).startswith(f"NOT {inner}")


def test_a_path_of_the_row_around_joins_there() -> None:
    statement = select(Task.id).where(
        exists(select(Comment).with_deleted().where(Comment.author == Task.project.to.owner))
    )
    assert statement.sql == (
        "SELECT tasks.id FROM tasks JOIN projects AS project ON project.id = tasks.project_id "
        "WHERE EXISTS (SELECT FROM comments WHERE comments.author_id = project.owner_id) "
        f"AND {LIVE}"
    )


def test_a_subquery_is_a_list_a_value_or_an_array() -> None:
    discussed = select(Comment.task).with_deleted().where(Comment.body == "b").limit(3)
    assert where(Task.id.in_query(discussed)) == (
        "tasks.id IN (SELECT comments.task_id FROM comments WHERE comments.body = $1 LIMIT $2)"
    )
    comments = select(count()).from_(Comment).where(Comment.task == Task.id).with_deleted()
    inner = "(SELECT count(*) FROM comments WHERE comments.task_id = tasks.id)"
    assert where(comments.as_value() > 2) == f"{inner} > $1"
    bodies = select(Comment.body).where(Comment.task == Task.id).with_deleted()
    assert select(Task.id, bodies.as_array().as_("bodies")).with_deleted().sql == (
        "SELECT tasks.id, ARRAY(SELECT comments.body FROM comments "
        "WHERE comments.task_id = tasks.id) AS bodies FROM tasks"
    )


def test_values_inside_and_around_a_subquery_keep_their_places() -> None:
    discussed = select(Comment.task).limit(3).where(Comment.body == "b")
    statement = (
        select(Task.id)
        .limit(9)
        .where(Task.priority > 1, Task.id.in_query(discussed), Task.status == "done")
    )
    prepared = statement.prepare()
    assert prepared.values == (1, "b", 3, "done", 9)
    assert "comments.body = $2 AND comments.deleted_at IS NULL LIMIT $3" in prepared.sql


def test_an_inner_statement_over_the_same_table_means_its_own_rows() -> None:
    first = select(Task.id).where(Task.priority == 1).with_deleted().for_update(skip_locked=True)
    assert where(Task.id.in_query(first)) == (
        "tasks.id IN (SELECT tasks.id FROM tasks WHERE tasks.priority = $1 FOR UPDATE SKIP LOCKED)"
    )


def test_groups_and_what_is_counted_in_them() -> None:
    week = date_trunc("week", Task.created_at).as_("week")
    late = count().where(Task.due_at < now())
    statement = (
        select(week, count().as_("tasks"), late.as_("late"), Task.project.count(distinct=True))
        .where(Task.status == "todo")
        .group_by(week)
        .having(count() > 2, Task.priority.max() < 5)
        .order_by(week, count().desc())
    )
    assert statement.sql == (
        "SELECT date_trunc('week', tasks.created_at, 'UTC') AS week, count(*) AS tasks, "
        "count(*) FILTER (WHERE tasks.due_at < now()) AS late, "
        "count(DISTINCT tasks.project_id) FROM tasks "
        f"WHERE tasks.status = $1 AND {LIVE} GROUP BY 1 "
        "HAVING count(*) > $2 AND max(tasks.priority) < $3 ORDER BY 1, count(*) DESC"
    )


def test_a_label_means_the_column_so_its_values_travel_once() -> None:
    urgent = (Task.priority * 2).as_("urgency")
    statement = select(urgent, count()).group_by(urgent).order_by(urgent).with_deleted()
    assert statement.prepare()[:2] == (
        "SELECT tasks.priority * $1 AS urgency, count(*) FROM tasks GROUP BY 1 ORDER BY 1",
        (2,),
    )
    # Of another statement, it is the expression itself.
    assert (
        select(Task.id).with_deleted().order_by(urgent).sql.endswith("ORDER BY tasks.priority * $1")
    )


def test_a_sum_of_integers_is_an_integer() -> None:
    assert select(Task.priority.sum()).with_deleted().sql == (
        "SELECT (sum(tasks.priority))::bigint FROM tasks"
    )


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (row_number(), "row_number()"),
        (rank(), "rank()"),
        (dense_rank(), "dense_rank()"),
        (lag(Task.title), "lag(tasks.title, $1)"),
        (lead(Task.title, 2), "lead(tasks.title, $1)"),
        (first_value(Task.title), "first_value(tasks.title)"),
        (last_value(Task.title), "last_value(tasks.title)"),
        (Task.priority.average(), "avg(tasks.priority)"),
        (Task.title.collect(), "array_agg(tasks.title)"),
        (Task.due_at.min(), "min(tasks.due_at)"),
    ],
)
def test_windows(call: Any, text: str) -> None:
    over = call.over(partition_by=[Task.project], order_by=[Task.due_at.desc()])
    assert select(Task.id, over).with_deleted().sql == (
        f"SELECT tasks.id, {text} OVER (PARTITION BY tasks.project_id "
        "ORDER BY tasks.due_at DESC) FROM tasks"
    )
    assert select(call.over()).from_(Task).with_deleted().sql == f"SELECT {text} OVER () FROM tasks"


@pytest.mark.parametrize(
    ("lock", "text"),
    [
        (select(Label.id).for_update(), "FOR UPDATE"),
        (select(Label.id).for_update(nowait=True), "FOR UPDATE NOWAIT"),
        (select(Label.id).for_no_key_update(skip_locked=True), "FOR NO KEY UPDATE SKIP LOCKED"),
        (select(Label.id).for_share(), "FOR SHARE"),
    ],
)
def test_locks(lock: Statement[Any], text: str) -> None:
    assert lock.sql == f"SELECT labels.id FROM labels {text}"


def test_a_lock_among_several_tables_is_on_the_own_one() -> None:
    statement = select(Task.id).where(Task.assignee.to.name == "Ann").for_update()
    assert statement.sql.endswith(" FOR UPDATE OF tasks")


def test_a_lock_cannot_both_wait_not_and_skip() -> None:
    with pytest.raises(ValueError, match="exclude each other"):
        select(Task).for_update(nowait=True, skip_locked=True)


def test_counting_leaves_order_limits_and_locks_out() -> None:
    page = (
        select(Task)
        .where(Task.project.to.name == "p")
        .order_by(Task.assignee.to.name)
        .limit(20)
        .for_share()
    )
    assert count_of(page).prepare()[:2] == (
        (
            "SELECT count(*) FROM tasks JOIN projects AS project ON project.id = tasks.project_id "
            f"WHERE project.name = $1 AND {LIVE}"
        ),
        ("p",),
    )


def test_groups_and_distinct_rows_are_counted_as_such() -> None:
    assert count_of(select(Label.name).distinct().limit(3)).prepare()[:2] == (
        "SELECT count(*) FROM (SELECT DISTINCT labels.name FROM labels) AS counted",
        (),
    )
    grouped = select((Label.uses + 1).as_("n"), count()).group_by(Label.uses + 1)
    assert count_of(grouped).prepare()[:2] == (
        (
            "SELECT count(*) FROM (SELECT labels.uses + $1 AS n, count(*) FROM labels "
            "GROUP BY labels.uses + $2) AS counted"
        ),
        (1, 1),
    )


def test_words_are_searched_for_in_one_field_or_several() -> None:
    assert where(search(Task.title, "w")) == (
        "to_tsvector('simple', coalesce(tasks.title, '')) @@ websearch_to_tsquery('simple', $1)"
    )
    words = document(Person.name, Person.nickname, language="english")
    statement = select(Person.id).where(words.holds("w")).order_by(words.rank("w").desc())
    text = (
        "to_tsvector('english', (coalesce(people.name, '') || ' ') || "
        "coalesce(people.nickname, ''))"
    )
    assert statement.sql == (
        f"SELECT people.id FROM people WHERE {text} @@ websearch_to_tsquery('english', $1) "
        "AND people.deleted_at IS NULL "
        f"ORDER BY ts_rank({text}, websearch_to_tsquery('english', $2)) DESC"
    )


def test_a_statement_may_be_about_no_table() -> None:
    assert select(now()).sql == "SELECT now()"
    assert select(exists(select(Label).where(Label.name == "a"))).prepare()[:2] == (
        "SELECT EXISTS (SELECT FROM labels WHERE labels.name = $1)",
        ("a",),
    )


def test_a_table_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match=r"tasks\.title is of tasks, which is not part"):
        select(count()).where(Task.title == "x").prepare()
    with pytest.raises(ValueError, match="is of other, which is not part"):
        select(Task.id).where(other.title == "x").prepare()


def test_a_table_cannot_stand_twice_under_one_name() -> None:
    with pytest.raises(ValueError, match="alias"):
        select(Task.id).join(Task, on=Task.id == Task.id).prepare()
    project = alias(Label, "project")
    inner = select(project.id).where(project.name == Task.project.to.name)
    statement = select(Task.project.to.name).where(exists(inner))
    with pytest.raises(ValueError, match="alias"):
        statement.prepare()


def test_a_subquery_of_several_columns_is_no_value() -> None:
    with pytest.raises(ValueError, match="columns stands where one value"):
        select(select(Label).as_value()).prepare()


def test_what_is_no_column_or_model_is_refused() -> None:
    column: Any = "title"
    model: Any = Task
    with pytest.raises(TypeError, match="no column"):
        select(Task.title, column)
    with pytest.raises(TypeError, match="alone"):
        select(model, Task.title)
    with pytest.raises(TypeError, match="no model"):
        select(dict)


def test_labels_are_quoted_and_differ() -> None:
    assert select(Label.name.as_('or"der')).sql == 'SELECT labels.name AS "or""der" FROM labels'
    assert select(Label.name.as_("order")).sql == 'SELECT labels.name AS "order" FROM labels'
    with pytest.raises(ValueError, match="two columns are named 'n'"):
        select(Label.name.as_("n"), Label.uses.as_("n")).prepare()


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 64, "excluded"])
def test_an_alias_has_a_name_that_postgresql_can_give(name: str) -> None:
    with pytest.raises(ValueError, match=r"choose another|write 1 to 63"):
        alias(Task, name)


def test_an_alias_has_the_fields_of_its_model() -> None:
    with pytest.raises(AttributeError, match="Task has no field 'titel'"):
        other.titel  # type: ignore[attr-defined]  # noqa: B018  (the mistake in question)
    assert repr(other) == "<alias other of Task>"


def test_a_statement_shows_its_text() -> None:
    assert repr(select(Label.name)) == "<select SELECT labels.name FROM labels>"
