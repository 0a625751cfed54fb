"""The task tracker's tables, for tests that want them without the application."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import asyncpg
from tests.integration.running import ROOT

from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up

MIGRATIONS = ROOT / "examples/tasks/migrations"
_DATA = Path(__file__).with_name("reports") / "data.sql"


async def create_tracker(url: str) -> None:
    """Create the tables, empty, in the database at `url`."""
    await up(partial(connect_direct, url), MIGRATIONS)


async def create_small_tracker(url: str) -> None:
    """Create the tables with the few rows of `reports/data.sql` in them."""
    await create_tracker(url)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_DATA.read_text("utf-8"))
    finally:
        await connection.close()
