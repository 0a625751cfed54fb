"""A pool for a connection string."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.connection.connect import connect

from .config import PoolConfig
from .pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import asyncpg

    from drystone.db.dsn.dsn import DSN

    from .observed import Observer


def make_pool(
    dsn: DSN,
    *,
    config: PoolConfig | None = None,
    log_context: Callable[[], Mapping[str, object]] | None = None,
    observer: Observer | None = None,
) -> Pool:
    """Return a pool for the database that `dsn` names; nothing is opened yet.

    Args:
        dsn: where, who and how; read anew for each connection, its password too.
        config: sizes and times.
        log_context: fields for each line of the slow log, such as the request's id.
        observer: is told of each statement, where there is one.
    """
    settings = config or PoolConfig()

    async def open_one() -> asyncpg.Connection[asyncpg.Record]:
        return await connect(
            dsn,
            timeout_seconds=settings.connect_timeout_seconds,
            application_name=settings.application_name,
            statement_timeout_seconds=settings.server_timeout_seconds,
            read_only=settings.read_only,
            # The driver's own cache stays off: we hold the statements.
            prepared_statements=0,
        )

    return Pool(open_one, config=settings, log_context=log_context, observer=observer)
