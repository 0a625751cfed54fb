"""Whether a server is of the kind that is wanted: writable, or a standby.

`target_session_attrs` of libpq (34.1.2). PostgreSQL 14 and later tell both facts while
the session starts, so that asking costs nothing; something between us and the server
that keeps them to itself is asked by a query. PgBouncer tells what it last heard: behind
it, let it choose the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.db.dsn.dsn import TargetSession

if TYPE_CHECKING:
    import asyncpg

_QUERY: Final = (
    "SELECT pg_catalog.pg_is_in_recovery(), "
    "pg_catalog.current_setting('default_transaction_read_only') = 'on'"
)


async def describe_misfit(
    connection: asyncpg.Connection[asyncpg.Record], target: TargetSession
) -> str | None:
    """Return what makes a session another than the one wanted; None where it fits.

    Args:
        connection: a new one.
        target: the kind that is wanted; `prefer-standby` is for the caller to try as
            `standby`, then as `any`.
    """
    if target is TargetSession.ANY:
        return None
    reported = connection.get_settings()
    standby = getattr(reported, "in_hot_standby", None)
    read_only = getattr(reported, "default_transaction_read_only", None)
    if standby is None or read_only is None:
        row = await connection.fetchrow(_QUERY)
        is_standby, is_read_only = (row[0], row[1]) if row else (False, False)
    else:
        is_standby, is_read_only = standby == "on", read_only == "on"
    return misfit(target, is_standby=is_standby, is_read_only=is_read_only)


def misfit(target: TargetSession, *, is_standby: bool, is_read_only: bool) -> str | None:
    """Return what makes a session another than the one wanted; None where it fits.

    >>> misfit(TargetSession.READ_WRITE, is_standby=True, is_read_only=False)
    'is a standby'
    """
    if target is TargetSession.READ_WRITE and not is_standby and is_read_only:
        return "takes no writes"
    if target in {TargetSession.READ_WRITE, TargetSession.PRIMARY}:
        return "is a standby" if is_standby else None
    if target in {TargetSession.STANDBY, TargetSession.PREFER_STANDBY}:
        return None if is_standby else "is no standby"
    if target is TargetSession.READ_ONLY:
        return None if is_standby or is_read_only else "takes writes"
    return None
