"""From any models to any others: made, applied and reverted on a real PostgreSQL.

DRYSTONE_TEST_EXAMPLES says how many examples are tried; few, where it is not set.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from tests.integration.db.migrations.models import Application, applications
from tests.integration.db.migrations.place import Place

from drystone.db.catalog.read import read_catalog
from drystone.db.catalog.records import Catalog
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.drift.find import find_drift
from drystone.db.migrations.making.decide import Answers
from drystone.db.migrations.making.folder import write_files
from drystone.db.migrations.making.make import Made, make_migration

EXAMPLES = int(os.environ.get("DRYSTONE_TEST_EXAMPLES", "5"))


async def make(place: Place, application: Application, name: str) -> Made:
    """Make and write a migration, by somebody who says that nothing was renamed."""
    columns: dict[tuple[str, str], str] = dict(application.fills)
    made = await make_migration(
        place.url,
        place.folder,
        application.models,
        name=name,
        answers=Answers(nothing_else_renamed=True, backfills=columns, may_lose=True),
        asked=None,
        connect=connect_direct,
        tell=lambda _: None,
    )
    assert made.faults == ()
    write_files(place.folder, made.files)
    return made


async def drift(place: Place, application: Application) -> list[str]:
    found = await find_drift(
        place.url,
        place.folder,
        application.models,
        files_only=False,
        connect=connect_direct,
        tell=lambda _: None,
    )
    return [one.difference.sentence for one in found]


async def catalog(place: Place) -> Catalog:
    async with place.connection() as connection:
        return await read_catalog(connection)


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(old=applications(), new=applications())
async def test_up_gives_the_models_tables_and_down_what_was_there(
    database_url: str, old: Application, new: Application
) -> None:
    with TemporaryDirectory() as folder:
        place = Place(database_url, Path(folder))
        # Each example begins with nothing, however the last one ended.
        await place.run("DROP SCHEMA IF EXISTS drystone, public CASCADE", "CREATE SCHEMA public")
        await make(place, old, "old")
        await place.up()
        before = await catalog(place)
        assert await drift(place, old) == []
        made = await make(place, new, "new")
        await place.up()
        assert await drift(place, new) == []
        assert (await make(place, new, "again")).changes == ()
        await place.down(steps=len(made.files))
        assert await catalog(place) == before
        await place.down(to=0)
        assert (await catalog(place)).tables == ()
