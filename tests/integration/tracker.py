"""The task tracker's tables, for tests that want them without the application."""

from __future__ import annotations

from pathlib import Path

import asyncpg

_FOLDER = Path(__file__).with_name("reports")


async def create_tracker(url: str) -> None:
    """Create the tables, empty, in the database at `url`."""
    await _run(url, "schema.sql")


async def create_small_tracker(url: str) -> None:
    """Create the tables with the few rows of `reports/data.sql` in them."""
    await create_tracker(url)
    await _run(url, "data.sql")


async def _run(url: str, name: str) -> None:
    # A role called drystone would otherwise find the schema of its name first.
    connection = await asyncpg.connect(url, server_settings={"search_path": "public"})
    try:
        await connection.execute((_FOLDER / name).read_text("utf-8"))
    finally:
        await connection.close()
