"""Read a schema of a database into records.

The queries on `pg_catalog` (chapter "System Catalogs") are in `sql/`, valid for
PostgreSQL 15 to 18. They run in one transaction, in which `search_path` is the schema
alone: then PostgreSQL prints what is in it unqualified, and all else qualified. Its
printing functions are asked for their pretty form, because people read the result.
Nothing of this stays behind on the connection.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from .records import Catalog, Column, Constraint, Definition, Index, Table, Trigger

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg

    Connection = asyncpg.Connection[asyncpg.Record]

_Part = TypeVar("_Part", Column, Constraint, Index, Trigger)
_NOT_VALID = " NOT VALID"
_QUERIES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in Path(__file__).with_name("sql").glob("*.sql")
}


async def read_catalog(connection: Connection, *, schema: str = "public") -> Catalog:
    """Return what a schema holds, as records.

    Args:
        connection: an open one, in a transaction or not.
        schema: whose tables and definitions are read; one that is missing is empty.

    Raises:
        asyncpg.PostgresError: the server refuses to answer.
    """
    async with connection.transaction():
        before = await connection.fetchval("SELECT current_setting('search_path')")
        await _set_search_path(connection, await _quoted(connection, schema))
        catalog = await _read(connection, schema)
        # The transaction may be the caller's own, and go on.
        await _set_search_path(connection, before)
    return catalog


async def _quoted(connection: Connection, schema: str) -> str:
    return str(await connection.fetchval("SELECT quote_ident($1)", schema))


async def _set_search_path(connection: Connection, path: str) -> None:
    await connection.execute("SELECT set_config('search_path', $1, true)", path)


async def _read(connection: Connection, schema: str) -> Catalog:
    tables = await connection.fetch(_QUERIES["tables"], schema)
    oids = [row["oid"] for row in tables]
    columns = await _parts(connection, "columns", oids, _column)
    constraints = await _parts(connection, "constraints", oids, _constraint)
    indexes = await _parts(connection, "indexes", oids, _index)
    triggers = await _parts(connection, "triggers", oids, _trigger)
    return Catalog(
        tables=tuple(
            Table(
                name=row["name"],
                columns=columns.get(row["oid"], ()),
                constraints=constraints.get(row["oid"], ()),
                indexes=indexes.get(row["oid"], ()),
                triggers=triggers.get(row["oid"], ()),
                partition_key=row["partition_key"],
                comment=row["comment"],
            )
            for row in tables
        ),
        extensions=tuple(row["name"] for row in await connection.fetch(_QUERIES["extensions"])),
        definitions=tuple(
            Definition(kind=row["kind"], name=row["name"], text=row["text"])
            for row in await connection.fetch(_QUERIES["definitions"], schema)
        ),
    )


async def _parts(
    connection: Connection,
    query: str,
    tables: list[int],
    record: Callable[[asyncpg.Record], _Part],
) -> dict[int, tuple[_Part, ...]]:
    """Return what belongs to tables, by the table's oid."""
    parts: dict[int, list[_Part]] = {}
    for row in await connection.fetch(_QUERIES[query], tables):
        parts.setdefault(row["table"], []).append(record(row))
    return {table: tuple(found) for table, found in parts.items()}


def _column(row: asyncpg.Record) -> Column:
    return Column(
        name=row["name"],
        type=row["type"],
        is_nullable=row["is_nullable"],
        default=row["default"],
        generated=row["generated"],
        identity=row["identity"],
        collation=row["collation"],
        comment=row["comment"],
        position=row["position"],
    )


def _constraint(row: asyncpg.Record) -> Constraint:
    return Constraint(
        name=row["name"],
        kind=row["kind"],
        definition=row["definition"].removesuffix(_NOT_VALID),
        is_validated=row["is_validated"],
        columns=tuple(row["columns"]),
        referenced_table=row["referenced_table"],
        referenced_columns=tuple(row["referenced_columns"]),
        comment=row["comment"],
    )


def _index(row: asyncpg.Record) -> Index:
    return Index(
        name=row["name"],
        definition=row["definition"],
        is_unique=row["is_unique"],
        is_valid=row["is_valid"],
        columns=tuple(row["columns"]),
        constraint=row["constraint"],
        comment=row["comment"],
    )


def _trigger(row: asyncpg.Record) -> Trigger:
    return Trigger(name=row["name"], definition=row["definition"])
