"""asyncpg as its documentation has it, and without its pool: the least that it can cost.

The pool sends a reset with every connection that is given back. JSON is written by the
standard library, as most do it, and by msgspec, which is the fairer comparison.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec

from bench.data.reads import BY_KEY_SQL, PAGE_ROWS, PAGE_SQL, PAGE_STATUS, Reads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from uuid import UUID

    from asyncpg.prepared_stmt import PreparedStatement

    Encode = Callable[[Any], bytes]


def _dumps(value: object) -> bytes:
    return json.dumps(value, default=str).encode()


@asynccontextmanager
async def pool_and_json(url: str, connections: int) -> AsyncIterator[Reads]:
    """Open a pool; rows become JSON by the standard library."""
    async with asyncpg.create_pool(url, min_size=connections, max_size=connections) as pool:
        yield _pool_reads(pool, _dumps)


@asynccontextmanager
async def pool_and_msgspec(url: str, connections: int) -> AsyncIterator[Reads]:
    """Open a pool; rows become JSON by msgspec."""
    async with asyncpg.create_pool(url, min_size=connections, max_size=connections) as pool:
        yield _pool_reads(pool, msgspec.json.Encoder().encode)


def _pool_reads(pool: asyncpg.Pool[asyncpg.Record], encode: Encode) -> Reads:
    async def by_key(task: UUID) -> bytes:
        return encode(dict(await pool.fetchrow(BY_KEY_SQL, task)))  # type: ignore[arg-type]  # it is there

    async def page(project: UUID) -> bytes:
        records = await pool.fetch(PAGE_SQL, project, PAGE_STATUS, PAGE_ROWS)
        return encode([dict(record) for record in records])

    return Reads(by_key, page)


@asynccontextmanager
async def held_and_msgspec(url: str, connections: int) -> AsyncIterator[Reads]:
    """Open connections that hold their statements prepared, in a plain queue."""
    raw = [await asyncpg.connect(url) for _ in range(connections)]
    free: asyncio.LifoQueue[
        tuple[PreparedStatement[asyncpg.Record], PreparedStatement[asyncpg.Record]]
    ] = asyncio.LifoQueue()
    for connection in raw:
        free.put_nowait((await connection.prepare(BY_KEY_SQL), await connection.prepare(PAGE_SQL)))
    encode = msgspec.json.Encoder().encode

    async def by_key(task: UUID) -> bytes:
        held = await free.get()
        try:
            return encode(dict(await held[0].fetchrow(task)))  # type: ignore[arg-type]  # it is there
        finally:
            free.put_nowait(held)

    async def page(project: UUID) -> bytes:
        held = await free.get()
        try:
            records = await held[1].fetch(project, PAGE_STATUS, PAGE_ROWS)
        finally:
            free.put_nowait(held)
        return encode([dict(record) for record in records])

    try:
        yield Reads(by_key, page)
    finally:
        for connection in raw:
            await connection.close()
