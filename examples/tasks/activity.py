"""`/activity` and `/projects/{id}/activity`: what happened lately, who did it, and when.

    {"data": [{"event": "changed", "resource": "tasks", "id": "…", "title": "Fix the login form",
               "project": {"id": "…", "name": "Website"}, "actor_name": "Ada Lind", "version": 2,
               "changes": {"status": {"old": "todo", "new": "doing"}}, …}],
     "pagination": {"limit": 20, "next_cursor": "…", …}}

It is told from the history, which the database writes itself: an UPDATE in psql shows up as
well. Newest first, by cursor alone: pages by number would shift with everything that happens.
A place in it is a time and the number of a change, so what commits together stays apart.

With 100,000 tasks in 500 projects, a page of a project takes PostgreSQL some 15 ms, found by
the primary key of the history, `(row_id, sequence, changed_at)`; one of all projects 2 ms,
along its index on `changed_at`. Neither depends on how far back the page is. A project with
20,000 tasks is another matter: 350 ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from drystone import Request, Response, load_sql
from drystone.db.history.entries import Entry
from drystone.db.query.raw import SQLFile
from drystone.db.rows.record import Record
from drystone.errors import InvalidCursor
from drystone.http.response import JSON_TYPE
from drystone.resources.asking.paging import DEFAULT_LIMIT, MAX_LIMIT
from drystone.resources.history.entry_form import entry_json
from drystone.resources.listing.cursor import Cursor, binding_of, read_cursor
from drystone.resources.listing.envelope import CursorPagination, write_envelope
from drystone.resources.listing.links import link_to_cursors
from drystone.resources.listing.neighbours import paginate_beside
from drystone.schema.json_encode import encode_json
from drystone.schema.model.model_meta import describe
from examples.tasks.models import Comment, Member, Project, Task
from examples.tasks.resources import projects
from examples.tasks.tracker import app

_SQL: Final = Path(__file__).with_name("activity_sql")
OF_PROJECT: Final = load_sql(_SQL / "of_project.sql")
OF_ALL: Final = load_sql(_SQL / "of_all.sql")

INFOS: Final = {describe(one).table: describe(one) for one in (Project, Member, Task, Comment)}
# Behind everything that can have happened.
END: Final = "9999-12-31T00:00:00+00:00 0"


class Place(msgspec.Struct):
    """A project that something happened in."""

    id: UUID
    name: str


class Change(msgspec.Struct):
    """What a field was, and what it became."""

    old: Any
    new: Any


class Event(msgspec.Struct):
    """Something that happened.

    Attributes:
        event: `created`, `changed`, `deleted` or `restored`.
        resource: of which kind the row is: `projects`, `members`, `tasks` or `comments`.
        id: of the row.
        title: what it is called now: of a member their name, of a comment its task's title.
        project: that it belongs to now.
        actor_name: of the person who did it; null where that is nobody of the tracker.
        version: what the row's version became.
        operation: as the row's history has it.
        changed_at: when.
        actor: who did it: a person's id, or what else was said.
        request_id: of the request that did it.
        database_role: who did it in the database itself.
        changes: each field that changed.
    """

    event: str
    resource: str
    id: UUID
    title: str
    project: Place
    actor_name: str | None
    version: int
    operation: str
    changed_at: datetime
    actor: str | None
    request_id: str | None
    database_role: str | None
    changes: dict[str, Change]


class Activity(msgspec.Struct):
    """A page of what happened."""

    data: list[Event]
    pagination: CursorPagination


class Paging(msgspec.Struct):
    """Which page is wanted.

    Attributes:
        limit: events on a page.
        cursor: of the page that a `next_cursor` or `prev_cursor` leads to.
    """

    limit: Annotated[int, Meta(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    cursor: str = ""


@app.get("/activity", name="activity", query=Paging, returns=Activity, problems=[InvalidCursor])
async def read_activity(request: Request) -> Response:
    """Answer with what happened lately in all projects."""
    return await answer(request, OF_ALL, {})


@projects.get(
    "/{id:uuid}/activity",
    name="projects.activity",
    query=Paging,
    returns=Activity,
    problems=[InvalidCursor],
)
async def read_project_activity(request: Request) -> Response:
    """Answer with what happened lately in a project: to its tasks, comments and members."""
    project = await projects.find(request, app.db, request.params["id"])
    return await answer(request, OF_PROJECT, {"project": project.id})


async def answer(request: Request, report: SQLFile, values: Mapping[str, Any]) -> Response:
    """Answer with the page of events that the query asks for.

    Raises:
        UnknownParameter, InvalidParameter, InvalidCursor: it cannot be understood.
    """
    paging = request.query.read(Paging)
    keys = (app.signing_key("activity"),)
    bound_to = binding_of("activity", *map(str, values.values()))
    cursor = read_cursor(paging.cursor, bound_to=bound_to, keys=keys) if paging.cursor else None
    rows: list[Any] = await app.db.read.all(
        report.with_values({**values, **place_of(cursor), "rows": paging.limit + 1})
    )
    is_backward = cursor is not None and cursor.direction.is_backward
    # The row that is one too many tells of more: it is the one farthest from the cursor.
    page = rows[-paging.limit :] if is_backward else rows[: paging.limit]
    pagination = paginate_beside(
        cursor,
        [f"{row['changed_at'].isoformat()} {row['sequence']}" for row in page],
        has_more=len(rows) > paging.limit,
        limit=paging.limit,
        total=None,
        bound_to=bound_to,
        keys=keys,
    )
    return Response(
        write_envelope([event_json(row) for row in page], pagination),
        media_type=JSON_TYPE,
        headers=[("Link", link_to_cursors(request.target, pagination))],
    )


def place_of(cursor: Cursor | None) -> dict[str, Any]:
    """Return where a page begins, as the statements take it."""
    time, _, number = (END if cursor is None else cursor.place).partition(" ")
    is_older = cursor is None or not cursor.direction.is_backward
    # The change at the place itself belongs to the page, or does not.
    step = 0 if cursor is None or not cursor.direction.is_inclusive else 1 if is_older else -1
    return {
        "is_older": is_older,
        "place_at": datetime.fromisoformat(time).astimezone(UTC),
        "place_number": int(number) + step,
    }


def event_json(row: Record) -> bytes:
    """Return an event as JSON: what it is about, and the entry of the history behind it."""
    found: Mapping[str, Any] = dict(zip(row.keys(), row, strict=True))
    entry = Entry(**{name: found[name] for name in Entry._fields})
    head = {
        "event": name_event(entry),
        "resource": found["table_name"],
        "id": found["row_id"],
        "title": found["title"],
        "project": Place(found["project_id"], found["project_name"]),
        "actor_name": found["actor_name"],
    }
    return encode_json(head)[:-1] + b"," + entry_json(INFOS[found["table_name"]], entry)[1:]


def name_event(entry: Entry) -> str:
    """Return what happened, in a word."""
    if entry.operation == "insert":
        return "created"
    old = msgspec.json.decode(entry.old or "{}")
    if "deleted_at" in old:
        return "deleted" if old["deleted_at"] is None else "restored"
    return "changed"
