"""Litestar on asyncpg: msgspec structs in and out, a pool in the lifespan."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import asyncpg
import msgspec

# The peers are no part of the development environment: the type checker sees
# them only where the benchmark is installed.
from litestar import Litestar, get, post  # type: ignore[import-not-found, unused-ignore]
from litestar.datastructures import State  # type: ignore[import-not-found, unused-ignore]
from litestar.exceptions import (  # type: ignore[import-not-found, unused-ignore]
    HTTPException,
    NotFoundException,
)
from litestar.params import Parameter  # type: ignore[import-not-found, unused-ignore]

from bench.api.peers import statements
from bench.api.peers.tracker import NewTask, encode, open_pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Task(msgspec.Struct):
    """A task."""

    id: UUID
    project_id: UUID
    title: str
    description: str | None
    status: Literal["todo", "doing", "done"]
    priority: int
    assignee_id: UUID | None
    parent_id: UUID | None
    estimate_hours: Decimal | None
    due_at: datetime | None
    done_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class Page(msgspec.Struct):
    """A page; with `expand` its rows have more in them than a task."""

    data: list[Any]
    total: int | None


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    async with await open_pool() as app.state.pool:
        yield


@get("/tasks/{task:uuid}")  # type: ignore[untyped-decorator, unused-ignore] # untyped where Litestar is not installed
async def read(task: UUID, state: State) -> Task:
    record = await state.pool.fetchrow(statements.BY_KEY, task)
    if record is None:
        raise NotFoundException
    return Task(*record)


@get("/tasks")  # type: ignore[untyped-decorator, unused-ignore] # untyped where Litestar is not installed
async def list_tasks(
    state: State,
    limit: Annotated[int, Parameter(ge=1, le=100)] = 20,
    project_id: UUID | None = None,
    status: Literal["todo", "doing", "done"] | None = None,
    sort: Literal["-id", "-priority"] = "-id",
    count: bool = False,
    expand: bool = False,
) -> Page:
    condition, values = statements.conditions_of(project_id, status)
    page = statements.list_of(condition, sort, expand=expand, values=len(values))
    total = None
    async with state.pool.acquire() as connection:
        records = await connection.fetch(page, *values, limit)
        if count:
            total = await connection.fetchval(statements.count_of(condition), *values)
    if expand:
        return Page([statements.nest(record) for record in records], total)
    return Page([Task(*record) for record in records], total)


@post("/tasks")  # type: ignore[untyped-decorator, unused-ignore] # untyped where Litestar is not installed
async def create(data: NewTask, state: State) -> Task:
    values = [getattr(data, column) for column in statements.GIVEN_COLUMNS]
    try:
        async with state.pool.acquire() as connection, connection.transaction():
            record = await connection.fetchrow(statements.CREATE, *values)
            stored = Task(*record)
            await connection.execute(statements.RECORD, stored.id, encode(stored).decode())
    except asyncpg.IntegrityConstraintViolationError as error:
        raise HTTPException(status_code=409, detail=str(error)) from error
    return stored


app = Litestar(route_handlers=[read, list_tasks, create], lifespan=[lifespan])
