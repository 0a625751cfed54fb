"""What every contender is asked for, whatever library it stands on.

Rows come back as the bytes of JSON, since that is what a server sends on. How their
members are named and times are written is the contender's own affair; which rows come is
not, and is checked before anything is measured.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from uuid import UUID

    OpenReads: TypeAlias = Callable[[str, int], AbstractAsyncContextManager["Reads"]]

PAGE_ROWS = 20

TASK_COLUMNS = (
    "id, project_id, title, description, status, priority, assignee_id, parent_id, "
    "estimate_hours, due_at, done_at, version, created_at, updated_at, deleted_at"
)
MEMBERS = len(TASK_COLUMNS.split(","))

BY_KEY_SQL = f"SELECT {TASK_COLUMNS} FROM tasks WHERE id = $1 AND deleted_at IS NULL"
PAGE_SQL = (
    f"SELECT {TASK_COLUMNS} FROM tasks "
    "WHERE project_id = $1 AND status = $2 AND deleted_at IS NULL "
    "ORDER BY priority DESC LIMIT $3"
)
PAGE_STATUS: Final = "todo"


@dataclass(frozen=True, slots=True)
class Reads:
    """One contender, connected.

    Attributes:
        by_key: the task of an id as a JSON object.
        page: the first tasks of a project that are still to do, as a JSON array.
    """

    by_key: Callable[[UUID], Awaitable[bytes]]
    page: Callable[[UUID], Awaitable[bytes]]


class WrongAnswer(Exception):
    """A contender does not answer what it was asked for."""


def check_row(answer: bytes, task: UUID) -> None:
    """Compare an answer with the id that was asked for.

    Raises:
        WrongAnswer: it is another row, or a part of one.
    """
    row = json.loads(answer)
    if not isinstance(row, dict) or len(row) != MEMBERS or row.get("id") != str(task):
        raise WrongAnswer(f"asked for the task {task}, got {answer[:200]!r}")


def check_page(answer: bytes, priorities: list[int]) -> None:
    """Compare an answer with the priorities of the rows that it must have.

    Rows of one priority come in any order, so their ids cannot be compared.

    Raises:
        WrongAnswer: other rows, or another number of them.
    """
    rows = json.loads(answer)
    if [row["priority"] for row in rows] != priorities or len(rows[0]) != MEMBERS:
        raise WrongAnswer(f"a page holds other rows: {answer[:200]!r}")
