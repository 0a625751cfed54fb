"""A place for each test: an empty database and an empty folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.db.migrations.place import Place


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Place:
    folder = tmp_path / "migrations"
    folder.mkdir()
    return Place(database_url, folder)
