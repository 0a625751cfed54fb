"""A board with its tables, empty, and a connection beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.integration.db.facade import session
from tests.integration.resources.served.workshop import Api, Connection
from tests.integration.resources.shape.board import create_board, open_board
from tests.postgres import Migrate


@pytest.fixture
def migrate() -> Migrate:
    return create_board


@pytest.fixture
def heard() -> list[str]:
    """What hooks were told."""
    return []


@pytest.fixture
async def api(database_url: str, heard: list[str]) -> AsyncIterator[Api]:
    async with open_board(database_url, heard=heard) as api:
        yield api


@pytest.fixture
async def beside(database_url: str) -> AsyncIterator[Connection]:
    async with session(database_url) as connection:
        yield connection
