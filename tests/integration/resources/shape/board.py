"""An application of tasks in projects, whose rows are shown with others beside them.

Person ◄─ Project ◄─ Task ◄─ cascade ─ Comment ─► Person
              ▲        ▲──── cascade ─ Tag
              └ Member ─► Person
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import asyncpg
from tests import client
from tests.integration.resources.served.workshop import Api

from drystone import (
    App,
    Field,
    Index,
    Length,
    Model,
    OnDelete,
    OptionalRef,
    Range,
    Ref,
    Rules,
    Secret,
    Transaction,
    Unique,
    count,
    default,
    many,
    now,
    select,
)
from drystone.db.ddl.statements import create_statements
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up
from drystone.resources.writing.change import Change
from drystone.settings import Settings


class Person(Model, table="people"):
    name: Field[str]
    token: Field[Annotated[str, Secret()]] = default("t")


class Project(Model):
    name: Field[Annotated[str, Unique()]]
    owner: OptionalRef[Person] = default(None)


class Member(Model, soft_delete=False):
    project: Ref[Project]
    person: Ref[Person]


class Task(Model, history=True):
    project: OptionalRef[Project] = default(None)
    title: Field[Annotated[str, Length(1, 40)]]
    priority: Field[Annotated[int, Range(1, 5)]] = default(3)
    due_at: Field[datetime | None] = default(None)

    @classmethod
    def rules(cls) -> Rules:
        return [Index(cls.priority)]


class Comment(Model):
    task: Annotated[Ref[Task], OnDelete("cascade")]
    author: OptionalRef[Person] = default(None)
    body: Field[Annotated[str, Length(1, 40)]]
    note: Field[Annotated[str, Secret()]] = default("unsaid")


class Tag(Model, soft_delete=False):
    task: Annotated[Ref[Task], OnDelete("cascade")]
    name: Field[str]

    @classmethod
    def rules(cls) -> Rules:
        return [Unique(cls.task, cls.name)]


MODELS = (Person, Project, Member, Task, Comment, Tag)


def make_app(settings: Settings | None = None, *, heard: list[str] | None = None) -> App:
    """Return the application; what its hooks are told is noted in `heard`."""
    heard = [] if heard is None else heard
    app = App("Board", models=MODELS, settings=settings)
    people = app.resource(Person)
    app.resource(
        Project,
        expand=[Project.owner, many(Task.project, limit=3, expand=[Task.project])],
        computed={
            "open_tasks": select(count()).from_(Task).where(Task.project == Project.id),
            "shout": Project.name.upper(),
        },
        filters=["open_tasks", "shout"],
        sorts=["open_tasks", Project.name],
    )
    tasks = app.resource(
        Task,
        filters=[Task.project, Task.title, Task.priority, Task.project.to.name, "is_overdue"],
        sorts=[Task.title, Task.priority, Task.due_at, "weight", "last_comment"],
        expand=[
            Task.project,
            many(
                Comment.task,
                limit=2,
                sort=[Comment.created_at, Comment.id],
                expand=[Comment.author],
            ),
            many(Tag.task, limit=5, sort=[Tag.name.desc()]),
            many(Member.project, of=Task.project, expand=[Member.person]),
        ],
        computed={
            "is_overdue": Task.due_at < now(),
            "weight": Task.priority * 10,
            "project_name": Task.project.to.name,
            "last_comment": select(Comment.created_at.max()).where(Comment.task == Task.id),
        },
        nested=[Comment.task, Tag.task],
        under=[Task.project],
    )
    comments = app.resource(
        Comment, under=[Comment.task], operations=["list", "read", "create", "delete"]
    )

    for name, routes in (("person", people), ("task", tasks), ("comment", comments)):
        routes.before()(partial(_hear_before, heard, name))
        routes.after()(partial(_hear_after, heard, name))
    return app


async def _hear_before(heard: list[str], name: str, _tx: Transaction, change: Change) -> Change:
    heard.append(f"before {name} {change.operation}")
    return change


async def _hear_after(
    heard: list[str], name: str, tx: Transaction, change: Change, row: Any
) -> None:
    assert row.id == change.id
    secret = getattr(row, "token", getattr(row, "note", ""))
    comments = (
        "" if name != "task" else await tx.count(select(Comment).where(Comment.task == row.id))
    )
    heard.append(f"after {name} {change.operation} {secret}{comments}")


async def create_board(url: str) -> None:
    """Make the tables."""
    await up(partial(connect_direct, url), None)
    connection = await asyncpg.connect(url)
    for statement in create_statements(MODELS):
        await connection.execute(statement)
    await connection.close()


@asynccontextmanager
async def open_board(
    url: str, *, heard: list[str] | None = None, **settings: Any
) -> AsyncIterator[Api]:
    """Yield the application, started."""
    app = make_app(Settings(database_url=url, **settings), heard=heard)
    async with client.started(app):
        yield Api(app)


def titles(listing: dict[str, Any], member: str = "title") -> Sequence[Any]:
    """Return a member of each row of a list."""
    return [row[member] for row in listing["data"]]
