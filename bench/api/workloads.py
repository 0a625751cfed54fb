"""What is asked of the contenders, for which rows, and which rows are the right answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import asyncpg

from bench.api.dialects import PAGE_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.api.dialects import Dialect

READ = "read"
PAGE = "page"
FILTERED = "filtered"
EXPANDED = "expanded"
CREATE = "create"
CURSOR_FIRST = "cursor-1"
CURSOR_FAR = "cursor-5000"
OFFSET_FIRST = "offset-1"
OFFSET_FAR = "offset-5000"

# In the order in which a contender is asked; what writes comes last.
TITLES: Mapping[str, str] = {
    READ: "a task by its id, another one each time",
    PAGE: f"the newest {PAGE_ROWS} tasks",
    FILTERED: f"the {PAGE_ROWS} most urgent open tasks of a project, and how many there are",
    EXPANDED: f"the newest {PAGE_ROWS} tasks, each with its project and its assignee",
    CURSOR_FIRST: f"the first {PAGE_ROWS} tasks, by cursor",
    CURSOR_FAR: "page 5,000, by cursor",
    OFFSET_FIRST: f"the first {PAGE_ROWS} tasks, by number",
    OFFSET_FAR: "page 5,000, by number",
    CREATE: "a new task, checked, and its line of history, in one transaction",
}
SHARED = (READ, PAGE, FILTERED, EXPANDED, CREATE)
WALKS = (CURSOR_FIRST, CURSOR_FAR, OFFSET_FIRST, OFFSET_FAR)
FAR_PAGE = 5_000

_TASKS = 2_000
_PROJECTS = 200
_STATUS = "todo"


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        method: GET or POST.
        path: with its query.
        body: JSON; empty without one.
    """

    method: str
    path: str
    body: str = ""

    def line(self) -> str:
        """Return it as wrk/requests.lua reads it."""
        return f"{self.method}\t{self.path}\t{self.body}\n"


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows that are asked for, and what the database says of them.

    Attributes:
        tasks: a few thousand, in no order.
        newest: the first page, with the names of projects and assignees.
        projects: some, each with the ids of its page and how many there are.
        authors: for new tasks, a project and somebody who works there.
        far: the page that lies far behind.
    """

    tasks: Sequence[Mapping[str, Any]]
    newest: Sequence[Mapping[str, Any]]
    projects: Mapping[str, tuple[Sequence[str], int]]
    authors: Sequence[tuple[str, str]]
    far: Sequence[str]


_TASK = "id::text, title, status, priority, version"
_NEWEST = f"""
SELECT t.id::text, p.name AS project, a.name AS assignee
FROM tasks t JOIN projects p ON p.id = t.project_id LEFT JOIN users a ON a.id = t.assignee_id
ORDER BY t.id DESC LIMIT {PAGE_ROWS}
"""
_PROJECT_PAGES = """
SELECT project_id::text AS project, array_agg(id::text ORDER BY priority DESC, id DESC) AS ids
FROM tasks WHERE status = $1 AND project_id = ANY ($2) GROUP BY 1
"""
_AUTHORS = """
SELECT DISTINCT project_id::text AS project, assignee_id::text AS assignee
FROM tasks WHERE assignee_id IS NOT NULL ORDER BY 1, 2
"""
_FAR = f"""
SELECT id::text FROM tasks ORDER BY id DESC
LIMIT {PAGE_ROWS} OFFSET {PAGE_ROWS * (FAR_PAGE - 1)}
"""


async def take_sample(url: str) -> Sample:
    """Return the sample, the same for every contender."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(url)
    try:
        random = Random(2026)
        ids = [row["id"] for row in await connection.fetch("SELECT id FROM tasks ORDER BY id")]
        picked = random.sample(ids, min(_TASKS, len(ids)))
        tasks = await connection.fetch(f"SELECT {_TASK} FROM tasks WHERE id = ANY ($1)", picked)
        all_projects = [
            row["id"] for row in await connection.fetch("SELECT id FROM projects ORDER BY id")
        ]
        some = random.sample(all_projects, min(_PROJECTS, len(all_projects)))
        pages = await connection.fetch(_PROJECT_PAGES, _STATUS, some)
        authors = await connection.fetch(_AUTHORS)
        rows = [dict(row) for row in tasks]
        random.shuffle(rows)
        return Sample(
            tasks=rows,
            newest=[dict(row) for row in await connection.fetch(_NEWEST)],
            projects={row["project"]: (row["ids"][:PAGE_ROWS], len(row["ids"])) for row in pages},
            authors=[(row["project"], row["assignee"]) for row in authors],
            far=[row["id"] for row in await connection.fetch(_FAR)],
        )
    finally:
        await connection.close()


def requests_of(workload: str, dialect: Dialect, sample: Sample) -> list[Request]:
    """Return the requests of a workload that all contenders take part in."""
    return list(_requests(workload, dialect, sample))


def _requests(workload: str, dialect: Dialect, sample: Sample) -> Iterator[Request]:
    match workload:
        case "read":
            for task in sample.tasks:
                yield Request("GET", dialect.read.format(task=task["id"]))
        case "page":
            yield Request("GET", dialect.page)
        case "filtered":
            for project in sample.projects:
                yield Request("GET", dialect.filtered.format(project=project))
        case "expanded":
            yield Request("GET", dialect.expanded)
        case "create":
            for number, (project, assignee) in enumerate(sample.authors[:_TASKS]):
                yield Request("POST", dialect.create, new_task(dialect, number, project, assignee))
        case _:
            raise ValueError(f"{workload} is not for everybody")


def new_task(dialect: Dialect, number: int, project: str, assignee: str) -> str:
    """Return the body of a new task, of the same length whatever its number."""
    return json.dumps(
        {
            dialect.project_name: project,
            "title": f"Write down what was found, part {number:05}",
            "description": "As talked over on Monday.",
            "status": "todo",
            "priority": 1 + number % 5,
            dialect.assignee_name: assignee,
        }
    )
