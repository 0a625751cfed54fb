"""An office with its tables, empty."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.integration.resources.rules.office import Office, create_office, open_office
from tests.postgres import Migrate


@pytest.fixture
def migrate() -> Migrate:
    return create_office


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with open_office(database_url) as office:
        yield office
