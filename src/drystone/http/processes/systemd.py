"""Speaks with systemd: sockets that it opened for us, and what it likes to be told.

Both are a few environment variables and no library: `LISTEN_FDS` and `LISTEN_PID`
name inherited sockets (file descriptors from 3 upwards), `NOTIFY_SOCKET` is where a
datagram says how we are. Anything else that starts services the same way works too.

Sources: sd_listen_fds(3), sd_notify(3).
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Final

from drystone.http.server.listener import AddressInvalid, Listener

_FIRST_FD: Final = 3
_LISTEN_NAMES: Final = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")


def take_listeners(environ: MutableMapping[str, str]) -> list[Listener]:
    """Return the sockets that were passed to this very process; often none.

    The variables are removed, so that no child takes them for its own.

    Raises:
        AddressInvalid: what was passed is not a listening stream socket.
    """
    count, pid, _ = (environ.pop(name, "") for name in _LISTEN_NAMES)
    if not count or pid != str(os.getpid()):
        return []
    if not count.isdecimal():
        raise AddressInvalid(f"LISTEN_FDS is {count!r}, not a number of sockets")
    return [_take(fd) for fd in range(_FIRST_FD, _FIRST_FD + int(count))]


def _take(fd: int) -> Listener:
    try:
        is_socket = stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        is_socket = False
    if not is_socket:
        raise AddressInvalid(f"file descriptor {fd}, passed by LISTEN_FDS, is not a socket")
    passed = socket.socket(fileno=fd)
    listens = passed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if passed.type != socket.SOCK_STREAM or not listens:
        passed.detach()
        raise AddressInvalid(f"file descriptor {fd}, passed by LISTEN_FDS, does not listen")
    passed.set_inheritable(False)
    passed.setblocking(False)
    return Listener(passed)


def notify(state: str, address: str | None) -> None:
    """Tell the service manager `state`, such as `READY=1`; nothing where none asked.

    Args:
        state: assignments, one per line.
        address: the value of `NOTIFY_SOCKET`.
    """
    if not address:
        return
    # A leading `@` stands for the null byte of an abstract socket.
    path = "\0" + address[1:] if address.startswith("@") else address
    # Nobody to tell is no reason not to serve.
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect(path)
        channel.sendall(state.encode())
