"""The shape of each sample row: the columns that it gives, in the order of `COPY`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID


class UserRow(NamedTuple):
    id: UUID
    created_at: datetime
    updated_at: datetime
    email: str
    name: str


class ProjectRow(NamedTuple):
    id: UUID
    created_at: datetime
    updated_at: datetime
    version: int
    name: str
    description: str | None
    is_public: bool
    owner_id: UUID
    closed_at: datetime | None


class MemberRow(NamedTuple):
    id: UUID
    created_at: datetime
    updated_at: datetime
    project_id: UUID
    user_id: UUID
    role: str


class TaskRow(NamedTuple):
    id: UUID
    created_at: datetime
    updated_at: datetime
    version: int
    project_id: UUID
    title: str
    description: str | None
    status: str
    priority: int
    assignee_id: UUID | None
    parent_id: UUID | None
    estimate_hours: Decimal | None
    due_at: datetime | None
    done_at: datetime | None


class TagRow(NamedTuple):
    id: UUID
    created_at: datetime
    updated_at: datetime
    name: str
    colour: str


class TaskTagRow(NamedTuple):
    id: UUID
    created_at: datetime
    updated_at: datetime
    task_id: UUID
    tag_id: UUID


class CommentRow(NamedTuple):
    id: UUID
    created_at: datetime
    updated_at: datetime
    task_id: UUID
    author_id: UUID
    body: str


class AttachmentRow(NamedTuple):
    id: UUID
    created_at: datetime
    updated_at: datetime
    task_id: UUID
    uploader_id: UUID
    file_name: str
    media_type: str
    size_bytes: int
    sha256: bytes


class SampleTable(NamedTuple):
    """One table's rows.

    Attributes:
        name: of the table.
        columns: of the rows, in their order; the table's other columns have defaults.
        rows: to be read once.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[object, ...]]
