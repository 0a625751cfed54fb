"""The tables: people, projects and tasks as `examples/tasks` has them, tasks with a history.

They are declared anew because there the tasks keep no history, and other tables refer to
them. `database.py` checks that the columns are the same, so the sample's rows fit both.
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
    Range,
    Ref,
    Rules,
    Unique,
    default,
)

Name = Annotated[str, Length(1, 100)]


class User(Model):
    """A person."""

    email: Field[Annotated[Email, Unique(ignore_case=True)]]
    name: Field[Name]


class Project(Model):
    """A body of work with an owner."""

    name: Field[Name]
    description: Field[Annotated[str, Length(1, 10_000)] | None] = default(None)
    is_public: Field[bool] = default(False)
    owner: Ref[User]
    closed_at: Field[datetime | None] = default(None)

    @classmethod
    def rules(cls) -> Rules:
        """Tell an owner's projects apart by name."""
        return [Unique(cls.owner, cls.name, ignore_case=True)]


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
        ]


MODELS = (User, Project, Task)
