"""The SQL of the peers that write it themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

TASK_COLUMNS = (
    *("id", "project_id", "title", "description", "status", "priority", "assignee_id"),
    *("parent_id", "estimate_hours", "due_at", "done_at"),
    *("version", "created_at", "updated_at", "deleted_at"),
)
PROJECT_COLUMNS = (
    *("id", "name", "description", "is_public", "owner_id", "closed_at"),
    *("version", "created_at", "updated_at", "deleted_at"),
)
USER_COLUMNS = ("id", "email", "name", "version", "created_at", "updated_at", "deleted_at")

# What a caller gives of a new task.
GIVEN_COLUMNS = TASK_COLUMNS[1:11]

_ALL = ", ".join(TASK_COLUMNS)
_JOINED = ", ".join(
    f"{table}.{column}"
    for table, columns in (("t", TASK_COLUMNS), ("p", PROJECT_COLUMNS), ("a", USER_COLUMNS))
    for column in columns
)

BY_KEY = f"SELECT {_ALL} FROM tasks WHERE id = $1 AND deleted_at IS NULL"
CREATE = (
    f"INSERT INTO tasks ({', '.join(GIVEN_COLUMNS)}) "
    f"VALUES ({', '.join(f'${number + 1}' for number in range(len(GIVEN_COLUMNS)))}) "
    f"RETURNING {_ALL}"
)
RECORD = "INSERT INTO task_history (task_id, operation, data) VALUES ($1, 'insert', $2)"

ORDERS = {"-id": "t.id DESC", "-priority": "t.priority DESC, t.id DESC"}

_PROJECT_END = len(TASK_COLUMNS) + len(PROJECT_COLUMNS)


def conditions_of(project_id: object, status: object) -> tuple[str, list[object]]:
    """Return the condition of a list, and its values in their order."""
    conditions, values = ["t.deleted_at IS NULL"], []
    for column, value in (("project_id", project_id), ("status", status)):
        if value is not None:
            values.append(value)
            conditions.append(f"t.{column} = ${len(values)}")
    return " AND ".join(conditions), values


def list_of(condition: str, sort: str, *, expand: bool, values: int) -> str:
    """Return the statement of a page, whose limit is the next value behind `values`."""
    columns, joins = f"{_ALL}", ""
    if expand:
        columns = _JOINED
        joins = " JOIN projects p ON p.id = t.project_id LEFT JOIN users a ON a.id = t.assignee_id"
    return (
        f"SELECT {columns} FROM tasks t{joins} WHERE {condition} "
        f"ORDER BY {ORDERS[sort]} LIMIT ${values + 1}"
    )


def count_of(condition: str) -> str:
    """Return the statement that counts the rows of a list."""
    return f"SELECT count(*) FROM tasks t WHERE {condition}"


def nest(row: Sequence[Any]) -> dict[str, Any]:
    """Return a row of a page with `expand` as an object with objects in it."""
    task: dict[str, Any] = dict(zip(TASK_COLUMNS, row, strict=False))
    task["project"] = dict(zip(PROJECT_COLUMNS, row[len(TASK_COLUMNS) :], strict=False))
    has_assignee = task["assignee_id"] is not None
    task["assignee"] = (
        dict(zip(USER_COLUMNS, row[_PROJECT_END:], strict=False)) if has_assignee else None
    )
    return task
