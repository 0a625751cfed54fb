"""A real PostgreSQL for development and tests, with nothing to install.

`EmbeddedPostgres` runs a server from the programs that `binaries.py` finds, as the
account that `account.py` chooses, in the folder that `cluster_directory.py` guards.
The first process to want it makes and starts it, later ones find it running, and
the last one to leave stops it; one that was killed counts as having left. When all
of them were killed, the server runs on until the next one comes and goes.

It listens on a Unix socket that only its account and root can reach; on TCP, at
127.0.0.1 and with a password, only when a port is asked for. Settings are given on
the command line at each start, so they follow the code and not an old file; a
server that is found running keeps those it was started with.

What it leaves out: upgrades of old data (dump and restore), backups, Windows.
Production gives `DATABASE_URL`; see `finding.py` for the choice between them.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from . import server_socket
from .account import choose_account
from .cluster_directory import ClusterDirectory
from .databases import ROLE, SUPERUSER, check_names, prepare_databases
from .errors import StopFailed
from .launch import LaunchOptions, launch, start_timeout
from .postmaster import (
    FAST,
    IMMEDIATE,
    RESERVED_SETTINGS,
    STATE_FILE,
    PostmasterState,
    parse_pid,
    parse_state,
    runs_in,
)
from .waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from .binaries import Binaries

DEFAULT_DIRECTORY = Path(".drystone/postgres")
_IMMEDIATE_STOP_SECONDS = 5.0
# A subprocess that another thread is just starting holds copies of our files until
# it has executed its program, and counts as a user for so long.
_LEAVING_SECONDS = 0.05


class EmbeddedPostgres:
    """A PostgreSQL server that this process starts, or finds running, and uses.

    Args:
        directory: the cluster's folder; made where missing.
        binaries: the installation to run; found when not given.
        port: a TCP port on 127.0.0.1 to listen on as well.
        databases: those that must exist; made where missing, never removed.
        settings: PostgreSQL's own, over the defaults here; values as in its file.
        durable: False trades what a crash may lose, or spoil, for speed.
        start_timeout_seconds: for the whole of `start`, recovery included.
        stop_timeout_seconds: for a clean shutdown, before an immediate one.

    Raises:
        ValueError: a port, a database's name or a setting that cannot be used.
    """

    def __init__(
        self,
        directory: Path = DEFAULT_DIRECTORY,
        *,
        binaries: Binaries | None = None,
        port: int | None = None,
        databases: Iterable[str] = ("app",),
        settings: Mapping[str, str] | None = None,
        durable: bool = True,
        start_timeout_seconds: float = 30.0,
        stop_timeout_seconds: float = 30.0,
    ) -> None:
        if port is not None and not 0 < port < 65_536:
            raise ValueError(f"{port} is not a TCP port: 1 to 65535")
        if reserved := sorted(RESERVED_SETTINGS & (settings or {}).keys()):
            raise ValueError(f"the embedded server decides {reserved[0]!r} itself")
        # Resolved now: the working directory may be another one at the start.
        self._directory = Path(directory).absolute()
        self._databases = check_names(databases)
        self._options = LaunchOptions(
            binaries=binaries,
            port=port,
            settings=dict(settings or {}),
            durable=durable,
            timeout_seconds=start_timeout_seconds,
        )
        self._stop_timeout_seconds = stop_timeout_seconds
        self._home: ClusterDirectory | None = None
        self._address: _Address | None = None

    async def __aenter__(self) -> Self:
        """Start or join the server; errors as of `start`."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the server; errors as of `stop`."""
        await self.stop()

    @property
    def server_version(self) -> str:
        """The running server's version, such as `18.6`."""
        return self._started().version

    @property
    def origin(self) -> str:
        """Where the running server comes from, in words; for a log."""
        return self._started().origin

    def url(self, database: str = "app", *, tcp: bool = False, superuser: bool = False) -> str:
        """Return the connection URL of a database, for asyncpg, psql and any libpq client.

        Args:
            database: its name.
            tcp: by TCP and with the password, for what cannot use the socket.
            superuser: as `postgres`, for what the application itself may not do.

        Raises:
            RuntimeError: the server is not started, or does not listen on TCP.
        """
        address = self._started()
        user, path = SUPERUSER if superuser else ROLE, quote(database, safe="")
        if not tcp:
            # The port names the socket. Left out, PGPORT would decide.
            host = quote(str(address.socket_directory))
            return f"postgresql://{user}@/{path}?host={host}&port={address.port}"
        if address.password is None or superuser:
            raise RuntimeError("the embedded server has TCP for its role, and when given a port")
        return f"postgresql://{user}:{address.password}@127.0.0.1:{address.port}/{path}"

    async def start(self) -> None:
        """Start the server, or join it where it runs already.

        Raises:
            EmbeddedError: it cannot be; the subclass and the text say why.
            RuntimeError: it was started by this object before.
        """
        if self._home is not None:
            raise RuntimeError("this embedded server is started already")
        home = ClusterDirectory(self._directory, choose_account(self._directory))
        try:
            async with home.exclusive(self._options.timeout_seconds) as lock:
                home.join_users()
                self._address = await self._join_or_launch(home, lock)
        except BaseException:
            home.close()
            raise
        self._home = home

    async def stop(self) -> None:
        """Leave the server, and end it when nobody else uses it; again does nothing.

        Raises:
            StopFailed: it would not end, not even at once.
            StartTimeout: another process holds the lock.
        """
        home, self._home, self._address = self._home, None, None
        if home is None:
            return
        try:
            async with home.exclusive(self._stop_timeout_seconds):
                home.leave_users()
                alone = await until(lambda: not home.has_users(), _LEAVING_SECONDS)
                if alone and home.has_server():
                    await self._end(home)
        finally:
            home.close()

    def _started(self) -> _Address:
        if self._address is None:
            raise RuntimeError("the embedded server is not started")
        return self._address

    async def _join_or_launch(self, home: ClusterDirectory, lock: int) -> _Address:
        if home.has_server() and (state := await self._join(home)):
            return await self._prepare(home, state, "found running")
        launched = await launch(home, lock, self._options)
        try:
            return await self._prepare(home, launched.state, f"from {launched.origin}")
        except BaseException:
            launched.abandon()
            raise

    async def _join(self, home: ClusterDirectory) -> PostmasterState | None:
        """Wait for the running server to be ready; None when it ends instead."""
        state: PostmasterState | None = None

        def settled() -> bool:
            nonlocal state
            state = parse_state(home.read_file(STATE_FILE))
            if state is not None and state.ready and runs_in(state.pid, home.status("data")):
                return True
            state = None
            return not home.has_server()

        if not await until(settled, self._options.timeout_seconds):
            raise start_timeout(home, self._options.timeout_seconds)
        return state

    async def _prepare(
        self, home: ClusterDirectory, state: PostmasterState, origin: str
    ) -> _Address:
        in_home = home.status(f".s.PGSQL.{state.port}") is not None
        socket_directory = home.path if in_home else Path(state.socket_directory)
        password = _password(home) if state.address else None
        version = await prepare_databases(
            socket_directory,
            state.port,
            self._databases,
            password=password,
            timeout_seconds=self._options.timeout_seconds,
        )
        return _Address(socket_directory, state.port, password, version, origin)

    async def _end(self, home: ClusterDirectory) -> None:
        text = home.read_file(STATE_FILE)
        pid, state = parse_pid(text), parse_state(text)
        for signal, seconds in (
            (FAST, self._stop_timeout_seconds),
            (IMMEDIATE, _IMMEDIATE_STOP_SECONDS),
        ):
            if pid is not None and runs_in(pid, home.status("data")):
                os.kill(pid, signal)
            if await until(lambda: not home.has_server(), seconds):
                break
        else:
            raise StopFailed(
                f"PostgreSQL in {home.path} (process {pid}) does not end: end it by hand."
            )
        if state is not None:
            server_socket.remove_short_directory(state.socket_directory, state.port)


@dataclass(frozen=True, slots=True)
class _Address:
    """How the running server is reached.

    Attributes:
        socket_directory: where its socket is.
        port: the socket's name, and the TCP port where it has one.
        password: the role's, for TCP; None without TCP.
        version: the server's own.
        origin: where it comes from, in words.
    """

    socket_directory: Path
    port: int
    password: str | None
    version: str
    origin: str


def _password(home: ClusterDirectory) -> str:
    """Return the role's password, made and kept at the first call."""
    if kept := home.read_file("password"):
        return kept
    descriptor = home.open_file("password", os.O_WRONLY | os.O_CREAT)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(password := secrets.token_urlsafe(24))
    return password
