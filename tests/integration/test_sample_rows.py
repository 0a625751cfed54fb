"""The sample's rows go into the tracker's tables: PostgreSQL finds no fault in any."""

from __future__ import annotations

import asyncpg
import pytest
from examples.tasks.sample_rows import make_sample
from tests.integration.tracker import create_tracker
from tests.postgres import Migrate


@pytest.fixture
def migrate() -> Migrate:
    return create_tracker


async def test_every_row_is_taken(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for table in make_sample(500):
            rows = list(table.rows)
            await connection.copy_records_to_table(table.name, records=rows, columns=table.columns)
            assert await connection.fetchval(f"SELECT count(*) FROM {table.name}") == len(rows)
    finally:
        await connection.close()
