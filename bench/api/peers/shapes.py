"""The pydantic models of both FastAPI servers: what comes in, and what goes out."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

# The peers are no part of the development environment: the type checker sees
# them only where the benchmark is installed.
from pydantic import BaseModel, ConfigDict, Field  # type: ignore[import-not-found, unused-ignore]

Status = Literal["todo", "doing", "done"]


class NewTask(BaseModel):  # type: ignore[misc, unused-ignore] # Any where pydantic is not installed
    """The body of a new task."""

    model_config = ConfigDict(extra="forbid")

    project_id: UUID
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None
    status: Status = "todo"
    priority: Annotated[int, Field(ge=1, le=5)] = 3
    assignee_id: UUID | None = None
    parent_id: UUID | None = None
    estimate_hours: Annotated[Decimal, Field(ge=0, max_digits=6, decimal_places=2)] | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None


class _Stored(BaseModel):  # type: ignore[misc, unused-ignore] # Any where pydantic is not installed
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class Task(_Stored):
    """A task."""

    project_id: UUID
    title: str
    description: str | None
    status: Status
    priority: int
    assignee_id: UUID | None
    parent_id: UUID | None
    estimate_hours: Decimal | None
    due_at: datetime | None
    done_at: datetime | None


class Project(_Stored):
    """A project."""

    name: str
    description: str | None
    is_public: bool
    owner_id: UUID
    closed_at: datetime | None


class User(_Stored):
    """A person."""

    email: str
    name: str


class ExpandedTask(Task):
    """A task with what it refers to."""

    project: Project
    assignee: User | None


class Tasks(BaseModel):  # type: ignore[misc, unused-ignore] # Any where pydantic is not installed
    """A page."""

    data: list[Task]
    total: int | None


class ExpandedTasks(BaseModel):  # type: ignore[misc, unused-ignore] # Any where pydantic is not installed
    """A page with what its tasks refer to."""

    data: list[ExpandedTask]
    total: int | None


class Question(BaseModel):  # type: ignore[misc, unused-ignore] # Any where pydantic is not installed
    """The parameters of a list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    project_id: UUID | None = None
    status: Status | None = None
    sort: Literal["-id", "-priority"] = "-id"
    count: bool = False
    expand: bool = False
