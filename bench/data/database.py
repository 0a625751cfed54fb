"""The database that everybody reads: the tracker's tables and a fixed sample of rows.

An embedded server in a folder of its own, or a database of its own on the server that
`DRYSTONE_TEST_POSTGRES_URL` names. Either is gone afterwards.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from examples.tasks.models import MODELS
from examples.tasks.sample_rows import make_sample

from drystone.db.ddl.statements import create_script
from drystone.db.embedded.server import EmbeddedPostgres
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from drystone import Model

_GIVEN_URL = "DRYSTONE_TEST_POSTGRES_URL"
TASKS = 100_000
# Tasks and what they refer to; the rest is not read.
_FILLED = ("users", "projects", "tasks")


_HISTORY_TRIGGERS = """
SELECT tgrelid::regclass::text AS on_table, tgname AS name
FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'history%'
"""


@asynccontextmanager
async def sample_database(
    tasks: int = TASKS, *, models: Sequence[type[Model]] = MODELS
) -> AsyncIterator[str]:
    """Yield the URL of a database with the tables of these models, and so many tasks."""
    async with _empty_database() as url:
        await create_tables(url, models)
        await _fill(url, tasks)
        yield url


@asynccontextmanager
async def _empty_database() -> AsyncIterator[str]:
    if given := os.environ.get(_GIVEN_URL):
        name = f"bench_{secrets.token_hex(6)}"
        await administer(given, f'CREATE DATABASE "{name}"')
        try:
            yield database_beside(given, name)
        finally:
            await administer(given, f'DROP DATABASE "{name}" WITH (FORCE)')
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        async with EmbeddedPostgres(Path(scratch) / "postgres") as server:
            yield server.url()


def database_beside(url: str, name: str) -> str:
    """Return the URL of another database on the same server.

    >>> database_beside("postgresql://me@here:5432/one?sslmode=disable", "two")
    'postgresql://me@here:5432/two?sslmode=disable'
    """
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def administer(url: str, statement: str) -> None:
    """Run one statement outside of a transaction."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def create_tables(url: str, models: Sequence[type[Model]] = MODELS) -> None:
    """Create what the models declare, indexes included."""
    await up(partial(connect_direct, url), None)
    connection = await connect_direct(url)
    try:
        await connection.execute("SET search_path = public")
        await connection.execute(create_script(models))
    finally:
        await connection.close()


async def stop_history(url: str) -> None:
    """Let nothing write a history: the others write none, and COPY empties its table."""
    connection = await connect_direct(url)
    try:
        for row in await connection.fetch(_HISTORY_TRIGGERS):
            await connection.execute(
                f'ALTER TABLE {row["on_table"]} DISABLE TRIGGER "{row["name"]}"'
            )
    finally:
        await connection.close()


async def _fill(url: str, tasks: int) -> None:
    connection = await connect_direct(url)
    try:
        for table in make_sample(tasks):
            if table.name in _FILLED:
                await connection.copy_records_to_table(
                    table.name, records=table.rows, columns=table.columns, schema_name="public"
                )
        # So that no autovacuum begins while something is measured.
        await connection.execute("VACUUM (ANALYZE, FREEZE)")
        with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def server_version(url: str) -> str:
    """Return which PostgreSQL it is."""
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()
