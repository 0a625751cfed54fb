"""How the tests run a statement: as an executor does, without one."""

from __future__ import annotations

from typing import Any, TypeVar

import asyncpg

from drystone.db.query.statement import Command, Statement

T = TypeVar("T")


async def fetch_all(connection: asyncpg.Connection[Any], statement: Statement[T]) -> list[T]:
    """Return all rows."""
    prepared = statement.prepare()
    records = await connection.fetch(prepared.sql, *prepared.values)
    return [prepared.decode(record) for record in records]


async def fetch_one(connection: asyncpg.Connection[Any], statement: Statement[T]) -> T:
    """Return the one row there has to be."""
    (row,) = await fetch_all(connection, statement)
    return row


async def execute(connection: asyncpg.Connection[Any], command: Command) -> str:
    """Run a statement without rows; return its tag."""
    prepared = command.prepare()
    return await connection.execute(prepared.sql, *prepared.values)
