"""The migrator's connections, and what is set on them.

A migrator goes to PostgreSQL directly: PgBouncer in transaction mode would give every
statement another server. So what is SET here stays on this connection, and ends with it.

    lock_timeout                     how long a statement may wait for a lock, and block
                                     everybody who queues behind it
    statement_timeout, …             0: a migration may take its time
    client_connection_check_interval a statement whose migrator was killed ends within a
                                     second, where it would run on with its locks

Source: PostgreSQL chapter 20.11.1 (client connection defaults), 20.3.1 (TCP settings).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeAlias

import asyncpg

from .errors import DatabaseLost
from .events import Noticed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .events import OnEvent

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Connect: TypeAlias = Callable[[], Awaitable[Connection]]

CLOSE_SECONDS: Final = 5.0

# By name through pg_settings: transaction_timeout is there from 17 on.
_SETTINGS = """
SELECT set_config(name, wanted, $2)
FROM pg_catalog.pg_settings
JOIN (VALUES ('lock_timeout', $1),
             ('statement_timeout', '0'),
             ('transaction_timeout', '0'),
             ('idle_in_transaction_session_timeout', '0'),
             ('idle_session_timeout', '0')) AS wanted(name, wanted) USING (name)
"""
# As fresh as when it was opened: what a file SETs does not reach the next one.
_RESET = (
    "RESET SESSION AUTHORIZATION; RESET ALL; CLOSE ALL; UNLISTEN *; "
    "SELECT pg_catalog.pg_advisory_unlock_all(); DISCARD TEMP"
)
# The usual search_path begins with the schema that is named like the role. For a role
# named drystone, as the embedded server's is, that is the platform's own: an
# application's table would be made there.
_LEAVE_PLATFORM_SCHEMA = """
SELECT set_config(
    'search_path', replace(current_setting('search_path'), '"$user"', 'public'), false)
WHERE session_user = 'drystone'
"""
_WATCH_CLIENT = "SET client_connection_check_interval = '1s'"

# The connection, not the statement, is at fault.
LOST: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)


@asynccontextmanager
async def open_connection(connect: Connect, on_event: OnEvent) -> AsyncIterator[Connection]:
    """Yield a connection for migrating; closed afterwards, come what may.

    Args:
        connect: opens a direct connection.
        on_event: is told what the server says on it.

    Raises:
        DatabaseLost: it cannot be opened.
    """
    try:
        connection = await connect()
    except (*LOST, asyncpg.PostgresError) as error:
        raise DatabaseLost(f"the database cannot be reached: {describe(error)}") from error

    def tell(_: object, message: asyncpg.PostgresLogMessage) -> None:
        on_event(Noticed(message.severity or "notice", message.message or ""))

    connection.add_log_listener(tell)
    try:
        yield connection
    finally:
        connection.remove_log_listener(tell)
        await close(connection)


async def close(connection: Connection) -> None:
    """Close a connection, whatever state it is in."""
    try:
        await connection.close(timeout=CLOSE_SECONDS)
    except (TimeoutError, *LOST):
        connection.terminate()


@asynccontextmanager
async def transaction(connection: Connection) -> AsyncIterator[None]:
    """Commit what the block did, or undo it and let its own error through.

    The driver's own way raises another error where the connection was lost meanwhile.
    """
    begun = connection.transaction()
    await begun.start()
    try:
        yield
    except BaseException:
        if not connection.is_closed():
            with suppress(*LOST):
                await begun.rollback()
        raise
    await begun.commit()


async def refresh(connection: Connection, *, lock_timeout_seconds: float) -> None:
    """Bring a connection outside of a transaction to the state that a file begins with."""
    await connection.execute(_RESET)
    await connection.execute(_LEAVE_PLATFORM_SCHEMA)
    await configure(connection, lock_timeout_seconds=lock_timeout_seconds, local=False)
    try:
        await connection.execute(_WATCH_CLIENT)
    except asyncpg.InvalidParameterValueError:
        return  # the server's system cannot tell


async def configure(connection: Connection, *, lock_timeout_seconds: float, local: bool) -> None:
    """Set how long may be waited; 0 for a lock without end.

    Args:
        connection: within a transaction, if `local`.
        lock_timeout_seconds: for each lock.
        local: for the transaction alone.
    """
    await connection.execute(_SETTINGS, f"{round(lock_timeout_seconds * 1000)}ms", local)


def describe(error: BaseException) -> str:
    """Return an error on one line, without its frames."""
    return " ".join(str(error).split()) or type(error).__name__
