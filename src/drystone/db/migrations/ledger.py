"""The record of what was applied: the table `drystone.migration`.

A transactional migration writes its row first and within its own transaction, so that
even without the migrators' lock the row's key would let only one through. A migration
without a transaction has its row from the beginning, and moves its position on with each
statement; every such step names the position that it comes from, so that two could not
walk the same way.

`ledger.sql` declares the table. It is made under the migrators' lock, and needs a role
that may create a schema, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import asyncpg

from .errors import LedgerUnusable, MigrationError
from .files import label_of
from .session import describe, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .files import MigrationFile, Source
    from .session import Connection

RowState = Literal["applying", "reverting", "done"]

_TABLE: Final = Path(__file__).with_name("ledger.sql")

_FIND = """
SELECT to_regnamespace('drystone') IS NOT NULL AS has_schema,
       to_regclass('drystone.migration') IS NOT NULL AS has_table,
       quote_ident(current_database()) AS database,
       quote_ident(current_user) AS role
"""
_READ = """
SELECT source, number, name, checksum, state, position, done_checksum, statement,
       applied_at, duration_ms, applied_by
FROM drystone.migration
ORDER BY source = 'app', number
"""
_INSERT = """
INSERT INTO drystone.migration (source, number, name, checksum, state)
VALUES ($1, $2, $3, $4, $5)
"""
_REVERT = """
UPDATE drystone.migration
SET state = 'reverting', position = 0, done_checksum = '', statement = NULL
WHERE source = $1 AND number = $2 AND state = 'done'
"""
_RECORD_CHECKSUM = """
UPDATE drystone.migration SET name = $3, checksum = $4
WHERE source = $1 AND number = $2
"""
_BEGIN_STATEMENT = """
UPDATE drystone.migration SET statement = $4
WHERE source = $1 AND number = $2 AND position = $3 AND state <> 'done'
"""
_STEP = """
UPDATE drystone.migration
SET position = $3 + 1, done_checksum = $4, statement = NULL, duration_ms = duration_ms + $5
WHERE source = $1 AND number = $2 AND position = $3 AND state <> 'done'
"""
_FINISH = """
UPDATE drystone.migration
SET state = 'done', position = 0, done_checksum = '', statement = NULL,
    applied_at = now(), duration_ms = duration_ms + $3
WHERE source = $1 AND number = $2 AND state <> 'reverting'
"""
_DELETE = "DELETE FROM drystone.migration WHERE source = $1 AND number = $2"


@dataclass(frozen=True, slots=True)
class Row:
    """One migration as the ledger has it; `ledger.sql` says what each column means."""

    source: Source
    number: int
    name: str
    checksum: str
    state: RowState
    position: int
    done_checksum: str
    statement: str | None
    applied_at: datetime
    duration_ms: int
    applied_by: str

    @property
    def label(self) -> str:
        """What people call it, as `MigrationFile.label`."""
        return label_of(self.source, self.number, self.name)


async def prepare(connection: Connection) -> None:
    """Make the ledger where it is missing; the caller holds the migrators' lock.

    Raises:
        LedgerUnusable: the role may not.
    """
    found = await _find(connection)
    if found["has_table"]:
        return
    try:
        async with transaction(connection):
            if not found["has_schema"]:
                await connection.execute("CREATE SCHEMA drystone")
            await connection.execute(_TABLE.read_text("utf-8"))
    except asyncpg.InsufficientPrivilegeError as error:
        role, database = found["role"], found["database"]
        mend = (
            f"GRANT CREATE, USAGE ON SCHEMA drystone TO {role}"
            if found["has_schema"]
            else f"CREATE SCHEMA drystone AUTHORIZATION {role}, or GRANT CREATE ON DATABASE "
            f"{database} TO {role}"
        )
        raise LedgerUnusable(
            f"the record of migrations cannot be made ({describe(error)}); let a superuser "
            f"run: {mend}"
        ) from error


async def read(connection: Connection) -> tuple[Row, ...]:
    """Return all rows, the platform's first; none where there is no ledger yet.

    Raises:
        LedgerUnusable: the role may not read it.
    """
    if not (await _find(connection))["has_table"]:
        return ()
    rows = await _fetch(connection, _READ)
    return tuple(Row(**dict(row)) for row in rows)


async def _find(connection: Connection) -> asyncpg.Record:
    (found,) = await _fetch(connection, _FIND)
    return found


async def _fetch(connection: Connection, query: str) -> list[asyncpg.Record]:
    try:
        return await connection.fetch(query)
    except asyncpg.InsufficientPrivilegeError as error:
        raise LedgerUnusable(
            f"the record of migrations cannot be read ({describe(error)}); GRANT USAGE ON "
            "SCHEMA drystone and SELECT ON drystone.migration to this role"
        ) from error


async def insert(connection: Connection, file: MigrationFile) -> None:
    """Note that a migration is being applied."""
    await connection.execute(
        _INSERT, file.source, file.number, file.name, file.checksum, "applying"
    )


async def begin_reverting(connection: Connection, file: MigrationFile) -> None:
    """Note that a migration is being reverted."""
    _expect_one(await connection.execute(_REVERT, file.source, file.number), file)


async def adopt(connection: Connection, file: MigrationFile) -> None:
    """Note that a migration that broke off goes on with its file as it is now."""
    await connection.execute(_RECORD_CHECKSUM, file.source, file.number, file.name, file.checksum)


async def begin_statement(
    connection: Connection, file: MigrationFile, *, position: int, text: str
) -> None:
    """Note that a statement is about to run that no transaction will undo."""
    tag = await connection.execute(_BEGIN_STATEMENT, file.source, file.number, position, text)
    _expect_one(tag, file)


async def step(
    connection: Connection,
    file: MigrationFile,
    *,
    position: int,
    done_checksum: str,
    duration_ms: int,
) -> None:
    """Note that the statement at a position is done."""
    tag = await connection.execute(
        _STEP, file.source, file.number, position, done_checksum, duration_ms
    )
    _expect_one(tag, file)


async def finish(connection: Connection, file: MigrationFile, *, duration_ms: int) -> None:
    """Note that a migration is applied."""
    _expect_one(await connection.execute(_FINISH, file.source, file.number, duration_ms), file)


async def delete(connection: Connection, file: MigrationFile) -> None:
    """Forget a migration, which is reverted."""
    _expect_one(await connection.execute(_DELETE, file.source, file.number), file)


def _expect_one(tag: str, file: MigrationFile) -> None:
    if not tag.endswith(" 1"):
        raise MigrationError(
            f"{file.label}: its record was changed by somebody else meanwhile; look at "
            "drystone.migration, and run the command again"
        )


def find(rows: Sequence[Row], file: MigrationFile) -> Row | None:
    """Return the row of a file, by its number."""
    return next(
        (row for row in rows if (row.source, row.number) == (file.source, file.number)), None
    )
