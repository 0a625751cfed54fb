"""How a migrator's connections are opened: directly, and to a server that can be written."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from drystone.db.connection.connect import connect
from drystone.db.dsn.dsn import TargetSession
from drystone.db.dsn.parse import parse_dsn

if TYPE_CHECKING:
    from .session import Connection

APPLICATION_NAME: Final = "drystone migrate"


async def connect_direct(url: str) -> Connection:
    """Open a connection for migrating.

    Args:
        url: of the database itself, past a PgBouncer.

    Raises:
        DSNError: the URL cannot be read.
        ConnectError: there is no connection.
    """
    dsn = parse_dsn(url, environment=os.environ)
    if dsn.target is TargetSession.ANY and len(dsn.hosts) > 1:
        dsn = replace(dsn, target=TargetSession.READ_WRITE)
    # Migrations change what prepared statements were prepared for, so none is kept.
    return await connect(dsn, application_name=APPLICATION_NAME, prepared_statements=0)
