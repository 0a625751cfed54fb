"""Drift: models, migration files and database, held against each other two by two.

    models ── migrations    what the next migration would hold
    migrations ── database  what is not applied, and what the applied ones do not make

The database is only read. What files and models make is found out in a scratch database
(`scratch_schema.py`). Extensions that the database has beyond the migrations are no
drift: administrators add them, such as pg_stat_statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import asyncpg

from drystone.db.catalog.read import read_catalog
from drystone.db.changes.compare import MODELS, Scope
from drystone.db.migrations import ledger
from drystone.db.migrations.errors import DatabaseLost
from drystone.db.migrations.events import ignore
from drystone.db.migrations.history import compare, find_faults
from drystone.db.migrations.runner import read_files
from drystone.db.migrations.scratch_schema import PLATFORM_SCHEMA, open_scratch_schema
from drystone.db.migrations.session import LOST, describe, open_connection

from .difference import Difference, find_differences

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from pathlib import Path

    from drystone.db.catalog.records import Catalog
    from drystone.db.migrations.files import MigrationFile
    from drystone.db.migrations.history import Entry
    from drystone.db.migrations.scratch_schema import ConnectTo, ScratchSchema

Between = Literal["models and migrations", "migrations and database"]

_MODELS_SIDES = ("the migrations", "the models")
_DATABASE_SIDES = ("the database", "the migrations")
_ALL_BUT_EXTENSIONS = Scope(drops_extensions=False)
# Half done, or made by files that are not here: what it should look like is not known.
_UNKNOWABLE = frozenset({"missing", "applying", "reverting"})
_APPLIED = frozenset({"applied", "changed"})


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that two of them do not agree on.

    Attributes:
        between: which two.
        difference: what it is.
    """

    between: Between
    difference: Difference


@dataclass(frozen=True, slots=True)
class _Live:
    """What was found in the database."""

    entries: tuple[Entry, ...]
    schemas: dict[str, Catalog]
    version: int

    @property
    def is_knowable(self) -> bool:
        return not any(entry.state in _UNKNOWABLE for entry in self.entries)


async def find_drift(
    url: str,
    folder: Path | None,
    models: Sequence[type[Any]],
    *,
    files_only: bool,
    connect: ConnectTo,
    tell: Callable[[str], None],
) -> tuple[Drift, ...]:
    """Return every place where models, migrations and database do not agree.

    Args:
        url: of the database; with `files_only`, only a scratch database is made beside it.
        folder: of the application's migrations; None for the platform's alone.
        models: all of the application's; without any, they are not compared.
        files_only: leave the database out.
        connect: opens a connection to a URL.
        tell: is told of each step, in a few words.

    Raises:
        FileError: the files cannot be read.
        StatementFailed: PostgreSQL refuses one of them.
        DeclarationError, ModelsRefused: the models do not make tables.
        MigrationError, EmbeddedError: a server cannot be reached or used.
    """
    files = read_files(folder)
    live = None if files_only else await _read_live(url, files, connect)
    drift: list[Drift] = []
    async with open_scratch_schema(url, connect=connect, tell=tell) as scratch:
        applied: Sequence[MigrationFile] = ()
        if live is not None:
            applied = [one.file for one in live.entries if one.file and one.state in _APPLIED]
            drift += _not_applied(live.entries)
            if live.is_knowable:
                tell("reading the schema that the applied migrations make")
                await scratch.apply(applied)
                await _warn_of_versions(scratch, live, tell)
                drift += [one async for one in _in_database(scratch, live)]
            else:
                applied = ()
        if models:
            tell("reading the schema that all migrations make, and that of the models")
            await scratch.apply([file for file in files if file not in applied])
            drift += await _in_models(scratch, models)
    # An extension belongs to the database, and is met with in each schema.
    return tuple(dict.fromkeys(drift))


async def _read_live(url: str, files: Sequence[MigrationFile], connect: ConnectTo) -> _Live:
    async with open_connection(lambda: connect(url), ignore) as connection:
        try:
            rows = await ledger.read(connection)
            schemas = {
                schema: await read_catalog(connection, schema=schema)
                for schema in ("public", PLATFORM_SCHEMA)
            }
        except (*LOST, asyncpg.PostgresError) as error:
            raise DatabaseLost(f"the database cannot be read: {describe(error)}") from error
        return _Live(compare(files, rows), schemas, connection.get_server_version().major)


async def _warn_of_versions(
    scratch: ScratchSchema, live: _Live, tell: Callable[[str], None]
) -> None:
    version = await scratch.version()
    if version != live.version:
        tell(
            f"the database is PostgreSQL {live.version}, and what it should be was made on "
            f"{version}: one may word a definition otherwise than the other"
        )


def _not_applied(entries: Sequence[Entry]) -> Iterator[Drift]:
    for entry in entries:
        if entry.state == "pending":
            sentence = f"migration {entry.label} is not applied"
        elif entry.state in {"applying", "reverting"}:
            sentence = f"migration {entry.label} broke off; see: drystone migrate status"
        elif entry.state == "applied":
            continue
        else:
            sentence = "; ".join(find_faults([entry]))
        yield Drift("migrations and database", Difference("migration", entry.label, sentence))
    if any(entry.state in _UNKNOWABLE for entry in entries):
        sentence = "tables are not compared, until those migrations are whole again"
        yield Drift("migrations and database", Difference("tables", "", sentence))


async def _in_database(scratch: ScratchSchema, live: _Live) -> AsyncIterator[Drift]:
    for schema, found in live.schemas.items():
        expected = await scratch.read(schema)
        prefix = "" if schema == "public" else f"{schema}."
        for one in find_differences(
            found, expected, names=_DATABASE_SIDES, scope=_ALL_BUT_EXTENSIONS, prefix=prefix
        ):
            yield Drift("migrations and database", one)


async def _in_models(scratch: ScratchSchema, models: Sequence[type[Any]]) -> list[Drift]:
    made = await scratch.read()
    wanted = await scratch.read_models(models)
    found = find_differences(made, wanted, names=_MODELS_SIDES, scope=MODELS)
    return [Drift("models and migrations", one) for one in found]
