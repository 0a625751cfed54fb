"""An application in an empty folder, with an empty database."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.cli.shop import Shop


@pytest.fixture
def shop(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("DRYSTONE_APP", "DRYSTONE_ENV", "DRYSTONE_DATABASE_DIRECT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    return Shop(database_url, tmp_path)
