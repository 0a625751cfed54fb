"""Brings the database's tables up to date: each file of `migrations/` once, in order."""

from __future__ import annotations

from pathlib import Path

import asyncpg

from examples.tasks.sample import insert_sample

MIGRATIONS = Path(__file__).with_name("migrations")
# Any number, as long as nobody else takes it: two starts at once wait for each other.
LOCK = 7_461_736_213

REGISTER = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        name text PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""


async def prepare(url: str) -> int:
    """Apply what is missing, and fill an empty database; return the number of tasks."""
    connection = await asyncpg.connect(url)
    try:
        # Freed when the connection closes, however this process ends.
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await migrate(connection)
        await insert_sample(connection)
        tasks: int = await connection.fetchval("SELECT count(*) FROM tasks")
    finally:
        await connection.close()
    return tasks


async def migrate(connection: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    """Apply each migration that was not; return their names."""
    await connection.execute(REGISTER)
    known = {row["name"] for row in await connection.fetch("SELECT name FROM schema_migrations")}
    applied = []
    for file in sorted(MIGRATIONS.glob("*.sql")):
        if file.name not in known:
            async with connection.transaction():
                await connection.execute(file.read_text("utf-8"))
                await connection.execute(
                    "INSERT INTO schema_migrations (name) VALUES ($1)", file.name
                )
            applied.append(file.name)
    return applied
