"""psycopg 3 with its pool: rows as dicts, prepared after the fifth time, as is its way."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

# The peers are no part of the development environment: the type checker sees
# them only where the benchmark is installed.
from psycopg.rows import dict_row  # type: ignore[import-not-found, unused-ignore]
from psycopg_pool import AsyncConnectionPool  # type: ignore[import-not-found, unused-ignore]

from bench.data.reads import BY_KEY_SQL, PAGE_ROWS, PAGE_SQL, PAGE_STATUS, Reads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

_BY_KEY = BY_KEY_SQL.replace("$1", "%s")
_PAGE = PAGE_SQL.replace("$1", "%s").replace("$2", "%s").replace("$3", "%s")


@asynccontextmanager
async def pool(url: str, connections: int) -> AsyncIterator[Reads]:
    """Open a pool of connections that commit each statement."""
    encode = msgspec.json.Encoder().encode
    async with AsyncConnectionPool(
        url,
        min_size=connections,
        max_size=connections,
        kwargs={"autocommit": True, "row_factory": dict_row},
        open=False,
    ) as connected:
        await connected.wait()

        async def by_key(task: UUID) -> bytes:
            async with connected.connection() as connection:
                cursor = await connection.execute(_BY_KEY, (task,))
                return encode(await cursor.fetchone())

        async def page(project: UUID) -> bytes:
            async with connected.connection() as connection:
                cursor = await connection.execute(_PAGE, (project, PAGE_STATUS, PAGE_ROWS))
                return encode(await cursor.fetchall())

        yield Reads(by_key, page)
