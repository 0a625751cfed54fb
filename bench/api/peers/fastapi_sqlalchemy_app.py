"""FastAPI on SQLAlchemy's asyncio ORM: a session for each request."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

# The peers are no part of the development environment: the type checker sees
# them only where the benchmark is installed.
from fastapi import (  # type: ignore[import-not-found, unused-ignore]
    Depends,
    FastAPI,
    HTTPException,
    Query,
)
from sqlalchemy import func, select  # type: ignore[import-not-found, unused-ignore]
from sqlalchemy.engine import make_url  # type: ignore[import-not-found, unused-ignore]
from sqlalchemy.exc import IntegrityError  # type: ignore[import-not-found, unused-ignore]
from sqlalchemy.ext.asyncio import (  # type: ignore[import-not-found, unused-ignore]
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import selectinload  # type: ignore[import-not-found, unused-ignore]

from bench.api.peers import shapes
from bench.api.peers.tables import Task, TaskHistory
from bench.api.peers.tracker import POOL_SIZE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

engine = create_async_engine(
    make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg"),
    pool_size=POOL_SIZE,
    max_overflow=0,
)
open_session = async_sessionmaker(engine, expire_on_commit=False)

ORDERS = {"-id": (Task.id.desc(),), "-priority": (Task.priority.desc(), Task.id.desc())}


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def session_of() -> AsyncIterator[AsyncSession]:
    async with open_session() as session:
        yield session


GivenSession = Annotated[AsyncSession, Depends(session_of)]


@app.get("/tasks/{task}", response_model=shapes.Task)  # type: ignore[untyped-decorator, unused-ignore] # untyped where FastAPI is not installed
async def read(task: UUID, session: GivenSession) -> Any:
    query = select(Task).where(Task.id == task, Task.deleted_at.is_(None))
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise HTTPException(404)
    return found


@app.get("/tasks")  # type: ignore[untyped-decorator, unused-ignore] # untyped where FastAPI is not installed
async def list_tasks(
    asked: Annotated[shapes.Question, Query()], session: GivenSession
) -> shapes.ExpandedTasks | shapes.Tasks:
    conditions: list[Any] = [Task.deleted_at.is_(None)]
    if asked.project_id is not None:
        conditions.append(Task.project_id == asked.project_id)
    if asked.status is not None:
        conditions.append(Task.status == asked.status)
    query = select(Task).where(*conditions).order_by(*ORDERS[asked.sort]).limit(asked.limit)
    if asked.expand:
        query = query.options(selectinload(Task.project), selectinload(Task.assignee))
    tasks = (await session.scalars(query)).all()
    total = None
    if asked.count:
        total = await session.scalar(select(func.count()).select_from(Task).where(*conditions))
    if asked.expand:
        expanded = [shapes.ExpandedTask.model_validate(task) for task in tasks]
        return shapes.ExpandedTasks(data=expanded, total=total)
    return shapes.Tasks(data=[shapes.Task.model_validate(task) for task in tasks], total=total)


@app.post("/tasks", status_code=201)  # type: ignore[untyped-decorator, unused-ignore] # untyped where FastAPI is not installed
async def create(body: shapes.NewTask, session: GivenSession) -> shapes.Task:
    task = Task(**body.model_dump())
    try:
        async with session.begin():
            session.add(task)
            await session.flush()
            stored: shapes.Task = shapes.Task.model_validate(task)
            data = stored.model_dump(mode="json")
            session.add(TaskHistory(task_id=task.id, operation="insert", data=data))
    except IntegrityError as error:
        raise HTTPException(409, str(error.orig)) from error
    return stored
