"""Databases to throw away: where a schema is built only to be read.

What models ask for and what migration files produce is found out by PostgreSQL
itself, each in an empty database of its own on the server at hand. Such a database
carries a name that says whose it is and since when; it is dropped at the end, and one
that a killed process left behind is dropped by the next who comes an hour later.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from drystone.db.dsn.renaming import with_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Connection = asyncpg.Connection[asyncpg.Record]
    Connect = Callable[[str], Awaitable[Connection]]

LEFTOVER_AGE_SECONDS = 3600
_PREFIX = "drystone_scratch"
_NAME = re.compile(rf"{_PREFIX}_(?P<born>\d+)_\d+_[0-9a-f]+\Z")


class ScratchRefused(Exception):
    """The server gives no database to work in; the message says what would."""


@asynccontextmanager
async def scratch_database(
    url: str,
    *,
    connect: Connect,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[str]:
    """Yield the URL of a new, empty database; it is dropped afterwards, whoever uses it.

    Args:
        url: of any database of the server, by a role that may create databases; in either
            form of a connection string, which the yielded one has too.
        connect: opens a connection to a URL.
        clock: seconds since 1970; for the name, and the age of others.

    Raises:
        ScratchRefused: the role may not create databases.
        asyncpg.PostgresError: the server refuses for another reason.
    """
    born = int(clock())
    name = f"{_PREFIX}_{born}_{os.getpid()}_{secrets.token_hex(4)}"
    admin = await connect(url)
    try:
        await _drop_leftovers(admin, born - LEFTOVER_AGE_SECONDS)
        await _create(admin, name)
    finally:
        await admin.close()
    try:
        yield with_database(url, name)
    finally:
        # A new connection: the first would have been idle for all that time.
        admin = await connect(url)
        try:
            await _drop(admin, name)
        finally:
            await admin.close()


async def _create(admin: Connection, name: str) -> None:
    try:
        # template0: what was added to template1 is no part of a migration's outcome.
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    except asyncpg.InsufficientPrivilegeError as error:
        role = await admin.fetchval("SELECT quote_ident(current_user)")
        raise ScratchRefused(
            f"{role} may not create the database that schemas are compared in: "
            f"ALTER ROLE {role} CREATEDB, or name another server to work on."
        ) from error


async def _drop_leftovers(admin: Connection, born_before: int) -> None:
    rows = await admin.fetch(
        "SELECT datname::text AS name FROM pg_database"
        " WHERE starts_with(datname, $1) AND pg_has_role(datdba, 'MEMBER')",
        _PREFIX,
    )
    for row in rows:
        found = _NAME.match(row["name"])
        if found and int(found["born"]) < born_before:
            await _drop(admin, row["name"])


async def _drop(admin: Connection, name: str) -> None:
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
