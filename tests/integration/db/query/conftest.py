"""A database with the tables of `tests/query_models.py`, and a connection to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from tests.postgres import Migrate
from tests.query_models import create_tables

from drystone.db.connection.json_values import read_json_as_values


@pytest.fixture
def migrate() -> Migrate:
    return create_tables


@pytest_asyncio.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(database_url)
    # Not UTC, no ISO dates, short floats: what is written must not depend on a session.
    await connection.execute("SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'German, DMY'")
    await connection.execute("SET IntervalStyle = 'postgres_verbose'")
    await read_json_as_values(connection)
    yield connection
    await connection.close()
