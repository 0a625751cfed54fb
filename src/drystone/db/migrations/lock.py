"""One migrator at a time for a database.

The lock is a transaction-scoped advisory lock, held by a transaction that stays open on
a connection of its own until the migrations are done; it is free as soon as that
connection is, however the process ends. The transaction is idle and READ COMMITTED, so
it holds no snapshot, and nothing waits for it.

Others poll for it, each time in a new transaction. To wait in `pg_advisory_xact_lock`
would be a statement with a snapshot, which the holder's `CREATE INDEX CONCURRENTLY` waits
for in turn: a deadlock.

Source: PostgreSQL chapter 13.3.5 (advisory locks); CREATE INDEX, "Building Indexes
Concurrently".
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import asyncpg

from .errors import DatabaseLost
from .events import Waiting
from .pooler import refuse_shared_session
from .session import LOST, configure, describe, open_connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .events import OnEvent
    from .session import Connect, Connection

# Any number, as long as every release has the same: "drystone" in ASCII.
LOCK_KEY: Final = 0x6472_7973_746F_6E65
POLL_SECONDS: Final = 0.2
_TELL_SECONDS: Final = 5.0


class Held:
    """The lock, as long as it is held."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def check(self) -> None:
        """Return if it is still ours.

        Raises:
            DatabaseLost: its connection ended.
        """
        try:
            await self._connection.execute("SELECT 1")
        except (*LOST, asyncpg.PostgresError) as error:
            raise DatabaseLost(
                "the connection that holds the migrators' lock was lost "
                f"({describe(error)}); run the command again"
            ) from error


@asynccontextmanager
async def hold_lock(connect: Connect, on_event: OnEvent) -> AsyncIterator[Held]:
    """Yield the lock, as soon as no other migrator has it.

    Args:
        connect: opens a direct connection.
        on_event: is told of the wait.

    Raises:
        SharedSession: it is reached through a pooler that gives sessions to others.
        DatabaseLost: the database cannot be reached, or goes away.
    """
    async with open_connection(connect, on_event) as connection:
        await refuse_shared_session(connection, connect, on_event)
        await _acquire(connection, on_event)
        yield Held(connection)


async def _acquire(connection: Connection, on_event: OnEvent) -> None:
    """Return within a transaction that has the lock."""
    began = told = time.monotonic()
    first = True
    while not await _try(connection):
        now = time.monotonic()
        if first or now - told >= _TELL_SECONDS:
            on_event(Waiting(now - began))
            first, told = False, now
        await asyncio.sleep(POLL_SECONDS)


async def _try(connection: Connection) -> bool:
    try:
        await connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        # Idle for as long as the migrations take.
        await configure(connection, lock_timeout_seconds=0, local=True)
        if await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK_KEY):
            return True
        await connection.execute("ROLLBACK")
    except (*LOST, asyncpg.PostgresError) as error:
        raise DatabaseLost(f"the migrators' lock cannot be had: {describe(error)}") from error
    return False
