"""Which database an application uses, decided in one place.

`DATABASE_URL` wherever it is given; else a PostgreSQL of our own, from the wheel or
the system (`binaries.py`). What was chosen is said in one line, for the log and the
command line's banner: nobody should have to guess where their rows went.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dsn.error import DSNError
from .dsn.parse import parse_dsn
from .embedded.server import DEFAULT_DIRECTORY, EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FoundDatabase:
    """The database to use.

    Attributes:
        url: its connection URL, password included: not for a log.
        summary: one line that says which it is and why; safe to show.
    """

    url: str
    summary: str


@asynccontextmanager
async def find_database(
    database_url: str | None,
    *,
    directory: Path = DEFAULT_DIRECTORY,
    database: str = "app",
    port: int | None = None,
) -> AsyncIterator[FoundDatabase]:
    """Yield the database to use; an embedded server runs as long as the block.

    Args:
        database_url: the one that was given, if any; nothing is started then.
        directory: where an embedded server keeps its data.
        database: its name in an embedded server.
        port: a TCP port for an embedded server, besides its socket.

    Raises:
        EmbeddedError: none was given, and none can be started.
    """
    if database_url:
        yield FoundDatabase(database_url, f"PostgreSQL at {place_of(database_url)} (DATABASE_URL)")
        return
    server = EmbeddedPostgres(directory, databases=(database,), port=port)
    async with server:
        summary = (
            f"PostgreSQL {server.server_version}, {server.origin}, data in {directory} "
            "(no DATABASE_URL)"
        )
        yield FoundDatabase(server.url(database), summary)


def place_of(url: str) -> str:
    """Return the hosts and database of a connection string, and nothing secret.

    >>> place_of("postgresql://ann:secret@db.example:5433/app?sslmode=require")
    'db.example:5433/app'
    >>> place_of("postgresql:///app?host=/run/postgresql")
    '/run/postgresql:5432/app'
    """
    try:
        return parse_dsn(url).summary
    except DSNError:
        # Whoever connects says what is wrong with it.
        return "the address given"
