"""Databases to throw away, on a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio

from drystone.db.catalog.scratch import (
    LEFTOVER_AGE_SECONDS,
    ScratchRefused,
    scratch_database,
)
from drystone.db.dsn.parse import parse_dsn
from drystone.db.dsn.renaming import with_database
from drystone.db.migrations.direct import connect_direct

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.postgres import PostgresServer

    Connection = asyncpg.Connection[asyncpg.Record]

NOW = 2_000_000_000.0


@pytest_asyncio.fixture
async def admin(postgres_server: PostgresServer) -> AsyncIterator[Connection]:
    opened = await asyncpg.connect(postgres_server.admin_url)
    yield opened
    await opened.close()


async def exists(admin: Connection, url: str) -> bool:
    name = urlsplit(url).path[1:]
    found = await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name)
    return found is not None


async def test_a_scratch_database_is_there_empty_and_goes(
    postgres_server: PostgresServer, admin: Connection
) -> None:
    async with scratch_database(postgres_server.admin_url, connect=asyncpg.connect) as url:
        connection = await asyncpg.connect(url)
        tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        assert await connection.fetchval(tables) == 0
        assert await exists(admin, url)
    # The one who was still connected did not hold it.
    assert not await exists(admin, url)
    connection.terminate()


async def test_it_goes_when_the_work_in_it_fails(
    postgres_server: PostgresServer, admin: Connection
) -> None:
    with pytest.raises(LookupError):
        async with scratch_database(postgres_server.admin_url, connect=asyncpg.connect) as url:
            raise LookupError
    assert not await exists(admin, url)


async def test_leftovers_go_when_they_are_old(
    postgres_server: PostgresServer, admin: Connection
) -> None:
    old = f"drystone_scratch_{int(NOW) - LEFTOVER_AGE_SECONDS - 1}_1_00000000"
    young = f"drystone_scratch_{int(NOW) - LEFTOVER_AGE_SECONDS}_1_00000000"
    for name in (old, young):
        await admin.execute(f"CREATE DATABASE {name}")
    try:
        async with scratch_database(
            postgres_server.admin_url, connect=asyncpg.connect, clock=lambda: NOW
        ):
            pass
        assert not await exists(admin, f"/{old}")
        assert await exists(admin, f"/{young}")
    finally:
        await admin.execute(f"DROP DATABASE IF EXISTS {old}")
        await admin.execute(f"DROP DATABASE IF EXISTS {young}")


class Refusing:
    """A connection of a role that may not create databases."""

    async def fetch(self, *_: object) -> list[object]:
        return []

    async def fetchval(self, *_: object) -> str:
        return "reader"

    async def execute(self, *_: object) -> None:
        raise asyncpg.InsufficientPrivilegeError("permission denied to create database")

    async def close(self) -> None:
        pass


async def test_a_role_that_may_not_create_databases_is_told_what_to_do() -> None:
    async def connect(_: str) -> Connection:
        return Refusing()  # type: ignore[return-value]  # as much of it as is used

    with pytest.raises(ScratchRefused, match="ALTER ROLE reader CREATEDB"):
        async with scratch_database("postgresql:///app", connect=connect):
            pytest.fail("there is no database to work in")


def key_value(url: str) -> str:
    """Return a URL of the tests' server in the other form."""
    dsn = parse_dsn(url)
    given = {
        "host": dsn.hosts[0].name,
        "port": str(dsn.hosts[0].port),
        "dbname": dsn.database or "postgres",
        "user": dsn.user or "postgres",
    }
    if dsn.password:
        given["password"] = dsn.password
    return " ".join(f"{name}='{value}'" for name, value in given.items())


async def test_a_server_named_by_keywords_gives_a_scratch_database_too(
    postgres_server: PostgresServer,
) -> None:
    given = key_value(postgres_server.admin_url)
    async with scratch_database(given, connect=connect_direct) as scratch:
        connection = await connect_direct(scratch)
        name = await connection.fetchval("SELECT current_database()")
        await connection.close()
    assert name.startswith("drystone_scratch_")
    # Nothing else of it was changed.
    assert with_database(scratch, "one") == with_database(given, "one")
