"""The database that is studied: an embedded server of its own, which keeps statistics.

Its settings are PostgreSQL's own but for those below, so that what is found holds on a
server that nobody has tuned. Gone afterwards.
"""

from __future__ import annotations

import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg
from examples.tasks.models import MODELS
from examples.tasks.sample_rows import make_sample

from bench.data.database import create_tables
from drystone.db.embedded.server import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SETTINGS: Final = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_planning": "on",
    # Plans that are timed, and the same ones whatever else the machine does.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
# What the questions look at; files and the like are not asked for.
FILLED: Final = frozenset({"users", "projects", "members", "tasks", "comments"})


@asynccontextmanager
async def studied_database(tasks: int, tell: Callable[[str], None]) -> AsyncIterator[str]:
    """Yield the URL of a database with the tracker's tables and so many tasks."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        server = EmbeddedPostgres(Path(scratch) / "postgres", settings=SETTINGS, durable=False)
        async with server:
            url = server.url()
            tell(f"Making {tasks:,} tasks …")
            await create_tables(url, MODELS)
            await _fill(server.url(superuser=True), tasks)
            yield url


async def _fill(url: str, tasks: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await connection.execute("GRANT EXECUTE ON FUNCTION pg_stat_statements_reset TO public")
        # No triggers: the rows' past is not what is studied.
        await connection.execute("SET session_replication_role = replica")
        for table in make_sample(tasks):
            if table.name in FILLED:
                await connection.copy_records_to_table(
                    table.name, records=table.rows, columns=table.columns
                )
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
