"""Whether a pooler stands between a migrator and PostgreSQL, and gives out its session.

A migrator sets how long it waits, and a file may set anything. Through a pooler that
gives each transaction another session (PgBouncer in transaction mode), that would stay
behind in sessions that the application goes on with. So it is refused, before anything
is changed.

A login tells the number of the session's process. A pooler tells one that it made up,
since it has no session yet: where that differs from what the session says of itself, a
second connection shows whether the two are kept apart. One that keeps them apart
(PgBouncer in session mode) is as good as none.

Source: PostgreSQL chapter 54.2.1 (BackendKeyData); PgBouncer's documentation of `pool_mode`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import asyncpg

from .errors import DatabaseLost, SharedSession
from .session import LOST, describe, open_connection

if TYPE_CHECKING:
    from .events import OnEvent
    from .session import Connect, Connection

# One look is enough where nobody else uses the pooler; others may take a session between.
_LOOKS: Final = 20


async def refuse_shared_session(
    connection: Connection, connect: Connect, on_event: OnEvent
) -> None:
    """Return if the connection has its session to itself.

    Args:
        connection: outside of a transaction.
        connect: opens another one like it.
        on_event: is told what the server says.

    Raises:
        SharedSession: it has not.
        DatabaseLost: the database cannot be asked.
    """
    try:
        if await _session(connection) == connection.get_server_pid():
            return
        async with open_connection(connect, on_event) as other:
            shared = await _share(connection, other)
    except (*LOST, asyncpg.PostgresError) as error:
        raise DatabaseLost(f"the database cannot be asked: {describe(error)}") from error
    if shared:
        raise SharedSession(
            "this connection leads through a pooler that gives each transaction another "
            "session, as PgBouncer does in transaction mode, and what a migration sets would "
            "stay behind in them; name the database itself in DRYSTONE_DATABASE_DIRECT_URL"
        )


async def _share(one: Connection, other: Connection) -> bool:
    first = await _session(one)
    for _ in range(_LOOKS):
        theirs, ours = await _session(other), await _session(one)
        if ours == theirs or ours != first:
            return True
    return False


async def _session(connection: Connection) -> int:
    pid: int = await connection.fetchval("SELECT pg_catalog.pg_backend_pid()")
    return pid
