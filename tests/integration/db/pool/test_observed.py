"""A pool whose statements are observed, and one whose connections only read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest
from tests.integration.db.facade import open_database

from drystone.db.connection.connect import connect
from drystone.db.database import Database
from drystone.db.dsn.dsn import TargetSession
from drystone.db.dsn.parse import parse_dsn
from drystone.db.failures import DatabaseAway
from drystone.db.pool.config import PoolConfig
from drystone.db.pool.observed import ObservedStatement
from drystone.db.query.raw import sql


class Witness:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.seen: list[ObservedStatement] = []

    def observe(self, statement: ObservedStatement) -> None:
        self.seen.append(statement)

    @property
    def texts(self) -> list[str]:
        return [one.sql for one in self.seen]


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
async def db(database_url: str, witness: Witness) -> AsyncIterator[Database]:
    async with Database(database_url, observer=witness) as database:
        yield database


async def test_every_statement_is_told_with_its_values(db: Database, witness: Witness) -> None:
    await db.all(sql("SELECT $1::int AS a", 7))
    async with db.transaction() as tx:
        await tx.first(sql("SELECT 1"))
        await tx.try_lock("a")
        await tx.connection.script("SELECT 2; SELECT 3")
        assert [row[0] async for row in tx.stream(sql("SELECT $1::int", 5))] == [5]
    assert witness.texts == [
        "SELECT $1::int AS a",
        "BEGIN ISOLATION LEVEL READ COMMITTED",
        "SELECT 1",
        "SELECT pg_try_advisory_xact_lock($1)",
        "SELECT 2; SELECT 3",
        *["SELECT $1::int"] * 3,
        "COMMIT",
    ]
    assert witness.seen[0].values == (7,)
    assert all(one.seconds > 0 and one.failure is None for one in witness.seen)


async def test_a_statement_that_fails_is_told_too(db: Database, witness: Witness) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await db.all(sql("SELECT * FROM missing"))
    (one,) = witness.seen
    assert isinstance(one.failure, asyncpg.UndefinedTableError)


async def test_without_an_observer_nothing_is_told(database_url: str) -> None:
    async with open_database(database_url) as database:
        await database.all(sql("SELECT 1"))
        connection = await database._pool.take()
        try:
            assert not hasattr(connection, "observer")
        finally:
            database._pool.give_back(connection)


async def test_connections_that_only_read_refuse_writes(database_url: str) -> None:
    async with Database(database_url, config=PoolConfig(read_only=True)) as database:
        assert (await database.one(sql("SELECT 1")))[0] == 1
        for write in ("CREATE TABLE t ()", "SELECT setval('s', 1)"):
            with pytest.raises((DatabaseAway, asyncpg.PostgresError)) as caught:
                await database.execute(sql(write))
            cause = caught.value.__cause__ or caught.value
            expected = (asyncpg.ReadOnlySQLTransactionError, asyncpg.UndefinedTableError)
            assert isinstance(cause, expected)
        with pytest.raises(DatabaseAway):
            async with database.transaction() as tx:
                await tx.execute(sql("CREATE TABLE t ()"))


async def test_a_server_that_takes_writes_is_found_for_reading_only(database_url: str) -> None:
    dsn = replace(parse_dsn(database_url), target=TargetSession.READ_WRITE)
    connection = await connect(dsn, read_only=True)
    assert await connection.fetchval("SHOW transaction_read_only") == "on"
    await connection.close()
