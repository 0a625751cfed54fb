"""The plan: pending migrations, what each statement would do, and what would hinder others.

    files, ledger ─► scratch database: applied files replayed, pending ones measured
                 ─► live database: sizes of the tables they touch ─► hindrances

The live database is only read. The scratch database is made on the same server, so that
the version and its settings are the same, and dropped in the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg

from drystone.db.catalog.scratch import ScratchRefused, scratch_database
from drystone.db.migrations import ledger
from drystone.db.migrations.choice import choose_pending
from drystone.db.migrations.errors import DatabaseLost, LedgerUnusable
from drystone.db.migrations.events import ignore
from drystone.db.migrations.runner import read_files
from drystone.db.migrations.scratch_schema import ScratchSchema
from drystone.db.migrations.session import LOST, describe, open_connection, refresh

from .advice import Hindrance, advise
from .measure import Measured, Meter
from .sizes import TableSize, read_sizes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from pathlib import Path

    from drystone.db.migrations.files import MigrationFile
    from drystone.db.migrations.ledger import Row
    from drystone.db.migrations.session import Connection
    from drystone.db.migrations.statements import Statement

    ConnectTo = Callable[[str], Awaitable[Connection]]


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """One statement that `up` would run.

    Attributes:
        statement: as its file has it.
        measured: what it locks, rewrites and scans.
        hindrance: why others would wait for it; None where they would not.
    """

    statement: Statement
    measured: Measured
    hindrance: Hindrance | None


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One pending migration; of one that broke off, the statements that are left."""

    file: MigrationFile
    statements: tuple[PlannedStatement, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What `up` would do.

    Attributes:
        files: in order.
        sizes: of the tables that they touch, by name; those without rows yet included.
    """

    files: tuple[PlannedFile, ...]
    sizes: dict[str, TableSize]

    @property
    def hindrances(self) -> list[Hindrance]:
        """What would make others wait, in order."""
        return [one.hindrance for file in self.files for one in file.statements if one.hindrance]


async def make_plan(
    url: str,
    folder: Path | None,
    *,
    connect: ConnectTo,
    allow_out_of_order: bool = False,
) -> Plan:
    """Return what `up` would do to a database.

    Args:
        url: of the database, past a PgBouncer; its role may create databases.
        folder: of the application's migrations; None for the platform's alone.
        connect: opens a connection to a URL.
        allow_out_of_order: as for `up`.

    Raises:
        FileError, HistoryError: as for `up`.
        LedgerUnusable: the role may not create the scratch database.
        StatementFailed: PostgreSQL refused a statement; `up` would end there as well.
        DatabaseLost: the database cannot be reached.
    """
    files = read_files(folder)
    async with open_connection(lambda: connect(url), ignore) as live:
        rows = await ledger.read(live)
        pending = choose_pending(files, rows, to=None, allow_out_of_order=allow_out_of_order)
        if not pending:
            return Plan((), {})
        applied = [file for file in files if file not in pending]
        measured = await _measure(url, applied, pending, connect=connect)
        tables = {touch.table for file in measured for one in file for touch in one.touches}
        sizes = await read_sizes(live, tables)
    planned = [
        _assemble(file, one, ledger.find(rows, file), sizes)
        for file, one in zip(pending, measured, strict=True)
    ]
    return Plan(tuple(planned), sizes)


async def _measure(
    url: str,
    applied: Iterable[MigrationFile],
    pending: Iterable[MigrationFile],
    *,
    connect: ConnectTo,
) -> list[list[Measured]]:
    try:
        async with scratch_database(url, connect=connect) as scratch:
            await ScratchSchema(scratch, connect).apply(applied)
            async with open_connection(lambda: connect(scratch), ignore) as connection:
                await refresh(connection, lock_timeout_seconds=0)
                meter = await Meter.start(connection)
                return [await meter.measure(file) for file in pending]
    except ScratchRefused as error:
        raise LedgerUnusable(str(error)) from error
    except (*LOST, asyncpg.PostgresError) as error:
        raise DatabaseLost(f"the scratch database cannot be used: {describe(error)}") from error


def _assemble(
    file: MigrationFile,
    measured: Sequence[Measured],
    row: Row | None,
    sizes: dict[str, TableSize],
) -> PlannedFile:
    hindrances = advise(file.up, measured, sizes)
    planned = [
        PlannedStatement(statement, one, hindrance)
        for statement, one, hindrance in zip(file.up.statements, measured, hindrances, strict=True)
    ]
    return PlannedFile(file, tuple(planned[row.position if row else 0 :]))
