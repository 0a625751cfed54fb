"""The task tracker's tables: people, projects and their members, tasks and what hangs on them.

Everything that the database is to hold a row to is declared here once; the migrations in
`migrations/` are made from it by `drystone migrate make`. `docs/database.md` has the
diagram, and says table by table why it is in third normal form.

Changes of projects, members, tasks and comments are kept, for they are what people ask about
afterwards. Those of users are not: their names and addresses would outlive them. Tags and
files are not changed often enough to be worth it.

An index on `(field, id)` serves the lists that are sorted by the field, cursors included,
from either end. None is on `updated_at`: it changes with every change, and each of them
would then write to every index of the table.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from drystone import (
    Check,
    Digits,
    Email,
    Field,
    Index,
    Length,
    Model,
    OnDelete,
    OptionalRef,
    Pattern,
    Range,
    Ref,
    Rules,
    Unique,
    default,
    document,
)

Name = Annotated[str, Length(1, 100)]


class User(Model):
    """A person who owns projects, works on tasks and comments."""

    email: Field[Annotated[Email, Unique(ignore_case=True)]]
    name: Field[Name]

    @classmethod
    def rules(cls) -> Rules:
        """Serve the lists of people."""
        return [Index(cls.created_at, cls.id), Index(cls.email, cls.id), Index(cls.name, cls.id)]


class Project(Model, history=True):
    """A body of work with an owner; a public one can be seen by anybody."""

    name: Field[Name]
    description: Field[Annotated[str, Length(1, 10_000)] | None] = default(None)
    is_public: Field[bool] = default(False)
    owner: Ref[User]
    closed_at: Field[datetime | None] = default(None)

    @classmethod
    def rules(cls) -> Rules:
        """Tell an owner's projects apart by name; serve the lists and the search."""
        return [
            Unique(cls.owner, cls.name, ignore_case=True),
            Index(cls.created_at, cls.id),
            Index(cls.name, cls.id),
            Index(document(cls.name, cls.description), method="gin"),
        ]


class Member(Model, history=True):
    """A person's part in a project."""

    project: Annotated[Ref[Project], OnDelete("cascade")]
    user: Annotated[Ref[User], OnDelete("cascade")]
    role: Field[Literal["owner", "editor", "viewer"]] = default("viewer")

    @classmethod
    def rules(cls) -> Rules:
        """Let nobody be in a project twice."""
        return [Unique(cls.project, cls.user), Index(cls.created_at, cls.id)]


class Task(Model, history=True):
    """A piece of work in a project."""

    project: Ref[Project]
    title: Field[Annotated[str, Length(1, 200), Index(trigram=True)]]
    description: Field[Annotated[str, Length(1, 10_000)] | None] = default(None)
    status: Field[Literal["todo", "doing", "done"]] = default("todo")
    priority: Field[Annotated[int, Range(1, 5)]] = default(3)
    assignee: Annotated[OptionalRef[User], OnDelete("null")] = default(None)
    parent: OptionalRef[Task] = default(None)
    estimate_hours: Field[Annotated[Decimal, Digits(6, 2), Range(0)] | None] = default(None)
    due_at: Field[datetime | None] = default(None)
    done_at: Field[datetime | None] = default(None)

    @classmethod
    def rules(cls) -> Rules:
        """Keep `done_at` in step with the status; serve the lists that people look at."""
        return [
            Check(
                (cls.status == "done") == cls.done_at.is_not_null(),
                name="done_at_set",
                detail="done_at is set when, and only when, status is done",
            ),
            Check(
                cls.parent.is_null() | (cls.parent != cls.id),
                name="parent_other",
                detail="a task cannot be its own parent",
            ),
            Index(cls.project, cls.status, cls.priority.desc()),
            Index(cls.due_at, where=cls.status != "done"),
            # How much is on somebody's plate, which is asked whenever they get a task.
            Index(cls.assignee, where=cls.status != "done", deleted=False, name="tasks_open_idx"),
            Index(cls.created_at, cls.id),
            Index(cls.due_at, cls.id),
            Index(cls.priority, cls.id),
            Index(cls.title, cls.id),
            Index(document(cls.title, cls.description), method="gin"),
        ]


class Tag(Model):
    """A word that tasks are marked with."""

    name: Field[Annotated[str, Length(1, 50), Unique(ignore_case=True)]]
    colour: Field[Annotated[str, Pattern("^#[0-9a-f]{6}$")]] = default("#808080")

    @classmethod
    def rules(cls) -> Rules:
        """Serve the list by name."""
        return [Index(cls.name, cls.id)]


class TaskTag(Model):
    """A mark on a task."""

    task: Annotated[Ref[Task], OnDelete("cascade")]
    tag: Annotated[Ref[Tag], OnDelete("cascade")]

    @classmethod
    def rules(cls) -> Rules:
        """Mark a task with a tag once."""
        return [Unique(cls.task, cls.tag)]


class Comment(Model, history=True):
    """What somebody says of a task."""

    task: Annotated[Ref[Task], OnDelete("cascade")]
    author: Ref[User]
    body: Field[Annotated[str, Length(1, 10_000)]]

    @classmethod
    def rules(cls) -> Rules:
        """Serve a task's comments in their order, and the search."""
        return [
            Index(cls.task, cls.created_at, cls.id),
            Index(cls.created_at, cls.id),
            Index(document(cls.body), method="gin"),
        ]


class Attachment(Model):
    """A file that belongs to a task: what is known of it, not its bytes."""

    task: Annotated[Ref[Task], OnDelete("cascade")]
    uploader: Ref[User]
    file_name: Field[Annotated[str, Length(1, 255)]]
    media_type: Field[Annotated[str, Pattern(r"^[a-z0-9.+-]+/[a-z0-9.+-]+$"), Length(3, 127)]]
    size_bytes: Field[Annotated[int, Range(0)]]
    sha256: Field[Annotated[bytes, Length(32, 32)]]

    @classmethod
    def rules(cls) -> Rules:
        """Serve the lists of files."""
        return [Index(cls.created_at, cls.id), Index(cls.size_bytes, cls.id)]


MODELS = (User, Project, Member, Task, Tag, TaskTag, Comment, Attachment)
