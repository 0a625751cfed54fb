"""The running server: its state file, its arguments, its end.

PostgreSQL keeps `postmaster.pid` in its data directory and rewrites the last line
as its state changes (`src/include/utils/pidfile.h`); that line, not a connection
attempt, tells when it is ready. Signals are those of the manual's "Shutting Down
the Server": SIGINT is a fast shutdown (sessions are ended, data is checkpointed),
SIGQUIT an immediate one (the next start recovers).
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .binaries import Binaries

STATE_FILE = "data/postmaster.pid"
FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT

# What the caller decides by other means, or what would take the server away
# from where it is looked for.
RESERVED_SETTINGS = frozenset(
    {
        "config_file",
        "data_directory",
        "hba_file",
        "ident_file",
        "listen_addresses",
        "log_destination",
        "logging_collector",
        "port",
        "unix_socket_directories",
        "unix_socket_permissions",
    }
)

_DEFAULT_SETTINGS = {
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# A crash of the server may lose the last transactions, one of the machine may
# spoil everything. Tests can afford that (manual, "Non-Durable Settings").
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class PostmasterState:
    """What `postmaster.pid` says.

    Attributes:
        pid: the postmaster's process id.
        port: names the socket, and is the TCP port where it listens on one.
        socket_directory: as the server was told it.
        address: the TCP address it listens on; empty for none.
        status: `starting`, `stopping`, `ready` or `standby`.
    """

    pid: int
    port: int
    socket_directory: str
    address: str
    status: str

    @property
    def ready(self) -> bool:
        """Whether it accepts connections."""
        return self.status == "ready"


def parse_state(text: str | None) -> PostmasterState | None:
    r"""Return the state in a `postmaster.pid`, or None while it is incomplete.

    >>> parse_state("17\n/data\n1700000000\n5432\n/tmp\n\n 1 2\nready   \n").status
    'ready'
    >>> parse_state("17\n/data\n") is None
    True
    """
    lines = (text or "").split("\n")
    # The line end after the status is what says that the line is whole.
    if len(lines) < 9 or not (lines[0].isdigit() and lines[3].isdigit()):
        return None
    return PostmasterState(
        pid=int(lines[0]),
        port=int(lines[3]),
        socket_directory=lines[4],
        address=lines[5],
        status=lines[7].strip(),
    )


def parse_pid(text: str | None) -> int | None:
    """Return the process id in a `postmaster.pid`, complete or not."""
    first = (text or "").partition("\n")[0]
    return int(first) if first.isdigit() and int(first) > 0 else None


def runs_in(pid: int, data: os.stat_result | None) -> bool:
    """Say whether process `pid` is alive and, as far as can be told, the server of `data`.

    A process id is reused, quickly so in a container. Every process of a server
    works in its data directory; where the system does not show that, being
    alive and ours to signal has to do.
    """
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    if not Path("/proc/self/cwd").exists():
        return True
    try:
        where = Path(f"/proc/{pid}/cwd").stat()
    except OSError:
        return False
    return data is not None and os.path.samestat(where, data)


def server_arguments(
    binaries: Binaries,
    data: Path,
    *,
    socket_directory: Path,
    port: int | None,
    durable: bool,
    settings: Mapping[str, str],
) -> list[str]:
    """Return the command line that starts a server; settings given come last and win."""
    own = {
        "listen_addresses": "127.0.0.1" if port else "",
        "port": str(port or 5432),
        "unix_socket_directories": str(socket_directory),
        "unix_socket_permissions": "0700",
        "logging_collector": "off",
        "log_destination": "stderr",
    }
    if binaries.has_module("pg_stat_statements"):
        own["shared_preload_libraries"] = "pg_stat_statements"
    own |= _DEFAULT_SETTINGS | ({} if durable else _NOT_DURABLE) | dict(settings)
    options = [part for name, value in own.items() for part in ("-c", f"{name}={value}")]
    return [str(binaries.directory / "postgres"), "-D", str(data), *options]


def initdb_arguments(binaries: Binaries, data: Path, *, durable: bool, platform: str) -> list[str]:
    """Return the command line that makes a cluster: UTF-8, code point order, trust on the socket.

    The locale is PostgreSQL's own `C.UTF-8` where it has one (17 and newer): sorted
    by code point, the same on every machine, and indexes never change under an
    upgrade of the C library. Before, Linux's comes closest; others have only `C`.
    """
    if binaries.major >= 17:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        locale = ["--locale=C.UTF-8" if platform == "linux" else "--locale=C"]
    return [
        str(binaries.directory / "initdb"),
        f"--pgdata={data}",
        "--username=postgres",
        "--encoding=UTF8",
        *locale,
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ]
