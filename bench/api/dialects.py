"""How each contender is asked, and where the rows stand in its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

PAGE_ROWS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One way to ask for tasks.

    Attributes:
        read: the path of a task; `{task}` is its id.
        page: of the newest tasks, not counted.
        filtered: of a project's open tasks, the most urgent first, counted; `{project}`.
        expanded: of the newest tasks with what they refer to.
        create: where new ones are sent.
        rows: the member of a list that holds its rows.
        total: the members that lead to how many there are.
        beside: the members that lead from a row to its project and assignee.
        project_name: what a body calls the reference to the project.
        assignee_name: and to the assignee.
        created: the status of a creation.
    """

    read: str
    page: str
    filtered: str
    expanded: str
    create: str
    rows: str = "data"
    total: tuple[str, ...] = ("total",)
    beside: tuple[str, ...] = ()
    project_name: str = "project_id"
    assignee_name: str = "assignee_id"
    created: int = 201

    def rows_of(self, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of a list."""
        rows: list[dict[str, Any]] = answer[self.rows]
        return rows

    def total_of(self, answer: Mapping[str, Any]) -> object:
        """Return how many rows a list says there are."""
        return _follow(answer, self.total)

    def related(self, row: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
        """Return the row that a row refers to by this name; None where it refers to none."""
        found: Mapping[str, Any] | None = _follow(row, self.beside).get(name)
        return found


def _follow(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        value = value[name]
    return value


OURS = Dialect(
    read="/api/v1/tasks/{task}",
    page=f"/api/v1/tasks?limit={PAGE_ROWS}&count=none",
    filtered=(f"/api/v1/tasks?limit={PAGE_ROWS}&project={{project}}&status=todo&sort=-priority"),
    expanded=f"/api/v1/tasks?limit={PAGE_ROWS}&count=none&expand=project,assignee",
    create="/api/v1/tasks",
    total=("pagination", "total"),
)
WRITTEN = Dialect(
    read="/tasks/{task}",
    page=f"/tasks?limit={PAGE_ROWS}",
    filtered=(
        f"/tasks?limit={PAGE_ROWS}&project_id={{project}}&status=todo&sort=-priority&count=true"
    ),
    expanded=f"/tasks?limit={PAGE_ROWS}&expand=true",
    create="/tasks",
)
DJANGO = Dialect(
    read="/tasks/{task}",
    page=f"/tasks?limit={PAGE_ROWS}",
    filtered=(
        f"/tasks?limit={PAGE_ROWS}&project_id={{project}}&status=todo"
        "&ordering=-priority,-id&count=true"
    ),
    expanded=f"/tasks?limit={PAGE_ROWS}&expand=true",
    create="/tasks",
    rows="results",
    total=("count",),
)
_POCKETBASE = "/api/collections/tasks/records"
_UNCOUNTED = f"{_POCKETBASE}?perPage={PAGE_ROWS}&sort=-id&skipTotal=true"
POCKETBASE = Dialect(
    read=f"{_POCKETBASE}/{{task}}",
    page=_UNCOUNTED,
    filtered=(
        f"{_POCKETBASE}?perPage={PAGE_ROWS}&sort=-priority,-id"
        "&filter=(project=%22{project}%22%26%26status=%22todo%22)"
    ),
    expanded=f"{_UNCOUNTED}&expand=project,assignee",
    create=_POCKETBASE,
    rows="items",
    total=("totalItems",),
    beside=("expand",),
    project_name="project",
    assignee_name="assignee",
    created=200,
)
