"""How a migrator's connections are opened: directly, and with nothing kept on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import asyncpg

if TYPE_CHECKING:
    from .session import Connection

CONNECT_SECONDS: Final = 10.0


async def connect_direct(url: str) -> Connection:
    """Open a connection for migrating.

    Args:
        url: of the database itself, past a PgBouncer.

    Raises:
        OSError, asyncpg.PostgresError, asyncpg.InterfaceError: it cannot be opened.
    """
    return await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        # Migrations change what prepared statements were prepared for.
        statement_cache_size=0,
        server_settings={"application_name": "drystone migrate"},
    )
