"""Tasks: listed, read, created, replaced, changed and deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from drystone import Request, Response, Router
from drystone.errors import ValidationFailed, Violation
from examples.tasks.database import Connection, database
from examples.tasks.pagination import Listing, an_id, number, one_of
from examples.tasks.rows import Row, answer_row, etag_of, fetch_row

Status = Literal["todo", "doing", "done"]
Title = Annotated[str, Meta(min_length=1, max_length=200)]
Priority = Annotated[int, Meta(ge=1, le=5)]
Time = Annotated[datetime, Meta(tz=True)]


class TaskCreate(Struct, kw_only=True):
    project_id: UUID
    title: Title
    status: Status = "todo"
    priority: Priority = 3
    assignee_id: UUID | None = None
    due_at: Time | None = None


class TaskReplace(TaskCreate, kw_only=True):
    """All of a task: what is left out gets its default.

    What only the database decides may be sent back unchanged, as after reading.
    """

    id: UUID | UnsetType = UNSET
    version: int | UnsetType = UNSET
    created_at: Time | UnsetType = UNSET
    updated_at: Time | UnsetType = UNSET


class TaskPatch(Struct, kw_only=True):
    """A merge patch (RFC 7396): what is left out stays, null empties."""

    project_id: UUID | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    assignee_id: UUID | UnsetType | None = UNSET
    due_at: Time | UnsetType | None = UNSET
    id: UUID | UnsetType = UNSET
    version: int | UnsetType = UNSET
    created_at: Time | UnsetType = UNSET
    updated_at: Time | UnsetType = UNSET


WRITABLE = ("project_id", "title", "status", "priority", "assignee_id", "due_at")
TASKS = Listing(
    table="tasks",
    columns=("id", *WRITABLE, "version", "created_at", "updated_at"),
    filters={
        "status": ("status", one_of("todo", "doing", "done")),
        "priority": ("priority", number(1, 5)),
        "project": ("project_id", an_id),
        "project_id": ("project_id", an_id),
        "assignee": ("assignee_id", an_id),
        "assignee_id": ("assignee_id", an_id),
    },
    sorts=("created_at", "due_at", "priority", "title"),
)

READ = TASKS.select + " WHERE id = $1"
LOCK = READ + " FOR UPDATE"
INSERT = """
    INSERT INTO tasks (project_id, title, status, priority, assignee_id, due_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING *
"""
UPDATE = """
    UPDATE tasks
    SET (project_id, title, status, priority, assignee_id, due_at) = ($2, $3, $4, $5, $6, $7)
    WHERE id = $1
    RETURNING *
"""
DELETE = "DELETE FROM tasks WHERE id = $1"

router = Router()


@router.get("/", name="tasks")
async def list_tasks(request: Request) -> Response:
    return await TASKS.answer(request)


@router.post("/", body=TaskCreate)
async def create_task(request: Request) -> Response:
    task = await request.json(TaskCreate)
    async with database.connect() as connection:
        row = dict(await connection.fetchrow(INSERT, *structs.astuple(task)) or {})
    where = f"{request.path}/{row['id']}"
    return Response.json(row, status=201, headers=[("Location", where), ("ETag", etag_of(row))])


@router.get("/{id:uuid}", name="task")
async def read_task(request: Request) -> Response:
    async with database.connect() as connection:
        row = await fetch_row(connection, request, READ, kind="task")
    return answer_row(request, row)


@router.put("/{id:uuid}", body=TaskReplace)
async def replace_task(request: Request) -> Response:
    return await change_task(request, await request.json(TaskReplace))


@router.patch("/{id:uuid}", body=TaskPatch)
async def patch_task(request: Request) -> Response:
    return await change_task(request, await request.json(TaskPatch))


@router.delete("/{id:uuid}")
async def delete_task(request: Request) -> Response:
    async with database.connect() as connection, connection.transaction():
        row = await fetch_row(connection, request, LOCK, kind="task")
        await connection.execute(DELETE, row["id"])
    return Response.empty()


async def change_task(request: Request, change: TaskReplace | TaskPatch) -> Response:
    """Write what the body says over the task, and answer it as it is then."""
    async with database.connect() as connection, connection.transaction():
        row = await fetch_row(connection, request, LOCK, kind="task")
        changed = await update_task(connection, row, structs.asdict(change))
    # After the block: the answer leaves once the change is committed.
    return Response.json(changed, headers=[("ETag", etag_of(changed))])


async def update_task(connection: Connection, row: Row, change: dict[str, Any]) -> Row:
    """Return the row as it is after the change.

    Raises:
        ValidationFailed: something in it can only be read.
    """
    given = {name: value for name, value in change.items() if value is not UNSET}
    faults = [
        Violation(code="read_only", detail="cannot be changed", pointer=f"/{name}")
        for name, value in given.items()
        if name not in WRITABLE and value != row[name]
    ]
    if faults:
        raise ValidationFailed(errors=faults)
    merged = row | given
    values = [merged[name] for name in WRITABLE]
    return dict(await connection.fetchrow(UPDATE, row["id"], *values) or {})
