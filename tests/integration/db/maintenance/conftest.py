"""Journals with their tables, empty, and a connection beside."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.integration.db.facade import session
from tests.integration.resources.history.journals import Connection, create_journals, open_journals
from tests.postgres import Migrate

from drystone.db.database import Database


@pytest.fixture
def migrate() -> Migrate:
    return create_bare


async def create_bare(url: str) -> None:
    """Make the tables, and of the history's partitions the default one alone."""
    await create_journals(url)
    async with session(url) as connection:
        for row in await connection.fetch(
            "SELECT inhrelid::regclass::text AS name FROM pg_inherits"
            " WHERE inhparent = 'drystone.history'::regclass"
        ):
            if row["name"] != "drystone.history_default":
                await connection.execute(f"DROP TABLE {row['name']}")


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with open_journals(database_url) as database:
        yield database


@pytest.fixture
async def beside(database_url: str) -> AsyncIterator[Connection]:
    async with session(database_url) as connection:
        yield connection
