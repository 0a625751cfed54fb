"""A library with its tables, empty, and a connection beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
from tests.integration.db.facade import session
from tests.integration.resources.writing.library import Library, create_library, open_library
from tests.postgres import Migrate


@pytest.fixture
def migrate() -> Migrate:
    return create_library


@pytest.fixture
async def library(database_url: str) -> AsyncIterator[Library]:
    async with open_library(database_url) as library:
        yield library


@pytest.fixture
async def beside(database_url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    async with session(database_url) as connection:
        yield connection
