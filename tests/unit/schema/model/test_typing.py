"""What a type checker says of models: right usages pass, each wrong one is refused.

mypy runs over a file made here. pyright, which the development environment does not
have, was asked the same by hand: `docs/adr/0010-model-attributes.md`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]

DECLARED = """\
from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, assert_type
from uuid import UUID, uuid4

import msgspec

from drystone import (
    Check, Field, Index, Length, Model, OnDelete, OptionalRef, Range, Ref, Rules, Unique,
    default, generated, made,
)
from drystone.schema.expressions.expression import Expression, Order, Predicate
from drystone.schema.model.column import Column, ReferenceColumn


class User(Model):
    name: Field[str]


class Project(Model):
    owner: Ref[User]
    name: Field[str]


class Task(Model):
    project: Annotated[Ref[Project], OnDelete("cascade")]
    title: Field[Annotated[str, Length(1, 200)]]
    status: Field[Literal["todo", "done"]] = default("todo")
    priority: Field[Annotated[int, Range(1, 5)]] = default(3)
    assignee: OptionalRef[User] = default(None)
    due_at: Field[datetime | None] = default(None)
    tags: Field[list[str]] = made(list)
    shout: Field[str] = generated("upper(title)")

    @classmethod
    def rules(cls) -> Rules:
        return [
            Unique(cls.project, cls.title),
            Check((cls.priority >= 1) & cls.due_at.is_null(), name="x"),
            Index(cls.due_at.desc(), include=[cls.title]),
        ]


class Noted(Model, abstract=True):
    note: Field[str] = default("")


class Letter(Noted):
    to: Ref[User]


def where(*predicates: Predicate) -> None: ...
def order(*terms: Expression[object] | Order) -> None: ...


user = User(name="x")
project = Project(owner=user.id, name="x")
task = Task(project=project.id, title="x")
now = datetime.now(UTC)
"""

RIGHT = """\
assert_type(Task.priority, Column[int])
assert_type(Task.project, ReferenceColumn[Project])
assert_type(task.priority, int)
assert_type(task.project, UUID)
assert_type(task.assignee, UUID | None)
assert_type(task.due_at, datetime | None)
assert_type(task.tags, list[str])
assert_type(task.id, UUID)
assert_type(task.version, int)
assert_type(Task.priority >= 3, Predicate)
assert_type(Task.project.to.owner, ReferenceColumn[User])
where(Task.priority >= 3, Task.title == "x", Task.status != "done")
where((Task.priority >= 3) & Task.due_at.is_null() | ~(Task.title == "x"))
where(Task.due_at <= now, Task.title.contains("x"), Task.tags.has("x"))
where(Task.project == project, Task.project == project.id, Task.project != project)
where(Task.assignee == user, Task.project.to.owner == user, Task.project.to.owner == user.id)
where(Task.project.in_([project, project.id]), Task.priority.in_([1, 2]))
where(Task.title == Task.shout, Task.priority.between(1, 3))
where(Letter.note == "x", Letter.to == user)
order(Task.due_at.desc(nulls="last"), Task.priority.asc())
task == task
task == None  # noqa: E711
{task: 1}
Task(project=uuid4(), title="x", assignee=None, due_at=now, tags=["x"], id=uuid4())
Letter(to=user.id, note="x").note.upper()
msgspec.structs.replace(task, title="y").title.upper()
"""

WRONG = """\
where(Task.priority == "3")
where(Task.priority >= "3")
where(Task.title == 3)
where(Task.due_at <= 3)
where(Task.title)
where(Task.project == user)
where(Task.project.to.owner == project)
Task.project == user
Task.project != user
Task.assignee == project
Task.project.to.owner == project
Task.project.in_([user])
Task.priority.contains("x")
Task.titel
Task.project.to.titel
task.titel
task.title = "y"
task.project = uuid4()
task.title.contains("x")
task.project.to
task == user
Task(title="x")
Task(project=uuid4(), title=3)
Task(project=project, title="x")
Task(project=None, title="x")
Task(project=uuid4(), title="x", assignee=user)
Task(project=uuid4(), title="x", nothing=1)
Task(uuid4(), "x")
Letter(note="x")
where(Task.priority >= 3 and Task.title == 3)
Unique("title")
"""


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The statements that mypy refuses."""
    folder = tmp_path_factory.mktemp("typing")
    source = DECLARED + RIGHT + WRONG
    (folder / "usage.py").write_text(source)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file="]
    result = subprocess.run(
        [*command, f"--cache-dir={folder / 'cache'}", "usage.py"],
        cwd=folder,
        env={"MYPYPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not result.stderr, result.stderr
    lines = source.splitlines()
    found = re.findall(r"^usage\.py:(\d+): error:", result.stdout, flags=re.MULTILINE)
    assert found, result.stdout
    return {lines[int(number) - 1] for number in found}


@pytest.mark.slow
def test_right_usages_pass(refused: set[str]) -> None:
    assert not refused - {*WRONG.splitlines()}


@pytest.mark.slow
def test_wrong_usages_are_refused(refused: set[str]) -> None:
    assert [line for line in WRONG.splitlines() if line not in refused] == []
