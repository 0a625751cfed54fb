"""One statement for a list, or one for each of its rows: the same answer, three ways."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import msgspec
from examples.tasks.models import Project, Task, User

from drystone import Database, select
from drystone.db.query.json_pages import json_page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from drystone.db.queries import Queries

_RUNS: Final = 30
_PAGE = select(Task).where(Task.assignee.is_not_null()).order_by(Task.id.desc()).limit(20)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to have 20 tasks with their assignees and projects.

    Attributes:
        name: in words.
        statements: that it sends.
        milliseconds: the median.
    """

    name: str
    statements: int
    milliseconds: float


class _Counted:
    """Counts the statements that are sent through it."""

    def __init__(self, db: Queries) -> None:
        self._db = db
        self.statements = 0

    async def all(self, statement: Any) -> list[Any]:
        self.statements += 1
        return await self._db.all(statement)


async def study_n_plus_one(url: str) -> list[Way]:
    """Return the ways, the worst first."""
    async with Database(url) as db:
        return [
            await _measure(db, "a statement for each row's references", _one_by_one),
            await _measure(db, "a statement for each kind of reference", _by_kind),
            await _measure(db, "one statement: `?expand=assignee,project`", _expanded),
        ]


async def _one_by_one(db: _Counted) -> object:
    rows = []
    for task in await db.all(_PAGE):
        (assignee,) = await db.all(select(User).where(User.id == task.assignee))
        (project,) = await db.all(select(Project).where(Project.id == task.project))
        rows.append((task, assignee, project))
    return msgspec.json.encode(rows)


async def _by_kind(db: _Counted) -> object:
    tasks = await db.all(_PAGE)
    users = await db.all(select(User).where(User.id.in_({one.assignee for one in tasks})))
    projects = await db.all(select(Project).where(Project.id.in_({one.project for one in tasks})))
    user_of = {one.id: one for one in users}
    project_of = {one.id: one for one in projects}
    return msgspec.json.encode(
        [(task, user_of[task.assignee], project_of[task.project]) for task in tasks]
    )


async def _expanded(db: _Counted) -> object:
    return await db.all(json_page(_PAGE, expand=[Task.assignee, Task.project]))


async def _measure(db: Queries, name: str, way: Callable[[_Counted], Awaitable[object]]) -> Way:
    times = []
    counted = _Counted(db)
    for _ in range(_RUNS):
        counted = _Counted(db)
        begin = perf_counter()
        await way(counted)
        times.append((perf_counter() - begin) * 1_000)
    return Way(name, counted.statements, median(times))
