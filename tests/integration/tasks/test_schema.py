"""The tracker's models, its migrations and what they make are one and the same."""

from __future__ import annotations

from functools import partial

import asyncpg
import pytest
from examples.tasks.app import app
from examples.tasks.models import MODELS
from tests.integration.tracker import MIGRATIONS, create_tracker
from tests.postgres import Migrate

from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.drift.find import find_drift
from drystone.db.migrations.runner import down


@pytest.fixture
def migrate() -> Migrate:
    return create_tracker


async def test_models_migrations_and_database_agree(database_url: str) -> None:
    drift = await find_drift(
        database_url, MIGRATIONS, MODELS, files_only=False, connect=connect_direct, tell=print
    )
    assert drift == (), "write what is missing with: drystone migrate make NAME"


async def test_there_is_a_way_back(database_url: str) -> None:
    await down(partial(connect_direct, database_url), MIGRATIONS, to=0)
    connection = await asyncpg.connect(database_url)
    left = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    assert left == []


def test_the_application_declares_them() -> None:
    assert app.models == MODELS
    assert app.migrations == MIGRATIONS
