"""Drystone's data layer: JSON written by PostgreSQL, and rows as models."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from examples.tasks.models import Task

from bench.data.reads import PAGE_ROWS, PAGE_STATUS, Reads
from drystone.db.database import Database
from drystone.db.pool.config import PoolConfig
from drystone.db.query.select import select
from drystone.schema.json_encode import encode_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from drystone.db.query.select import Select


@asynccontextmanager
async def json_from_postgres(url: str, connections: int) -> AsyncIterator[Reads]:
    """Open a database; PostgreSQL writes the JSON, and nobody reads it on its way."""
    async with _open(url, connections) as db:

        async def by_key(task: UUID) -> bytes:
            return await db.get_json(Task, task) or b""

        async def page(project: UUID) -> bytes:
            return await db.json(_page(project))

        yield Reads(by_key, page)


@asynccontextmanager
async def models(url: str, connections: int) -> AsyncIterator[Reads]:
    """Open a database; rows become models, and models JSON."""
    async with _open(url, connections) as db:

        async def by_key(task: UUID) -> bytes:
            return encode_json(await db.get(Task, task))

        async def page(project: UUID) -> bytes:
            return encode_json(await db.all(_page(project)))

        yield Reads(by_key, page)


def _open(url: str, connections: int) -> Database:
    return Database(url, config=PoolConfig(min_size=connections, max_size=connections))


def _page(project: UUID) -> Select[Task]:
    """Write the statement anew, as a request handler does."""
    return (
        select(Task)
        .where(Task.project == project, Task.status == PAGE_STATUS)
        .order_by(Task.priority.desc())
        .limit(PAGE_ROWS)
    )
