"""What `introspection.py` relies on in asyncpg, and that it leaves the session alone."""

from __future__ import annotations

import inspect
from typing import Any

import asyncpg
import pytest

from drystone.db.connection.introspection import IntrospectingConnection

_SETTINGS = "SELECT array_agg(name) FROM pg_settings WHERE source = 'session'"


async def open_one(url: str) -> IntrospectingConnection:
    connection = await asyncpg.connect(
        url, statement_cache_size=0, connection_class=IntrospectingConnection
    )
    assert isinstance(connection, IntrospectingConnection)
    await connection.execute("CREATE TYPE mood AS ENUM ('good')")
    return connection


def test_the_driver_looks_types_up_where_it_did() -> None:
    driver: Any = asyncpg.Connection
    names = list(inspect.signature(driver._introspect_types).parameters)
    assert names == ["self", "typeoids", "timeout"]


async def test_a_type_is_looked_up_alone(database_url: str) -> None:
    connection = await open_one(database_url)
    assert await connection.fetchval("SELECT 'good'::mood") == "good"
    assert not connection.is_in_transaction()
    assert await connection.fetchval(_SETTINGS) is None
    await connection.close()


async def test_a_type_is_looked_up_within_a_transaction(database_url: str) -> None:
    connection = await open_one(database_url)
    jit = await connection.fetchval("SHOW jit")
    async with connection.transaction():
        assert await connection.fetchval("SELECT 'good'::mood") == "good"
        assert await connection.fetchval("SHOW jit") == jit
        assert connection.is_in_transaction()
    assert await connection.fetchval(_SETTINGS) is None
    await connection.close()


async def test_looking_up_asks_with_jit_off(database_url: str) -> None:
    connection = await open_one(database_url)
    seen = []
    await connection.execute("SET jit = on")

    def note(query: asyncpg.connection.LoggedQuery) -> None:
        seen.append(query.query)

    connection.add_query_logger(note)
    await connection.fetchval("SELECT 'good'::mood")
    assert [query for query in seen if "jit" in query] == ["BEGIN READ ONLY; SET LOCAL jit = off"]
    assert await connection.fetchval("SHOW jit") == "on"
    await connection.close()


async def test_a_look_up_that_fails_leaves_no_transaction(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = await open_one(database_url)

    async def fail(self: object, typeoids: object, timeout: object) -> None:
        raise asyncpg.DataError("no")

    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", fail)
    with pytest.raises(asyncpg.DataError):
        await connection.fetchval("SELECT 'good'::mood")
    assert not connection.is_in_transaction()
    await connection.close()
