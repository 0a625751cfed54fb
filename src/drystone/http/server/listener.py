"""Opens the listening sockets: TCP, Unix, several at once.

The supervisor opens them once and its workers inherit them, so the kernel keeps one
queue of new connections whoever comes and goes. A socket per worker (`SO_REUSEPORT`)
would lose the queue of each worker that ends; see `docs/adr/0003-processes.md`.

What goes wrong here stops the start, and each error is one line with its mend:

    ListenError
    ├── AddressInUse        somebody else listens there
    ├── AddressForbidden    this user may not
    └── AddressInvalid      no such address, host, directory or socket

Sources: ip(7), ipv6(7), tcp(7), unix(7).

Left out: abstract Unix sockets (no file mode guards them), and a lock between two
supervisors that find the same stale socket file at the same moment.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from drystone.http.server.syn_filter import drop_new_handshakes

BACKLOG: Final = 2048
UNIX_MODE: Final = 0o660

# A port that is free for one address family may be taken for the other.
_PORT_ATTEMPTS: Final = 10
_STALE_PROBE_SECONDS: Final = 1.0
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM})


class ListenError(Exception):
    """An address cannot be listened on. The message is one line with the mend."""


class AddressInUse(ListenError):
    """Somebody else listens there."""


class AddressForbidden(ListenError):
    """This user may not listen there."""


class AddressInvalid(ListenError):
    """There is no such address to listen on."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One listening socket.

    Attributes:
        socket: bound, listening, non-blocking, closed on exec.
        path: the file of a Unix socket that was made here; None for any other.
        identity: device and inode of that file, so that no other is removed.
    """

    socket: socket.socket
    path: Path | None = None
    identity: tuple[int, int] | None = None

    def close(self) -> None:
        """Close this process's copy, and remove the file if it is still ours."""
        self.socket.close()
        self._remove_file()

    def silence(self) -> None:
        """Let no further client in, and keep those that are in the queue.

        A Unix socket loses its name; a TCP socket drops new handshakes.
        """
        if self.socket.family == socket.AF_UNIX:
            self._remove_file()
        else:
            drop_new_handshakes(self.socket)

    def _remove_file(self) -> None:
        if self.path is not None and _identity(self.path) == self.identity:
            self.path.unlink(missing_ok=True)


class _Address(NamedTuple):
    """What `getaddrinfo` says of one address of a host."""

    family: socket.AddressFamily
    host: str
    scope: int  # of a link-local IPv6 address; else 0


def describe(listening: socket.socket, *, secure: bool = False) -> str:
    """Return the address as a person would type it.

    `http://127.0.0.1:8000`, `https://[::1]:8443` or `unix:/run/api.sock`.
    """
    address = listening.getsockname()
    if listening.family == socket.AF_UNIX:
        return f"unix:{os.fsdecode(address)}"
    scheme = "https" if secure else "http"
    return f"{scheme}://{_join(address[0], address[1])}"


def open_listeners(
    *,
    hosts: Sequence[str] = (),
    port: int = 0,
    unix: str | None = None,
    unix_mode: int = UNIX_MODE,
    backlog: int = BACKLOG,
) -> list[Listener]:
    """Open all of them, or none.

    Args:
        hosts: addresses or names; `::` serves IPv4 too.
        port: for all `hosts`; 0 lets the kernel choose.
        unix: path of a Unix socket, beside the hosts.
        unix_mode: who may connect to it.
        backlog: how many connections may wait to be accepted.

    Raises:
        ListenError: the first that cannot be opened.
    """
    opened: list[Listener] = []
    try:
        for host in hosts:
            opened.extend(open_tcp(host, port, backlog=backlog))
        if unix is not None:
            opened.append(open_unix(unix, mode=unix_mode, backlog=backlog))
    except ListenError:
        close_all(opened)
        raise
    return opened


def close_all(listeners: Iterable[Listener]) -> None:
    """Close each of them."""
    for listener in listeners:
        listener.close()


# TCP.


def open_tcp(host: str, port: int, *, backlog: int = BACKLOG) -> list[Listener]:
    """Listen on every address of `host`, all with the same port.

    Raises:
        ListenError: `host` is unknown, or one of its addresses cannot be had.
    """
    name = host.strip().removeprefix("[").removesuffix("]")
    if not name:
        raise AddressInvalid('an empty host; use "::" or "0.0.0.0" to listen on every address')
    if not 0 <= port <= 65535:
        raise AddressInvalid(f"port {port} is not between 0 and 65535")
    addresses = _resolve(name)
    attempts = _PORT_ATTEMPTS if port == 0 else 1
    while True:
        attempts -= 1
        try:
            return _bind_each(addresses, port, backlog)
        except AddressInUse:
            if not attempts:
                raise


