"""Who is at the other end of a connection."""

from __future__ import annotations

from dataclasses import dataclass

from drystone.http.parts.proxies import TrustedProxies


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What the socket says of one connection; the same for all its requests.

    Attributes:
        address: IP address of the other end; empty on a Unix socket.
        port: its port; 0 on a Unix socket.
        secure: whether this connection itself is TLS.
        trusted: whether it is a proxy whose `Forwarded` fields are believed.
        proxies: those that may stand before it, in turn; None where it is the only one.
    """

    address: str = ""
    port: int = 0
    secure: bool = False
    trusted: bool = False
    proxies: TrustedProxies | None = None
