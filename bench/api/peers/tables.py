"""The tables as SQLAlchemy's ORM maps them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

# The peers are no part of the development environment: the type checker sees
# them only where the benchmark is installed.
from sqlalchemy import (  # type: ignore[import-not-found, unused-ignore]
    BigInteger,
    DateTime,
    FetchedValue,
    ForeignKey,
    Numeric,
)
from sqlalchemy.dialects.postgresql import (  # type: ignore[import-not-found, unused-ignore]
    JSONB,
)
from sqlalchemy.orm import (  # type: ignore[import-not-found, unused-ignore]
    DeclarativeBase,
    Mapped,
    mapped_column,
    relationship,
)

_TIME = DateTime(timezone=True)


class Base(DeclarativeBase):  # type: ignore[misc, unused-ignore] # Any where SQLAlchemy is not installed
    """What every row has."""

    type_annotation_map = {datetime: _TIME, int: BigInteger, dict[str, Any]: JSONB}  # noqa: RUF012 - as its documentation has it


class _Stored(Base):
    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=FetchedValue())
    version: Mapped[int] = mapped_column(server_default=FetchedValue())
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    deleted_at: Mapped[datetime | None]


class User(_Stored):
    """A person."""

    __tablename__ = "users"

    email: Mapped[str]
    name: Mapped[str]


class Project(_Stored):
    """A project."""

    __tablename__ = "projects"

    name: Mapped[str]
    description: Mapped[str | None]
    is_public: Mapped[bool]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]


class Task(_Stored):
    """A task."""

    __tablename__ = "tasks"
    # RETURNING brings what the database gives, so that nothing is read again.
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 - as its documentation has it

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    title: Mapped[str]
    description: Mapped[str | None]
    status: Mapped[str]
    priority: Mapped[int]
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"))
    estimate_hours: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship(lazy="raise")
    assignee: Mapped[User | None] = relationship(lazy="raise")


class TaskHistory(Base):
    """What became of a task."""

    __tablename__ = "task_history"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[UUID]
    operation: Mapped[str]
    data: Mapped[dict[str, Any]]
