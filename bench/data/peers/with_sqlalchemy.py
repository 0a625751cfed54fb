"""SQLAlchemy 2 on asyncpg: Core with dicts, and the ORM with a session for each read."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

# The peers are no part of the development environment: the type checker sees
# them only where the benchmark is installed.
from sqlalchemy import (  # type: ignore[import-not-found, unused-ignore]
    DateTime,
    Numeric,
    select,
)
from sqlalchemy.ext.asyncio import (  # type: ignore[import-not-found, unused-ignore]
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import (  # type: ignore[import-not-found, unused-ignore]
    DeclarativeBase,
    Mapped,
    mapped_column,
)

from bench.data.reads import PAGE_ROWS, PAGE_STATUS, Reads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncEngine  # type: ignore[import-not-found, unused-ignore]


class _Base(DeclarativeBase):  # type: ignore[misc, unused-ignore] # Any where SQLAlchemy is not installed
    pass


class _Task(_Base):
    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID]
    title: Mapped[str]
    description: Mapped[str | None]
    status: Mapped[str]
    priority: Mapped[int]
    assignee_id: Mapped[UUID | None]
    parent_id: Mapped[UUID | None]
    estimate_hours: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


_COLUMNS = tuple(column.key for column in _Task.__table__.columns)
_TABLE = _Task.__table__


@asynccontextmanager
async def core(url: str, connections: int) -> AsyncIterator[Reads]:
    """Open an engine; rows become dicts."""
    encode = msgspec.json.Encoder().encode
    async with _engine(url, connections) as engine:

        async def by_key(task: UUID) -> bytes:
            query = select(_TABLE).where(_TABLE.c.id == task, _TABLE.c.deleted_at.is_(None))
            async with engine.connect() as connection:
                row = (await connection.execute(query)).mappings().one()
            return encode(dict(row))

        async def page(project: UUID) -> bytes:
            query = (
                select(_TABLE)
                .where(
                    _TABLE.c.project_id == project,
                    _TABLE.c.status == PAGE_STATUS,
                    _TABLE.c.deleted_at.is_(None),
                )
                .order_by(_TABLE.c.priority.desc())
                .limit(PAGE_ROWS)
            )
            async with engine.connect() as connection:
                rows = (await connection.execute(query)).mappings().all()
            return encode([dict(row) for row in rows])

        yield Reads(by_key, page)


@asynccontextmanager
async def orm(url: str, connections: int) -> AsyncIterator[Reads]:
    """Open an engine; rows become mapped objects, read by a session of their own."""
    encode = msgspec.json.Encoder().encode
    async with _engine(url, connections) as engine:
        open_session = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)

        async def by_key(task: UUID) -> bytes:
            query = select(_Task).where(_Task.id == task, _Task.deleted_at.is_(None))
            async with open_session() as session:
                return encode(_shown((await session.scalars(query)).one()))

        async def page(project: UUID) -> bytes:
            query = (
                select(_Task)
                .where(
                    _Task.project_id == project,
                    _Task.status == PAGE_STATUS,
                    _Task.deleted_at.is_(None),
                )
                .order_by(_Task.priority.desc())
                .limit(PAGE_ROWS)
            )
            async with open_session() as session:
                return encode([_shown(task) for task in (await session.scalars(query)).all()])

        yield Reads(by_key, page)


@asynccontextmanager
async def _engine(url: str, connections: int) -> AsyncIterator[AsyncEngine]:
    # The address is handed to asyncpg as it is: SQLAlchemy reads URLs in its own way.
    import asyncpg  # noqa: PLC0415 - beside what it is for

    async def connect() -> Any:
        return await asyncpg.connect(url)

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=connections,
        max_overflow=0,
    )
    try:
        yield engine
    finally:
        await engine.dispose()


def _shown(task: _Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in _COLUMNS}
