"""100,000 rows into an empty table with its indexes: `db.copy` and psql's `\\copy`.

    python -m bench.data.copying ROWS URL

Both give the same rows and columns; ours are made into models while they are sent, psql's
stand in a file. In this process only ours is measured, from the first row to the last one
stored; psql is timed from outside, where its start of some hundredths of a second does not
matter.
"""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, cast

import asyncpg
import uvloop
from examples.tasks.models import Task
from examples.tasks.sample_records import TaskRow
from examples.tasks.sample_rows import make_sample

from drystone.db.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# As the model calls them; the columns of references end in `_id`.
_ATTRIBUTES = tuple(
    name.removesuffix("_id") if name.endswith("_id") else name for name in TaskRow._fields
)


def sample_tasks(tasks: int) -> Sequence[TaskRow]:
    """Return the rows that the sample database holds."""
    return next(
        cast("list[TaskRow]", table.rows) for table in make_sample(tasks) if table.name == "tasks"
    )


def as_models(rows: Sequence[Any]) -> Iterator[Task]:
    """Yield the rows as models."""
    for row in rows:
        yield Task(**dict(zip(_ATTRIBUTES, row, strict=True)))


def write_csv(rows: Sequence[TaskRow], path: Path) -> None:
    """Write the rows as psql reads them; NULL is an empty field."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


async def empty_tasks(url: str) -> None:
    """Leave no row in the table, and none that refers to it."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("TRUNCATE public.tasks CASCADE")
    finally:
        await connection.close()


def time_psql(url: str, path: Path) -> float:
    """Return how many seconds psql takes.

    Raises:
        FileNotFoundError: there is no psql.
        subprocess.CalledProcessError: it failed.
    """
    columns = ", ".join(TaskRow._fields)
    copy = f"\\copy public.tasks ({columns}) FROM '{path}' WITH (FORMAT csv)"
    command = [shutil.which("psql") or "psql", "--no-psqlrc", "--quiet", "-c", copy, url]
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


async def time_ours(url: str, tasks: int) -> dict[str, float]:
    """Return the seconds that we take, and the CPU time of this process in it."""
    rows = sample_tasks(tasks)
    async with Database(url) as db:
        await db.ping()
        begun, cpu = time.perf_counter(), time.process_time()
        stored = await db.copy(Task, as_models(rows), timeout_seconds=300)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    if stored != len(rows):
        raise ValueError(f"{stored} of {tasks} rows were stored")
    return {"seconds": seconds, "cpu_seconds": cpu}


def measure_psql(url: str, path: Path) -> dict[str, float]:
    """Empty the table and let psql fill it."""
    asyncio.run(empty_tasks(url))
    return {"seconds": time_psql(url, path)}


def measure_ours(url: str, tasks: int) -> dict[str, float]:
    """Empty the table and let a process of its own fill it.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    asyncio.run(empty_tasks(url))
    command = [sys.executable, "-m", "bench.data.copying", str(tasks), url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    """Copy as many rows as the arguments say."""
    tasks, url = sys.argv[1:]
    print(json.dumps(uvloop.run(time_ours(url, int(tasks)))))


if __name__ == "__main__":
    main()
