"""FastAPI on asyncpg: response models, a pool in the lifespan."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import asyncpg

# The peers are no part of the development environment: the type checker sees
# them only where the benchmark is installed.
from fastapi import (  # type: ignore[import-not-found, unused-ignore]
    Depends,
    FastAPI,
    HTTPException,
    Query,
    Request,
)

from bench.api.peers import shapes, statements
from bench.api.peers.tracker import encode, open_pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# FastAPI reads annotations when a route is declared.
Pool = asyncpg.Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with await open_pool() as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan)


async def pool_of(request: Request) -> Any:
    return request.app.state.pool


GivenPool = Annotated[Any, Depends(pool_of)]


@app.get("/tasks/{task}")  # type: ignore[untyped-decorator, unused-ignore] # untyped where FastAPI is not installed
async def read(task: UUID, pool: GivenPool) -> shapes.Task:
    record = await pool.fetchrow(statements.BY_KEY, task)
    if record is None:
        raise HTTPException(404)
    return dict(record)  # type: ignore[return-value]  # the response model makes one of it


@app.get("/tasks")  # type: ignore[untyped-decorator, unused-ignore] # untyped where FastAPI is not installed
async def list_tasks(
    asked: Annotated[shapes.Question, Query()], pool: GivenPool
) -> shapes.ExpandedTasks | shapes.Tasks:
    condition, values = statements.conditions_of(asked.project_id, asked.status)
    page = statements.list_of(condition, asked.sort, expand=asked.expand, values=len(values))
    total = None
    async with pool.acquire() as connection:
        records = await connection.fetch(page, *values, asked.limit)
        if asked.count:
            total = await connection.fetchval(statements.count_of(condition), *values)
    shape: Any = statements.nest if asked.expand else dict
    page_of: Any = shapes.ExpandedTasks if asked.expand else shapes.Tasks
    return page_of(data=[shape(record) for record in records], total=total)  # type: ignore[no-any-return]  # pydantic checks the rows


@app.post("/tasks", status_code=201)  # type: ignore[untyped-decorator, unused-ignore] # untyped where FastAPI is not installed
async def create(task: shapes.NewTask, pool: GivenPool) -> shapes.Task:
    values = [getattr(task, column) for column in statements.GIVEN_COLUMNS]
    try:
        async with pool.acquire() as connection, connection.transaction():
            record = await connection.fetchrow(statements.CREATE, *values)
            stored = dict(record)
            await connection.execute(statements.RECORD, record["id"], encode(stored).decode())
    except asyncpg.IntegrityConstraintViolationError as error:
        raise HTTPException(409, str(error)) from error
    return stored  # type: ignore[return-value]  # as above
