"""Rows of a model by COPY: every type, all of them or none, and others served meanwhile."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.db.facade import every_connection_taken, open_database, session
from tests.integration.db.query.things import THINGS, make_thing
from tests.postgres import Migrate
from tests.query_models import Label, Person, Task, Thing, create_tables

from drystone.db.database import Database
from drystone.db.failures import (
    BrokenReference,
    DuplicateRow,
    RefusedValue,
    StatementTimeout,
)
from drystone.db.pool.config import PoolConfig
from drystone.db.query.select import select


@pytest.fixture
def migrate() -> Migrate:
    return create_tables


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url, config=PoolConfig(max_size=2)) as database:
        yield database


def labels(count: int) -> Iterator[Label]:
    return (Label(name=str(number), uses=number) for number in range(count))


async def test_rows_are_stored_and_counted(db: Database) -> None:
    assert await db.copy(Label, labels(1_000)) == 1_000
    stored = await db.all(select(Label.uses).order_by(Label.uses))
    assert stored == list(range(1_000))


async def test_no_rows_are_nothing(db: Database) -> None:
    assert await db.copy(Label, []) == 0
    assert await db.copy(Label, iter(())) == 0
    assert await db.count(select(Label)) == 0


@pytest.mark.slow
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(things=st.lists(THINGS, max_size=4, unique_by=lambda thing: thing.id))
async def test_every_column_is_what_an_insert_would_store(
    db: Database, things: list[Thing]
) -> None:
    """JSON, enumerations and arrays too; what is generated is computed."""
    assert await db.copy(Thing, things) == len(things)
    for thing in things:
        copied = await db.get(Thing, thing.id)
        again = await db.insert(remade(thing))
        assert copied is not None
        for field in thing.__struct_fields__:
            if field not in {"id", "created_at", "updated_at"}:
                assert repr(getattr(copied, field)) == repr(getattr(again, field))


def remade(thing: Thing) -> Thing:
    given = {
        name: getattr(thing, name)
        for name in thing.__struct_fields__
        if name not in {"id", "version", "created_at", "updated_at", "deleted_at", "order"}
    }
    return Thing(**given)


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (lambda: Person(name="a"), TypeError),
        (lambda: Label(name="7"), DuplicateRow),
        (lambda: Label(name="a\0b"), ValueError),
        (lambda: Label(name="\udcff"), ValueError),
        (lambda: Label(name="a", uses=2**63), RefusedValue),
        (lambda: Label(name=17), TypeError),  # type: ignore[arg-type]  # what is tested
        (lambda: Label(name=None), RefusedValue),  # type: ignore[arg-type]  # what is tested
    ],
)
@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a transaction"])
async def test_a_bad_row_in_the_middle_leaves_nothing(
    db: Database, bad: Any, error: type[Exception], inside: bool
) -> None:
    def rows() -> Iterator[Any]:
        yield from labels(2_000)
        yield bad()
        yield Label(name="later")

    async def copy_inside() -> None:
        async with db.transaction() as tx:
            await tx.insert(Label(name="before"))
            await tx.copy(Label, rows())

    with pytest.raises(error):
        await (copy_inside() if inside else db.copy(Label, rows()))
    assert await db.count(select(Label)) == 0
    assert await db.copy(Label, labels(3)) == 3
    assert db.statistics().size <= 2


async def test_a_generator_that_fails_leaves_nothing(db: Database) -> None:
    def rows() -> Iterator[Label]:
        yield from labels(2_000)
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        await db.copy(Label, rows())
    assert await db.count(select(Label)) == 0


async def test_a_missing_reference_is_told_as_an_insert_tells_it(db: Database) -> None:
    with pytest.raises(BrokenReference):
        await db.copy(Task, [Task(project=uuid4(), title="a")])


async def test_in_a_transaction_it_commits_with_the_rest(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.insert(Label(name="before"))
        assert await tx.copy(Label, labels(10)) == 10
        assert await tx.count(select(Label)) == 11
        assert await asyncio.create_task(db.count(select(Label))) == 0
    assert await db.count(select(Label)) == 11


async def test_rows_that_were_read_keep_their_version_and_times(db: Database) -> None:
    thing = await db.insert(make_thing())
    await db.session().execute("UPDATE things SET version = 7, created_at = '2001-02-03Z'")
    (kept,) = await db.all(select(Thing))
    await db.session().execute("DELETE FROM things")
    assert await db.copy(Thing, [kept]) == 1
    again = await db.get(Thing, thing.id)
    assert again == kept
    assert (again.version, again.created_at.year) == (7, 2001)


async def test_it_goes_to_the_schema_that_statements_look_at_first(
    db: Database, database_url: str
) -> None:
    async with session(database_url) as admin:
        await admin.execute(
            "CREATE SCHEMA own; CREATE TABLE own.labels (LIKE labels INCLUDING ALL)"
        )
    separator = "&" if "?" in database_url else "?"
    url = f"{database_url}{separator}options=-csearch_path%3Down,public"
    async with open_database(url) as other:
        assert await other.copy(Label, labels(3)) == 3
        assert await other.count(select(Label)) == 3
    assert await db.count(select(Label)) == 0


async def test_others_are_served_while_rows_are_copied(db: Database) -> None:
    served = 0

    async def serve() -> None:
        nonlocal served
        while True:
            await db.ping()
            served += 1

    await db.ping()
    serving = asyncio.create_task(serve())
    await db.copy(Label, labels(50_000))
    serving.cancel()
    assert served > 20


async def test_it_ends_at_its_deadline(db: Database) -> None:
    def endless() -> Iterator[Label]:
        number = 0
        while True:
            number += 1
            yield Label(name=str(number))

    with pytest.raises(StatementTimeout):
        await db.copy(Label, endless(), timeout_seconds=0.3)
    assert await db.count(select(Label)) == 0


async def test_a_caller_that_leaves_stores_nothing(db: Database) -> None:
    copying = asyncio.create_task(db.copy(Label, labels(1_000_000)))
    await asyncio.sleep(0.05)
    copying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await copying
    async with every_connection_taken(db):
        pass  # both can be had again
    assert await db.count(select(Label)) == 0


async def test_a_generator_is_not_held_as_a_whole(db: Database) -> None:
    await db.copy(Label, labels(1))
    await db.session().execute("DELETE FROM labels")
    tracemalloc.start()
    try:
        assert await db.copy(Label, labels(30_000)) == 30_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000  # a list of the rows would be three times as much
