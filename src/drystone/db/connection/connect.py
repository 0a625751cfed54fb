"""From a connection string to a connection.

    hosts ─► addresses ─► attempt: TLS, login ─► the kind of session wanted? ─► connection

PostgreSQL documentation, 34.1.1.3 "Specifying Multiple Hosts". Here stand who
logs in and which kinds of session are looked for; the way through the hosts is in
`host_search.py`. Nothing is remembered between two calls.
"""

from __future__ import annotations

import asyncio
import os
import pwd
from dataclasses import replace
from typing import TYPE_CHECKING

from drystone.db.dsn.dsn import TargetSession

from .attempt import Login
from .budget import Budget
from .connect_error import NotAdmitted
from .host_search import HostSearch
from .password_source import read_password_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    import asyncpg

    from drystone.db.dsn.dsn import DSN


async def connect(
    dsn: DSN,
    *,
    timeout_seconds: float | None = None,
    application_name: str | None = None,
    statement_timeout_seconds: float | None = None,
    prepared_statements: int = 100,
    read_only: bool = False,
) -> asyncpg.Connection[asyncpg.Record]:
    """Return a new connection, whose session is in UTC and whose JSON is plain values.

    Args:
        dsn: where, who and how.
        timeout_seconds: for all servers together; None leaves it to the DSN's own limit,
            which is for each address.
        application_name: where the DSN gives none.
        statement_timeout_seconds: the server's own limit for a statement. PgBouncer
            refuses it: behind it, leave it out, and write `ALTER ROLE … SET
            statement_timeout = …` once.
        prepared_statements: how many the driver may keep; 0 where a pooler before
            PgBouncer 1.21 gives each transaction another session.
        read_only: whether transactions may not write, unless they say that they do.
            PgBouncer refuses the parameter.

    Raises:
        ConnectError: there is none; the message says why, for each server tried.
    """
    if read_only and dsn.target is TargetSession.READ_WRITE:
        # The session itself would be refused for what was asked of it.
        dsn = replace(dsn, target=TargetSession.PRIMARY)
    login = await _prepare_login(
        dsn, application_name, statement_timeout_seconds, prepared_statements, read_only=read_only
    )
    now = asyncio.get_running_loop().time()
    ends_at = None if timeout_seconds is None else now + timeout_seconds
    search = HostSearch(login, Budget(ends_at, dsn.connect_timeout_seconds))
    for target, later in _rounds(dsn.target):
        if connection := await search.try_hosts(target, later * len(dsn.hosts)):
            return connection
    raise search.failure()


def _rounds(target: TargetSession) -> Iterator[tuple[TargetSession, int]]:
    """Yield the kinds of session to look for in turn, and how many rounds follow."""
    if target is TargetSession.PREFER_STANDBY:
        yield TargetSession.STANDBY, 1
        yield TargetSession.ANY, 0
    else:
        yield target, 0


async def _prepare_login(
    dsn: DSN,
    application_name: str | None,
    statement_timeout_seconds: float | None,
    prepared_statements: int,
    *,
    read_only: bool,
) -> Login:
    user = dsn.user or _account_name()
    # What the server's rows and texts look like must not hang on its configuration.
    settings = {"TimeZone": "UTC"}
    if name := dsn.application_name or application_name:
        settings["application_name"] = name
    if dsn.options:
        settings["options"] = dsn.options
    if statement_timeout_seconds is not None:
        settings["statement_timeout"] = str(max(1, round(statement_timeout_seconds * 1000)))
    if read_only:
        settings["default_transaction_read_only"] = "on"
    return Login(
        dsn=dsn,
        user=user,
        database=dsn.database or user,
        passwords=await asyncio.to_thread(read_password_source, dsn),
        settings=settings,
        prepared_statements=prepared_statements,
    )


def _account_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise NotAdmitted("no user is named, and this account has no name: name one") from None
