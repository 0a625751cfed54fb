"""The tests' own database: fresh for each, filled once, nothing left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest
from tests.postgres import leave_empty

if TYPE_CHECKING:
    from tests.postgres import Migrate, PostgresServer


async def create_a_table(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE stone (id integer PRIMARY KEY)")
    await connection.close()


class TestWithATable:
    @pytest.fixture
    def migrate(self) -> Migrate:
        return create_a_table

    @pytest.mark.parametrize("number", [1, 2, 3])
    async def test_each_test_has_its_own_rows(self, database_url: str, number: int) -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute("INSERT INTO stone VALUES ($1)", number)
        assert [row["id"] for row in await connection.fetch("SELECT id FROM stone")] == [number]
        await connection.close()


async def test_without_a_migration_the_database_is_empty(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT to_regclass('stone')") is None
    await connection.close()


async def test_the_template_is_filled_once(postgres_server: PostgresServer) -> None:
    filled: list[str] = []

    async def fill(url: str) -> None:
        filled.append(url)

    first = await postgres_server.create_template(fill)
    assert await postgres_server.create_template(fill) == first
    assert len(filled) == 1


async def test_a_failed_migration_leaves_no_template(postgres_server: PostgresServer) -> None:
    failures = [RuntimeError("half way")]

    async def fail_once(url: str) -> None:
        if failures:
            raise failures.pop()

    with pytest.raises(RuntimeError, match="half way"):
        await postgres_server.create_template(fail_once)
    assert await postgres_server.create_template(fail_once)


async def test_a_clone_is_dropped_even_while_somebody_is_connected(
    postgres_server: PostgresServer,
) -> None:
    template = await postgres_server.create_template(leave_empty)
    async with postgres_server.clone(template) as url:
        connection = await asyncpg.connect(url)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(url)
    await connection.close()
