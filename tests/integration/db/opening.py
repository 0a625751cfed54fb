"""Connections and pools to a test's database, ended with the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from drystone.db.connection.connection import Connection
from drystone.db.pool.config import PoolConfig
from drystone.db.pool.pool import Pool


async def open_raw(url: str) -> asyncpg.Connection[asyncpg.Record]:
    return await asyncpg.connect(url, statement_cache_size=0)


@asynccontextmanager
async def open_connection(url: str, **options: Any) -> AsyncIterator[Connection]:
    connection = Connection(await open_raw(url), **options)
    try:
        yield connection
    finally:
        await connection.close(5)


@asynccontextmanager
async def open_pool(url: str, *, config: PoolConfig | None = None) -> AsyncIterator[Pool]:
    """Yield a pool; at the end nothing of it may be in use, or be left behind."""
    pool = Pool(lambda: open_raw(url), config=config or PoolConfig(max_size=4))
    try:
        yield pool
        await until(lambda: whole(pool))
    finally:
        await pool.stop(2)
    assert pool.statistics().size == 0


def whole(pool: Pool) -> bool:
    """Say whether every connection of the pool is free."""
    numbers = pool.statistics()
    return numbers.idle == numbers.size and not numbers.opening and not numbers.waiting


async def until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
