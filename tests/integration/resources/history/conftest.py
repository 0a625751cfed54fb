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
    return create_journals


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with open_journals(database_url) as database:
        yield database


@pytest.fixture
async def beside(database_url: str) -> AsyncIterator[Connection]:
    async with session(database_url) as connection:
        yield connection
