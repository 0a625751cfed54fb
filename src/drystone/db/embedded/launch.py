"""Making a cluster where there is none, and starting its server.

Called by `embedded.py` with the directory's lock held and no server alive, so
nothing here has to expect company. Every step may be cut short by `kill -9`:
the cluster is made under another name and renamed when whole; what a crashed
server left is recognised and handed to PostgreSQL's own recovery.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import server_socket
from .binaries import Binaries, find_binaries, within_reach
from .errors import StartTimeout, VersionMismatch
from .postmaster import (
    IMMEDIATE,
    STATE_FILE,
    PostmasterState,
    initdb_arguments,
    parse_pid,
    parse_state,
    runs_in,
    server_arguments,
)
from .server_log import explain_initdb, explain_start, last_lines
from .waiting import until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

    from .cluster_directory import ClusterDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchOptions:
    """How a server is to be started; see `EmbeddedPostgres` for each."""

    binaries: Binaries | None
    port: int | None
    settings: Mapping[str, str]
    durable: bool
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class Launched:
    """A server that this process started and that is ready.

    Attributes:
        process: the postmaster; a thread reaps it.
        state: what its state file said when it was ready.
        origin: where its programs come from, in words.
    """

    process: subprocess.Popen[bytes]
    state: PostmasterState
    origin: str

    def abandon(self) -> None:
        """Make it end at once, without waiting: who comes next waits for its lock."""
        if self.process.poll() is None:
            self.process.send_signal(IMMEDIATE)


async def launch(home: ClusterDirectory, lock: int, options: LaunchOptions) -> Launched:
    """Make the cluster where it is missing, start its server, and wait for it.

    Args:
        home: the cluster's directory.
        lock: the descriptor of its lock, for `initdb` to inherit.
        options: how to start it.

    Raises:
        EmbeddedError: it cannot be started; nothing is left running.
    """
    binaries = options.binaries or await find_binaries()
    binaries = await within_reach(binaries, home.account)
    await _ensure_cluster(home, lock, binaries, durable=options.durable)
    environment = _forget_crashed(home)
    short = (
        None if server_socket.fits(home.path) else server_socket.make_short_directory(home.account)
    )
    arguments = server_arguments(
        binaries,
        home.server_path / "data",
        socket_directory=short or home.server_path,
        port=options.port,
        durable=options.durable,
        settings=options.settings,
    )
    process, log_start = _spawn(home, arguments, environment)
    try:
        state = await _ready(home, process, log_start, options)
        return Launched(process, state, binaries.origin)
    except BaseException:
        if process.poll() is None:
            process.send_signal(IMMEDIATE)
        if short is not None:
            server_socket.remove_short_directory(str(short), options.port or 5432)
        raise


async def _ensure_cluster(
    home: ClusterDirectory, lock: int, binaries: Binaries, *, durable: bool
) -> None:
    version = (home.read_file("data/PG_VERSION") or "").strip()
    if not version:
        await _make_cluster(home, lock, binaries, durable=durable)
    elif version != str(binaries.major):
        raise VersionMismatch(
            f"{home.path} holds data of PostgreSQL {version}, and {binaries.origin} is "
            f"{binaries.version}: dump it with the old version, or remove the directory "
            "to begin with an empty database."
        )


async def _make_cluster(
    home: ClusterDirectory, lock: int, binaries: Binaries, *, durable: bool
) -> None:
    home.remove_tree("data.new")
    arguments = initdb_arguments(
        binaries, home.server_path / "data.new", durable=durable, platform=sys.platform
    )
    # initdb inherits the lock: when we are killed meanwhile, the next start
    # waits until it has ended, and does not remove the files under its hands.
    status, text = await home.account.run(arguments, pass_fds=(home.descriptor, lock))
    if status != 0:
        raise explain_initdb(text, home.path)
    home.rename("data.new", "data")


def _forget_crashed(home: ClusterDirectory) -> dict[str, str]:
    """Clear what a killed server left; return what the next must be told about it.

    PostgreSQL refuses to start while the process id in `postmaster.pid` is alive,
    and by now that may be anybody's: in a container the same small numbers come
    again at each start. The file is not removed, because the next line of defence,
    the shared memory it names, must still be checked. PostgreSQL ignores the id
    of a process that it is told is its own grandparent (meant for the process that
    runs `pg_ctl`; `src/backend/utils/init/miscinit.c`), so it is told that.
    """
    text = home.read_file(STATE_FILE)
    if state := parse_state(text):
        server_socket.remove_short_directory(state.socket_directory, state.port)
    pid = parse_pid(text)
    if pid is None or runs_in(pid, home.status("data")):
        return {}
    return {"PG_GRANDPARENT_PID": str(pid)}


def _spawn(
    home: ClusterDirectory, arguments: list[str], environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server's process; return it, and where its part of the log begins."""
    log, log_start = home.open_log()
    try:
        with home.server_lock() as server_lock:
            process = home.account.launch(
                arguments,
                pass_fds=(home.descriptor, server_lock),
                output=log,
                environment=environment,
            )
    finally:
        os.close(log)
    return process, log_start


async def _ready(
    home: ClusterDirectory,
    process: subprocess.Popen[bytes],
    log_start: int,
    options: LaunchOptions,
) -> PostmasterState:
    state: PostmasterState | None = None

    def settled() -> bool:
        nonlocal state
        state = parse_state(home.read_file(STATE_FILE))
        # The file of a server that crashed says "ready" too.
        if state is not None and state.ready and state.pid == process.pid:
            return True
        state = None
        return process.poll() is not None

    if not await until(settled, options.timeout_seconds):
        raise start_timeout(home, options.timeout_seconds, log_start)
    if state is None:
        text = home.read_file("server.log", from_byte=log_start) or ""
        raise explain_start(text, home.path, options.port)
    return state


def start_timeout(home: ClusterDirectory, seconds: float, log_start: int = 0) -> StartTimeout:
    """Return the error for a server that is alive, but was not ready in time."""
    text = home.read_file("server.log", from_byte=log_start) or ""
    return StartTimeout(
        f"PostgreSQL in {home.path} was not ready within {seconds:g} s: "
        "give it more time (recovery may need it), or see the end of its server.log:",
        log=last_lines(text),
    )
