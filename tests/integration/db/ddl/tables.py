"""A database with the tables of some models in it, and connections that read as we do."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
import msgspec

from drystone.db.ddl.statements import create_statements

if TYPE_CHECKING:
    from collections.abc import Sequence

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def connect(url: str) -> Connection:
    connection = await asyncpg.connect(url)
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )
    return connection


async def create(connection: Connection, models: Sequence[type[Any]]) -> None:
    base = resources.files("drystone.db.migrations") / "platform" / "0001_base.sql"
    await connection.execute("CREATE SCHEMA IF NOT EXISTS drystone")
    await connection.execute(base.read_text().partition("-- migrate:down")[0])
    for statement in create_statements(models):
        await connection.execute(statement)
