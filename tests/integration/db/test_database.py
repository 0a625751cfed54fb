"""What an application asks of a `Database`, on a real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from tests.integration.db.facade import open_database, session, store_labels
from tests.integration.db.opening import until
from tests.postgres import Migrate
from tests.query_models import Label, Person, Project, Task, create_tables

from drystone.db.database import Database
from drystone.db.failures import DatabaseAway, DuplicateRow, TransactionConflict
from drystone.db.history.author import Author
from drystone.db.pool.config import PoolConfig
from drystone.db.query.change import delete, update
from drystone.db.query.insert import insert
from drystone.db.query.raw import sql
from drystone.db.query.select import select
from drystone.db.transaction.transaction import Transaction
from drystone.errors import NotFound, Unavailable
from drystone.settings import Settings


class Tally(msgspec.Struct):
    name: str
    uses: int


@pytest.fixture
def migrate() -> Migrate:
    return create_tables


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as database:
        yield database


async def both_ways(db: Database, run: Any) -> None:
    """Ask outside of a transaction and inside of one: the words are the same."""
    await run(db)
    async with db.transaction() as tx:
        await run(tx)


async def test_rows_are_asked_for_in_the_same_words_everywhere(db: Database) -> None:
    ids = await store_labels(db, "abc")
    ordered = select(Label).order_by(Label.name)

    async def ask(queries: Database | Transaction) -> None:
        assert [row.name for row in await queries.all(ordered)] == ["a", "b", "c"]
        first = await queries.first(ordered)
        assert first is not None
        assert first.name == "a"
        assert await queries.first(ordered.where(Label.name == "z")) is None
        assert (await queries.one(ordered.where(Label.name == "b"))).id == ids[1]
        assert await queries.count(ordered.limit(1)) == 3
        assert await queries.exists(ordered.where(Label.name == "c"))
        assert not await queries.exists(ordered.where(Label.name == "z"))
        assert await queries.get(Label, ids[2]) == (await queries.all(ordered))[2]
        assert await queries.get(Label, uuid4()) is None

    await both_ways(db, ask)


async def test_one_row_is_exactly_one(db: Database) -> None:
    await store_labels(db, "ab")
    with pytest.raises(NotFound):
        await db.one(select(Label).where(Label.name == "z"))
    with pytest.raises(ValueError, match="2 rows, and one was asked for"):
        await db.one(select(Label))


async def test_json_is_written_by_postgresql(db: Database) -> None:
    ids = await store_labels(db, "ab")
    names = select(Label.name).order_by(Label.name)

    async def ask(queries: Database | Transaction) -> None:
        assert await queries.json(names) == b'[{"name":"a"},{"name":"b"}]'
        assert await queries.json(names.where(Label.name == "z")) == b"[]"
        assert await queries.json_one(names) == b'{"name":"a"}'
        assert await queries.json_one(names.where(Label.name == "z")) is None
        shown = await queries.get_json(Label, ids[1])
        assert msgspec.json.decode(shown or b"{}")["name"] == "b"
        assert await queries.get_json(Label, uuid4()) is None

    await both_ways(db, ask)


async def test_a_write_gives_what_is_stored_or_how_many(db: Database) -> None:
    label = await db.insert(Label(name="a"))
    assert (label.version, label.uses) == (1, 0)
    assert label == await db.get(Label, label.id)
    assert await db.execute(update(Label).set(Label.uses, 5).everywhere()) == 1
    changed = update(Label).set(Label.uses, Label.uses + 1).everywhere()
    assert await db.all(changed.returning(Label.uses)) == [6]
    # All of them are written, though only the first is asked for.
    await db.insert(Label(name="b", uses=6))
    assert await db.first(changed.returning(Label.uses)) == 7
    assert await db.all(select(Label.uses)) == [7, 7]
    assert await db.execute(insert(Label(name="c"), Label(name="d")).without_rows()) == 2
    with pytest.raises(DuplicateRow):
        await db.insert(Label(name="a"))


async def test_sql_of_one_s_own_becomes_structs(db: Database) -> None:
    await store_labels(db, "ab")
    text = "SELECT name, uses FROM labels WHERE name = $1 OR name = $1 ORDER BY name"
    assert await db.all(sql(text, "a").into(Tally)) == [Tally("a", 0)]
    (record,) = await db.all(sql(text, "b"))
    assert (record[0], tuple(record.keys())) == ("b", ("name", "uses"))
    assert await db.execute(sql("UPDATE labels SET uses = 1")) == 2


async def test_rows_are_streamed_and_decoded(db: Database) -> None:
    await db.copy(Label, (Label(name=f"{n:04}") for n in range(1_200)))
    async with db.transaction(read_only=True) as tx:
        names = [row.name async for row in tx.stream(select(Label).order_by(Label.name))]
    assert names == [f"{n:04}" for n in range(1_200)]


async def test_a_deleted_row_is_not_got(db: Database) -> None:
    ann = await db.insert(Person(name="Ann"))
    await db.execute(delete(Person).where(Person.id == ann.id))
    assert await db.get(Person, ann.id) is None
    assert await db.get_json(Person, ann.id) is None


async def test_a_request_needs_one_connection_and_no_more(database_url: str) -> None:
    async with open_database(database_url, config=PoolConfig(max_size=1)) as db:
        ann = await db.insert(Person(name="Ann"))
        async with db.transaction() as tx:
            project = await tx.insert(Project(name="p", owner=ann.id))
            async with tx.savepoint():
                await tx.copy(Task, [Task(project=project.id, title=t) for t in "ab"])
            assert sorted([title async for title in tx.stream(select(Task.title))]) == ["a", "b"]
            await tx.lock("project", project.id)
            assert await tx.count(select(Task)) == 2
            assert await tx.json(select(Task.title)) != b"[]"
            assert await tx.get(Project, project.id) is not None
        await asyncio.gather(*(db.get(Task, uuid4()) for _ in range(10)))
        await db.ping()
        assert db.statistics().size == 1


async def test_a_block_runs_once_and_a_function_five_times(db: Database) -> None:
    runs = 0

    async def lose(_tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        raise TransactionConflict

    with pytest.raises(TransactionConflict):
        await db.transaction().run(lose)
    assert runs == 5
    with pytest.raises(TransactionConflict):
        await db.transaction(attempts=2).run(lose)
    assert runs == 7
    with pytest.raises(ValueError, match="cannot be run 2 times"):
        await db.transaction(attempts=2).__aenter__()
    block = db.transaction()
    async with block:
        with pytest.raises(RuntimeError, match="begun already"):
            await block.__aenter__()
    with pytest.raises(ValueError, match="no isolation"):
        await db.transaction(isolation="snapshot").__aenter__()  # type: ignore[arg-type]  # what is tested
    await db.transaction().__aexit__(None, None, None)  # never begun: nothing to end


async def test_a_function_gives_what_it_returned(db: Database) -> None:
    async def work(tx: Transaction) -> int:
        await tx.insert(Label(name="a"))
        return await tx.count(select(Label))

    assert await db.transaction(isolation="serializable").run(work) == 1


async def test_reads_may_go_elsewhere(db: Database, database_url: str) -> None:
    assert db.read is db
    async with open_database(database_url, read_url=database_url) as other:
        assert other.read is not other
        await other.insert(Label(name="a"))
        assert [row.name for row in await other.read.all(select(Label))] == ["a"]
        assert await other.read.get(Label, uuid4()) is None
        assert other.statistics().opened == 1  # the other one is not counted


async def test_what_the_operator_says_is_what_the_pools_are() -> None:
    settings = Settings(
        database_url="postgresql://h/d",
        database_read_url="postgresql://r/d",
        database_pool_size=3,
        database_acquire_timeout_seconds=1.0,
        database_statement_timeout_seconds=7.0,
        database_prepared_statements=0,
        slow_statement_seconds=0.0,
    )
    db = Database.from_settings(settings)
    config = db._pool.config
    assert (config.max_size, config.acquire_timeout_seconds) == (3, 1.0)
    assert (config.statement_timeout_seconds, config.prepared_statements) == (7.0, 0)
    assert config.slow_statement_seconds is None
    assert db.read is not db
    with pytest.raises(ValueError, match="DATABASE_URL: is not set"):
        Database.from_settings(Settings())


async def test_a_database_that_does_not_start_leaves_nothing_behind() -> None:
    db = Database("postgresql://127.0.0.1:1/x", config=PoolConfig(min_size=1))
    with pytest.raises(DatabaseAway):
        async with db:
            pass
    assert db._pool._opener._retry is None or db._pool._opener._retry.cancelled()
    with pytest.raises(Unavailable):
        await db.ping()


async def test_both_pools_are_closed_at_once(database_url: str) -> None:
    db = Database(database_url, read_url=database_url, config=PoolConfig(max_size=1))
    async with session(database_url) as admin:
        mine = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'drystone'"
        )
        async with db:
            reads = [
                asyncio.create_task(queries.all(sql("SELECT pg_sleep(2)")))
                for queries in (db, db.read)
            ]
            while await admin.fetchval(mine) < 2:
                await asyncio.sleep(0.01)
            began = asyncio.get_running_loop().time()
            await db.stop(0.5)  # cut: PostgreSQL notices at the end of its statement
            assert asyncio.get_running_loop().time() - began < 0.9
        results = await asyncio.gather(*reads, return_exceptions=True)
        assert {type(one) for one in results} == {DatabaseAway}

        async def gone() -> None:
            while await admin.fetchval(mine):
                await asyncio.sleep(0.01)

        await asyncio.wait_for(gone(), 20)


async def test_a_mistake_in_a_statement_is_told_as_postgresql_tells_it(db: Database) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await db.all(sql("SELECT 1 FROM nothing"))
    await until(lambda: db.statistics().idle == db.statistics().size)


async def test_an_author_who_cannot_be_named_keeps_no_connection(db: Database) -> None:
    with pytest.raises(Exception, match="half of a surrogate pair"):
        async with db.transaction(author=Author(actor="\ud800")):
            pass
    assert db.statistics().in_use == 0