def _resolve(name: str) -> list[_Address]:
    try:
        found = socket.getaddrinfo(
            name, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise AddressInvalid(f"host {name!r} is no address of this machine: {reason}") from None
    addresses = [
        _Address(family, str(address[0]), int(address[3]) if len(address) == 4 else 0)
        for family, _, _, _, address in found
    ]
    return list(dict.fromkeys(addresses))


def _bind_each(addresses: Sequence[_Address], port: int, backlog: int) -> list[Listener]:
    """Bind all addresses; the first of them chooses the port where it is 0."""
    opened: list[Listener] = []
    try:
        for address in addresses:
            listening = _bind(address, port, backlog)
            opened.append(Listener(listening))
            port = listening.getsockname()[1]
    except ListenError:
        close_all(opened)
        raise
    return opened


def _bind(address: _Address, port: int, backlog: int) -> socket.socket:
    where = _join(address.host, port)
    try:
        listening = socket.socket(address.family, socket.SOCK_STREAM)
    except OSError as error:
        raise AddressInvalid(f"cannot listen on {where}: {error.strerror}") from None
    try:
        # Without it a restart would wait for the last run's connections to time out.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.family == socket.AF_INET6:
            # `::` takes IPv4 as well, on systems whose default is not to, too.
            only = 0 if address.host == "::" else 1
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
            listening.bind((address.host, port, 0, address.scope))
        else:
            listening.bind((address.host, port))
        listening.listen(backlog)
    except OSError as error:
        listening.close()
        raise _tcp_error(error, where, port) from None
    listening.setblocking(False)
    return listening


def _tcp_error(error: OSError, where: str, port: int) -> ListenError:
    if error.errno == errno.EADDRINUSE:
        return AddressInUse(
            f"{where} is in use by another process; stop it or choose another port with --port"
        )
    if error.errno in _FORBIDDEN:
        mend = "; ports below 1024 need CAP_NET_BIND_SERVICE" if port < 1024 else ""
        return AddressForbidden(f"this user may not listen on {where}{mend}")
    return AddressInvalid(f"cannot listen on {where}: {error.strerror}")


def _join(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


# Unix sockets.


def open_unix(path: str, *, mode: int = UNIX_MODE, backlog: int = BACKLOG) -> Listener:
    """Listen on a Unix socket; one that a dead server left there is replaced.

    Raises:
        ListenError: somebody answers there, or the file cannot be made.
    """
    file = Path(path).absolute()
    _remove_stale(file)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # The mode is set by the file's making: after it there would be a moment in which
    # anybody could connect. No other thread runs here that a umask could surprise.
    umask = os.umask(0o777 & ~mode)
    try:
        listening.bind(os.fspath(file))
        listening.listen(backlog)
    except OSError as error:
        listening.close()
        raise _unix_error(error, file) from None
    finally:
        os.umask(umask)
    listening.setblocking(False)
    return Listener(listening, file, _identity(file))


def _remove_stale(file: Path) -> None:
    """Remove a socket file that nobody listens on.

    Raises:
        AddressInUse: somebody does.
        AddressInvalid: the file is something else.
        AddressForbidden: it may not be removed.
    """
    try:
        if not stat.S_ISSOCK(file.lstat().st_mode):
            raise AddressInvalid(f"unix:{file} exists and is not a socket; choose another path")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(_STALE_PROBE_SECONDS)
            probe.connect(os.fspath(file))
    except FileNotFoundError:
        return
    except ConnectionRefusedError:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise _unix_error(error, file) from None
        return
    except OSError as error:
        # A full queue (EAGAIN, a timeout) means that somebody is there.
        if error.errno in _FORBIDDEN or isinstance(error, NotADirectoryError):
            raise _unix_error(error, file) from None
    raise AddressInUse(f"unix:{file} is in use by another process; stop it or choose another path")


def _unix_error(error: OSError, file: Path) -> ListenError:
    if error.errno == errno.EADDRINUSE:
        return AddressInUse(f"unix:{file} was taken by another process a moment ago")
    if error.errno in _FORBIDDEN:
        return AddressForbidden(f"this user may not make unix:{file}; see the directory's mode")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return AddressInvalid(f"cannot make unix:{file}: {file.parent} is not a directory")
    # Too long a path has a message and no number: it never reached the kernel.
    return AddressInvalid(f"cannot make unix:{file}: {error.strerror or error}")


def _identity(file: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        status = file.lstat()
        return status.st_dev, status.st_ino
    return None
