"""A section in one transaction, together with its record: all of it, or nothing.

The record is written first. Should the migrators' lock ever fail, a second migrator would
wait there, at the row's key, and then be refused.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import asyncpg

from . import ledger
from .execute import execute, explain
from .session import LOST, configure, transaction

if TYPE_CHECKING:
    from .files import MigrationFile
    from .patience import Patience
    from .sections import Section
    from .session import Connection


async def run(
    connection: Connection,
    file: MigrationFile,
    section: Section,
    *,
    reverting: bool,
    patience: Patience,
) -> int:
    """Apply or revert a migration; return the milliseconds it took.

    Args:
        connection: outside of a transaction.
        file: the migration.
        section: the one of its two that is to run.
        reverting: whether that is `down`.
        patience: how long one lock is waited for.

    Raises:
        StatementFailed: PostgreSQL refused; nothing was changed.
        DatabaseLost: the connection ended; the next run finds out whether it was committed.
    """
    began = time.monotonic()
    try:
        async with transaction(connection):
            await configure(
                connection, lock_timeout_seconds=patience.lock_timeout_seconds, local=True
            )
            if reverting:
                await ledger.begin_reverting(connection, file)
            else:
                await ledger.insert(connection, file)
            for statement in section.statements:
                await execute(connection, file, statement)
            # A file may have set a role that must not see the record.
            await connection.execute("RESET SESSION AUTHORIZATION")
            duration_ms = round((time.monotonic() - began) * 1000)
            if reverting:
                await ledger.delete(connection, file)
            else:
                await ledger.finish(connection, file, duration_ms=duration_ms)
    except (*LOST, asyncpg.PostgresError) as error:
        # A statement's own error is explained by then: this is the record, or COMMIT
        # with what was deferred to it.
        raise explain(error, file, line=section.line) from error
    return duration_ms
