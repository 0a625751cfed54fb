"""What an application finds in an embedded server: its databases and its role.

The cluster's superuser is `postgres`. The application connects as `app`, who
owns the databases and may make more of them (tests do), but is no superuser: what
production would refuse is refused in development, row security included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from .errors import StartFailed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUPERUSER = "postgres"
# Not `drystone`: by default a schema of the role's own name is searched before `public`,
# and that is where the platform keeps its tables.
ROLE = "app"
_MAX_NAME_BYTES = 63

_STATE = """
SELECT current_setting('server_version') AS version,
       EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS has_role,
       EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS has_statistics,
       current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%' AS can_have_them,
       ARRAY(SELECT datname::text FROM pg_database) AS databases
"""


def check_names(databases: Iterable[str]) -> tuple[str, ...]:
    """Return the names as a tuple, if PostgreSQL can take them as they are.

    Raises:
        ValueError: a name is empty, too long to be kept whole, or holds a NUL.
    """
    names = tuple(databases)
    for name in names:
        if not 0 < len(name.encode()) <= _MAX_NAME_BYTES or "\0" in name:
            raise ValueError(f"{name!r} cannot name a database: 1 to 63 bytes, no NUL")
    return names


async def prepare_databases(
    socket_directory: Path,
    port: int,
    databases: Iterable[str],
    *,
    password: str | None = None,
    timeout_seconds: float,
) -> str:
    """Make the role and the databases that are missing; return the server's version.

    The caller sees to it that this runs once at a time for a server.

    Args:
        socket_directory: where the server's socket is.
        port: names the socket.
        databases: those that must be there.
        password: given to the role for TCP connections; the socket needs none.
        timeout_seconds: how long to wait for the connection and each statement.

    Raises:
        StartFailed: the server does not answer, or refuses.
    """
    try:
        return await _prepare(socket_directory, port, databases, password, timeout_seconds)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise StartFailed(
            f"PostgreSQL at {socket_directory} runs but cannot be used "
            f"({str(error) or type(error).__name__}): see its server.log."
        ) from error


async def _prepare(
    socket_directory: Path,
    port: int,
    databases: Iterable[str],
    password: str | None,
    timeout_seconds: float,
) -> str:
    connection = await asyncpg.connect(
        host=str(socket_directory),
        port=port,
        user=SUPERUSER,
        database="postgres",
        timeout=timeout_seconds,
        command_timeout=timeout_seconds,
    )
    try:
        state = await connection.fetchrow(_STATE, ROLE)
        if state is None:  # a SELECT without FROM has a row; the type does not know
            raise asyncpg.InterfaceError("the server returned no row")
        if not state["has_role"]:
            await connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB IN ROLE pg_monitor")
        if password is not None:
            await connection.execute(f"ALTER ROLE {ROLE} PASSWORD {_literal(password)}")
        if state["can_have_them"] and not state["has_statistics"]:
            await connection.execute("CREATE EXTENSION pg_stat_statements")
        for name in databases:
            if name not in state["databases"]:
                await connection.execute(f"CREATE DATABASE {_identifier(name)} OWNER {ROLE}")
        return str(state["version"]).split(" ")[0]
    finally:
        await connection.close(timeout=timeout_seconds)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    # Utility statements take no parameters. E'' so that the quoting does not
    # hang on standard_conforming_strings.
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
