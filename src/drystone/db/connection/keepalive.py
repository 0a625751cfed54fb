"""When the kernel gives up a silent peer: the options of a TCP socket.

Set after the connection is made; until then the connect timeout watches. The two
names that Linux and macOS do not share are looked up; what a system does not have is
left out.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import asyncpg

    from drystone.db.dsn.dsn import Keepalive

# macOS calls it TCP_KEEPALIVE, and has no TCP_USER_TIMEOUT.
_IDLE: Final[int | None] = getattr(socket, "TCP_KEEPIDLE", getattr(socket, "TCP_KEEPALIVE", None))
_INTERVAL: Final[int | None] = getattr(socket, "TCP_KEEPINTVL", None)
_COUNT: Final[int | None] = getattr(socket, "TCP_KEEPCNT", None)
_USER_TIMEOUT: Final[int | None] = getattr(socket, "TCP_USER_TIMEOUT", None)


def watch_peer(connection: asyncpg.Connection[asyncpg.Record], keepalive: Keepalive) -> None:
    """Set the options on a connection's socket; a Unix socket needs none.

    Args:
        connection: a new one.
        keepalive: when its peer is given up; 0 leaves a value to the system.
    """
    inside: Any = connection
    # The driver shows its socket nowhere; the test of this module fails if it moves.
    peer = inside._transport.get_extra_info("socket")  # noqa: SLF001
    if peer.family == socket.AF_UNIX:
        return
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, int(keepalive.enabled))
    asked = (
        (_IDLE, keepalive.idle_seconds),
        (_INTERVAL, keepalive.interval_seconds),
        (_COUNT, keepalive.count),
    )
    for option, value in asked if keepalive.enabled else ():
        if option is not None and value:
            peer.setsockopt(socket.IPPROTO_TCP, option, value)
    if _USER_TIMEOUT is not None and keepalive.user_timeout_ms:
        peer.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, keepalive.user_timeout_ms)
