"""A database with the tables of `tests/query_models.py`, as an application holds it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from tests.integration.db.opening import until, whole
from tests.query_models import Label

from drystone.db.database import Database
from drystone.db.pool.config import PoolConfig


@asynccontextmanager
async def open_database(
    url: str, *, read_url: str | None = None, config: PoolConfig | None = None
) -> AsyncIterator[Database]:
    """Yield a database; at the end nothing of it may be in use, or be left behind."""
    database = Database(url, read_url=read_url, config=config or PoolConfig(max_size=4))
    async with database:
        yield database
        await until(lambda: whole(database._pool))
    assert database.statistics().size == 0


async def store_labels(database: Database, names: Sequence[str]) -> list[UUID]:
    """Store labels of these names; return their ids."""
    return [(await database.insert(Label(name=name))).id for name in names]


@asynccontextmanager
async def every_connection_taken(database: Database) -> AsyncIterator[None]:
    """Hold all connections for the length of the block."""
    pool = database._pool
    taken = [await pool.take() for _ in range(pool.config.max_size)]
    try:
        yield
    finally:
        for connection in taken:
            pool.give_back(connection)


@asynccontextmanager
async def session(url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Yield a connection of the test's own."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
