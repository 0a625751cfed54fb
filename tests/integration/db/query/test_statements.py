"""Statements do on a real PostgreSQL what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from tests.integration.db.query.running import execute, fetch_all, fetch_one
from tests.integration.db.query.things import TEXTS, make_thing
from tests.query_models import Color, Comment, Label, Person, Project, Size, Task, Thing

from drystone.db.query.change import delete, purge, restore, update
from drystone.db.query.insert import excluded, insert
from drystone.db.query.raw import sql
from drystone.db.query.select import count_of, exists, select
from drystone.db.query.sources import alias
from drystone.schema.expressions.functions import (
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

MONDAY = datetime(2026, 5, 4, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Board:
    """Ann owns a project with three tasks; Ben has one of them, and commented it twice."""

    ann: Person
    ben: Person
    project: Project
    write: Task
    read: Task
    rest: Task


@pytest_asyncio.fixture
async def board(connection: asyncpg.Connection[Any]) -> AsyncIterator[Board]:
    ann, ben = Person(name="Ann"), Person(name="Ben", nickname="B")
    project = Project(name="Paper", owner=ann.id)
    write = Task(
        project=project.id, title="Write the report", priority=5, assignee=ben.id, tags=["now"]
    )
    read = Task(project=project.id, title="Read reports", priority=2, due_at=MONDAY)
    rest = Task(project=project.id, title="Rest", priority=2, status="done", tags=["a", "now"])
    comments = [Comment(task=write.id, author=ben.id, body=body) for body in ("first", "second")]
    for statement in (
        insert(ann, ben),
        insert(project),
        insert(write, read, rest),
        insert(*comments),
    ):
        await execute(connection, statement.without_rows())
    yield Board(ann, ben, project, write, read, rest)


async def test_references_never_multiply_rows_nor_lose_them(
    connection: asyncpg.Connection[Any], board: Board
) -> None:
    names = select(Task.title, Task.assignee.to.name, Task.project.to.owner.to.name)
    assert await fetch_all(connection, names.order_by(Task.title)) == [
        ("Read reports", None, "Ann"),
        ("Rest", None, "Ann"),
        ("Write the report", "Ben", "Ann"),
    ]


async def test_a_deleted_row_is_still_what_a_reference_leads_to(
    connection: asyncpg.Connection[Any], board: Board
) -> None:
    await execute(connection, delete(Person).where(Person.id == board.ben.id))
    mine = select(Task.title).where(Task.assignee.to.name == "Ben")
    assert await fetch_all(connection, mine) == ["Write the report"]


async def test_joins_keep_what_they_say(connection: asyncpg.Connection[Any], board: Board) -> None:
    on = Comment.task == Task.id
    columns = select(Task.title, Comment.body).order_by(Task.title, Comment.body)
    both = [("Write the report", "first"), ("Write the report", "second")]
    alone = [("Read reports", None), ("Rest", None)]
    assert await fetch_all(connection, columns.join(Comment, on=on)) == both
    assert await fetch_all(connection, columns.join(Comment, on=on, kind="left")) == alone + both
    await execute(connection, delete(Comment).where(Comment.body == "first"))
    await execute(connection, delete(Task).where(Task.id == board.write.id))
    full = columns.join(Comment, on=on, kind="full")
    assert await fetch_all(connection, full) == [*alone, (None, "second")]
    with_deleted = columns.join(Comment, on=on, deleted=True).with_deleted()
    assert await fetch_all(connection, with_deleted) == both


async def test_subqueries_see_the_row_around_them(
    connection: asyncpg.Connection[Any], board: Board
) -> None:
    commented = exists(select(Comment).where(Comment.task == Task.id))
    assert await fetch_all(connection, select(Task.title).where(commented)) == ["Write the report"]
    assert await fetch_one(connection, count_of(select(Task).where(~commented))) == 2
    bodies = select(Comment.body).where(Comment.task == Task.id).order_by(Comment.body)
    rows = await fetch_all(
        connection, select(Task.title, bodies.as_array()).order_by(Task.title.desc())
    )
    assert rows[0] == ("Write the report", ["first", "second"])
    assert rows[1] == ("Rest", [])
    other = alias(Task, "other")
    alike = exists(select(other).where((other.priority == Task.priority) & (other.id != Task.id)))
    assert sorted(await fetch_all(connection, select(Task.title).where(alike))) == [
        "Read reports",
        "Rest",
    ]


async def test_groups_windows_and_functions(
    connection: asyncpg.Connection[Any], board: Board
) -> None:
    doubled = (Task.priority * 2).as_("doubled")
    groups = select(doubled, count(), Task.priority.sum(), Task.title.min()).group_by(doubled)
    assert await fetch_all(connection, groups.having(count() > 1)) == [(4, 2, 4, "Read reports")]
    over: dict[str, Any] = {"partition_by": [Task.project], "order_by": [Task.priority.desc()]}
    windows = select(
        row_number().over(**over),
        rank().over(**over),
        dense_rank().over(**over),
        lag(Task.priority).over(**over),
        lead(Task.priority, 2).over(**over),
        first_value(Task.title).over(**over),
        last_value(Task.priority).over(**over),
        count().where(Task.status == "done").over(),
    ).order_by(row_number().over(**over))
    assert [row[:5] for row in await fetch_all(connection, windows)] == [
        (1, 1, 1, None, 2),
        (2, 2, 2, 5, None),
        (3, 2, 2, 2, None),
    ]
    week = date_trunc("week", Task.due_at).as_("week")
    late = select(week, count()).where(Task.due_at < now()).group_by(week)
    assert len(await fetch_all(connection, late)) <= 1
    assert await fetch_all(
        connection, select(date_trunc("week", coalesce(Task.due_at, MONDAY))).distinct()
    ) == [datetime(2026, 5, 4, tzinfo=UTC)]
    titles = select(Task.title.collect()).where(Task.priority == 5)
    assert await fetch_one(connection, titles) == ["Write the report"]
    waiting = select(now() - Task.due_at).where(Task.due_at == MONDAY)
    assert isinstance(await fetch_one(connection, waiting), timedelta)


async def test_words_are_found_and_ranked(
    connection: asyncpg.Connection[Any], board: Board
) -> None:
    words = document(Task.title, language="english")
    found = select(Task.title).where(words.holds("report -read")).order_by(words.rank("x").desc())
    assert await fetch_all(connection, found) == ["Write the report"]
    assert await fetch_all(connection, select(Task.title).where(search(Task.title, "rest"))) == [
        "Rest"
    ]
    assert await fetch_all(connection, select(Task.title).where(Task.title.resembles("resd"))) == [
        "Rest"
    ]
    near = select(Task.title).order_by(Task.title.similarity("reports reading").desc()).limit(1)
    assert await fetch_all(connection, near) == ["Read reports"]


async def test_a_page_is_locked_and_others_skip_it(
    connection: asyncpg.Connection[Any], board: Board, database_url: str
) -> None:
    free = select(Task.title).where(Task.project.to.name == "Paper").order_by(Task.title).limit(1)
    async with connection.transaction():
        assert await fetch_all(connection, free.for_update()) == ["Read reports"]
        other = await asyncpg.connect(database_url)
        try:
            skipping = free.for_update(skip_locked=True)
            assert await fetch_all(other, skipping) == ["Rest"]
            with pytest.raises(asyncpg.LockNotAvailableError):
                await fetch_all(other, free.for_share(nowait=True))
        finally:
            await other.close()


async def test_a_conflict_adds_up_or_is_passed_over(connection: asyncpg.Connection[Any]) -> None:
    add = insert(Label(name="a", uses=2)).on_conflict(Label.name)
    assert (await fetch_one(connection, add.do_nothing())).uses == 2
    assert await fetch_all(connection, add.do_nothing()) == []
    more = insert(Label(name="a", uses=5)).on_conflict(Label.name).do_update()
    counted = more.set(Label.uses, Label.uses + excluded(Label.uses))
    assert await fetch_one(connection, counted.returning(Label.uses)) == 7
    assert await fetch_all(connection, counted.where(Label.uses > 100)) == []
    replaced = insert(Label(name="a", uses=1)).on_conflict(Label.name).do_update(Label.uses)
    assert (await fetch_one(connection, replaced)).uses == 1


async def test_a_value_that_is_free_after_deletion_is_no_conflict(
    connection: asyncpg.Connection[Any], board: Board
) -> None:
    again = insert(Project(name="PAPER", owner=board.ann.id)).on_conflict(Project.name)
    assert await fetch_all(connection, again.do_nothing()) == []
    await execute(connection, delete(Project).where(Project.name == "Paper"))
    assert (await fetch_one(connection, again.do_nothing())).name == "PAPER"
    twice = Task(project=board.project.id, title="Rest", priority=4)
    merged = insert(twice).on_conflict(Task.project, Task.title).do_update(Task.priority)
    assert await fetch_one(connection, merged.returning(Task.id, Task.priority)) == (
        board.rest.id,
        4,
    )


async def test_many_rows_of_every_type_are_inserted_at_once(
    connection: asyncpg.Connection[Any],
) -> None:
    things = [make_thing(number=n, maybe_size=Size(n), color=Color.BLUE) for n in range(3)]
    stored = await fetch_all(connection, insert(*things))
    assert [one.number for one in stored] == [0, 1, 2]
    assert stored == await fetch_all(connection, select(Thing).order_by(Thing.number))
    people = [Person(name=f"n{n}", nickname="x" if n % 2 else None) for n in range(500)]
    assert len(await fetch_all(connection, insert(*people).returning(Person.id))) == 500
    assert (
        await fetch_one(connection, count_of(select(Person).where(Person.nickname == "x"))) == 250
    )


async def test_changes_reach_live_rows_and_say_what_they_did(
    connection: asyncpg.Connection[Any], board: Board
) -> None:
    done = (
        update(Task)
        .set(Task.status, "done")
        .set(Task.priority, Task.priority + 1)
        .set(Task.assignee, board.ann)
        .where(Task.project.to.owner.to.name == "Ann", Task.status == "todo")
        .returning(Task.title, Task.priority, Task.assignee.to.name)
    )
    assert sorted(await fetch_all(connection, done)) == [
        ("Read reports", 3, "Ann"),
        ("Write the report", 6, "Ann"),
    ]
    gone = delete(Task).where(Task.id == board.rest.id)
    assert await execute(connection, gone) == "UPDATE 1"
    assert await execute(connection, gone) == "UPDATE 0"
    assert await execute(connection, update(Task).set(Task.tags, []).everywhere()) == "UPDATE 2"


async def test_deletion_restoring_and_purging(
    connection: asyncpg.Connection[Any], board: Board
) -> None:
    mine = Comment.body == "first"
    (deleted,) = await fetch_all(connection, delete(Comment).where(mine).returning())
    assert deleted.deleted_at is not None
    assert await fetch_all(connection, select(Comment.body)) == ["second"]
    assert await fetch_all(connection, select(Comment.body).only_deleted()) == ["first"]
    (restored,) = await fetch_all(connection, restore(Comment).where(mine).returning())
    assert restored.deleted_at is None
    assert await execute(connection, restore(Comment).where(mine)) == "UPDATE 0"
    assert await execute(connection, purge(Comment).only_deleted().everywhere()) == "DELETE 0"
    assert await execute(connection, purge(Comment).where(mine)) == "DELETE 1"
    assert await fetch_all(connection, select(Comment.body).with_deleted()) == ["second"]


async def test_rows_of_ones_own_sql(connection: asyncpg.Connection[Any], board: Board) -> None:
    class Load(msgspec.Struct):
        status: str
        tasks: int

    text = "SELECT status, count(*) AS tasks FROM tasks WHERE priority < $1 GROUP BY 1 ORDER BY 1"
    loads = await fetch_all(connection, sql(text, 5).into(Load))
    assert loads == [Load("done", 1), Load("todo", 1)]
    people = await fetch_all(connection, sql("SELECT * FROM people ORDER BY name").into(Person))
    assert [one.name for one in people] == ["Ann", "Ben"]
    assert people[0] == await fetch_one(connection, select(Person).where(Person.name == "Ann"))
    (record,) = await fetch_all(connection, sql("SELECT 1 AS one"))
    assert list(record.keys()) == ["one"]


async def test_json_and_arrays_are_asked_into(connection: asyncpg.Connection[Any]) -> None:
    thing = make_thing(document={"a": {"b": [1, "x"]}, "n": 3}, texts=["p", "q"])
    await execute(connection, insert(thing).without_rows())
    for condition in (
        Thing.document.includes({"n": 3}),
        Thing.document.at("a", "b", 0) == 1,
        Thing.document.text_at("a", "b", 1) == "x",
        Thing.texts.has("p"),
        Thing.texts.has_all(["p", "q"]),
        Thing.texts.has_any(["z", "q"]),
        Thing.colors.has(Color.BLUE),
        Thing.color.in_([Color.RED]),
        Thing.size == Size(2),
        Thing.is_new.is_true(),
        Thing.price == thing.price,
        Thing.span.between(timedelta(0), timedelta(days=1)),
    ):
        assert await fetch_all(connection, select(Thing.id).where(condition)) == [thing.id]
        assert await fetch_all(connection, select(Thing.id).where(~condition)) == []


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=TEXTS)
async def test_any_text_is_only_a_value(connection: asyncpg.Connection[Any], text: str) -> None:
    for hostile in (text, f"{text}'; DROP TABLE labels; --", f'"{text}\\'):
        label = await fetch_one(connection, insert(Label(name=hostile)))
        assert label.name == hostile
        for condition in (
            Label.name == hostile,
            Label.name.in_([hostile]),
            Label.name.contains(hostile),
            Label.name.starts_with(hostile),
            Label.name.ends_with(hostile),
            (Label.name == hostile) | search(Label.name, hostile),
        ):
            found = await fetch_all(connection, select(Label.name).where(condition))
            assert hostile in found
        changed = update(Label).set(Label.name, hostile).where(Label.name == hostile)
        assert await execute(connection, changed) == "UPDATE 1"
        await execute(connection, delete(Label).where(Label.name == hostile))
