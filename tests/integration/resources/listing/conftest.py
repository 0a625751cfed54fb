"""A database of books on shelves, empty."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.integration.resources.listing.shelves import create_shelves, open_shelves
from tests.postgres import Migrate

from drystone.db.database import Database


@pytest.fixture
def migrate() -> Migrate:
    return create_shelves


@pytest_asyncio.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with open_shelves(database_url) as database:
        yield database
