"""One attempt at one address: TLS as far as it is asked for, login, codecs, socket options.

asyncpg does the protocol. Every argument that it would look up by itself, in `PG…`
variables, `~/.pgpass` or `~/.postgresql`, is given, so that what `db/dsn/` read is all
that counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from drystone.db.dsn.dsn import SSLMode

from .introspection import IntrospectingConnection
from .json_values import read_json_as_values
from .keepalive import watch_peer
from .refusal import calls_for_plain, calls_for_tls
from .tls import build_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from drystone.db.dsn.dsn import DSN, Host

    from .addresses import Address
    from .password_source import PasswordSource

_A_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in, and how the session begins.

    Attributes:
        dsn: how to get there.
        user: the role.
        database: its name.
        passwords: where the password comes from.
        settings: of the session, sent with the login.
        prepared_statements: how many the driver may keep prepared by itself.
    """

    dsn: DSN
    user: str
    database: str
    passwords: PasswordSource = field(repr=False)
    settings: Mapping[str, str]
    prepared_statements: int


async def attempt(address: Address, login: Login) -> asyncpg.Connection[asyncpg.Record]:
    """Return a new connection to one address.

    Raises:
        TLSUnusable: a file of certificates is at fault.
        asyncpg.PostgresError: the server refused.
        asyncpg.InterfaceError: it wants what the driver does not speak.
        OSError: it cannot be reached, or TLS failed.
    """
    connection = await _open(address, login)
    try:
        watch_peer(connection, login.dsn.keepalive)
        await read_json_as_values(connection)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def _open(address: Address, login: Login) -> asyncpg.Connection[asyncpg.Record]:
    """Try with TLS, without, or both, as the mode says (34.19.3, table 34.1)."""
    mode = login.dsn.tls.mode
    if address.host.is_unix or mode is SSLMode.DISABLE:
        return await _log_in(address, login, None)
    context = build_context(login.dsn.tls, address.host)
    if mode is SSLMode.ALLOW:
        first, second, again = None, context, calls_for_tls
    elif mode is SSLMode.PREFER:
        first, second, again = context, None, calls_for_plain
    else:
        return await _log_in(address, login, context)
    try:
        return await _log_in(address, login, first)
    except (OSError, asyncpg.PostgresError) as error:
        if not again(error):
            raise
    return await _log_in(address, login, second)


async def _log_in(
    address: Address, login: Login, context: ssl.SSLContext | None
) -> asyncpg.Connection[asyncpg.Record]:
    host: Host = address.host
    return await asyncpg.connect(
        host=[address.target],
        port=[host.port],
        user=login.user,
        database=login.database,
        # Never None, which would make the driver look for one: empty is no password.
        password=login.passwords.find(host, database=login.database, user=login.user),
        ssl=context or False,
        direct_tls=login.dsn.tls.direct and context is not None,
        target_session_attrs=SessionAttribute.any,
        krbsrvname="postgres",
        gsslib="gssapi",
        # The caller's clock is the only one that matters.
        timeout=_A_DAY_SECONDS,
        statement_cache_size=login.prepared_statements,
        max_cached_statement_lifetime=0,
        server_settings=dict(login.settings),
        connection_class=IntrospectingConnection,
    )
