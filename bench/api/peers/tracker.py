"""What both hand-written servers do: asyncpg's pool, msgspec for bodies and answers."""

from __future__ import annotations

import os
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from bench.api.peers import statements

POOL_SIZE = 10


class NewTask(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a new task."""

    project_id: UUID
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    description: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)] | None = None
    status: Literal["todo", "doing", "done"] = "todo"
    priority: Annotated[int, msgspec.Meta(ge=1, le=5)] = 3
    assignee_id: UUID | None = None
    parent_id: UUID | None = None
    estimate_hours: Decimal | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None


class Question(msgspec.Struct):
    """The parameters of a list."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20
    project_id: UUID | None = None
    status: Literal["todo", "doing", "done"] | None = None
    sort: Literal["-id", "-priority"] = "-id"
    count: bool = False
    expand: bool = False


encode = msgspec.json.Encoder().encode
decode_task = msgspec.json.Decoder(NewTask).decode


async def open_pool() -> asyncpg.Pool[asyncpg.Record]:
    """Open the pool, every connection of it."""
    return await asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=POOL_SIZE, max_size=POOL_SIZE
    )


async def read(pool: asyncpg.Pool[asyncpg.Record], task: UUID) -> bytes | None:
    """Return a task; None where there is none."""
    record = await pool.fetchrow(statements.BY_KEY, task)
    return None if record is None else encode(dict(record))


async def list_tasks(pool: asyncpg.Pool[asyncpg.Record], asked: Question) -> bytes:
    """Return a page."""
    condition, values = statements.conditions_of(asked.project_id, asked.status)
    page = statements.list_of(condition, asked.sort, expand=asked.expand, values=len(values))
    total = None
    async with pool.acquire() as connection:
        records = await connection.fetch(page, *values, asked.limit)
        if asked.count:
            total = await connection.fetchval(statements.count_of(condition), *values)
    shape: Any = statements.nest if asked.expand else dict
    return encode({"data": [shape(record) for record in records], "total": total})


async def create(pool: asyncpg.Pool[asyncpg.Record], body: bytes) -> bytes:
    """Store a task and its line of history.

    Raises:
        msgspec.ValidationError: the body is not a task's.
    """
    task = decode_task(body)
    values = [getattr(task, column) for column in statements.GIVEN_COLUMNS]
    async with pool.acquire() as connection, connection.transaction():
        record = await connection.fetchrow(statements.CREATE, *values)
        assert record is not None
        stored = encode(dict(record))
        await connection.execute(statements.RECORD, record["id"], stored.decode())
    return stored
