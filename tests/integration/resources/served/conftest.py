"""A workshop with its tables, empty, and a connection beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.integration.db.facade import session
from tests.integration.resources.served.workshop import (
    Api,
    Connection,
    create_workshop,
    open_workshop,
)
from tests.postgres import Migrate


@pytest.fixture
def migrate() -> Migrate:
    return create_workshop


@pytest.fixture
async def api(database_url: str) -> AsyncIterator[Api]:
    async with open_workshop(database_url) as api:
        yield api


@pytest.fixture
async def beside(database_url: str) -> AsyncIterator[Connection]:
    async with session(database_url) as connection:
        yield connection
