"""The database that the reports are asked of: the tracker's tables with a few known rows."""

from __future__ import annotations

import pytest
from tests.integration.tracker import create_small_tracker
from tests.postgres import Migrate


@pytest.fixture
def migrate() -> Migrate:
    return create_small_tracker
