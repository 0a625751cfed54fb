"""What the connections of one worker share."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from drystone.http.limits import Limits
from drystone.http.protocol.serializer import encode_date_line
from drystone.http.server.gate import Gate
from drystone.http.service import Service

if TYPE_CHECKING:
    from drystone.http.parts.forwarded import TrustedProxies


# Deadlines are looked at this often: their precision, and the date's.
TICK_SECONDS: Final = 0.25


class OpenConnection(Protocol):
    """What the worker asks of each connection."""

    def check_deadline(self, now: float) -> None:
        """Act if the connection's present deadline has passed."""

    def drain(self) -> None:
        """Answer what is in flight and close; close at once if nothing is."""

    def abort(self) -> None:
        """End now."""


@dataclass(slots=True)
class ServerContext:
    """State of one worker; lives as long as its server.

    Attributes:
        service: what is served.
        limits: the bounds kept.
        proxies: peers whose word on the client is believed.
        gate: admits requests to the service.
        connections: every open connection.
        draining: whether the worker is about to end.
        date_line: the `Date` line of this second.
        now: the monotonic clock at the last tick, for deadlines that need no more.
        requests: how many were answered.
    """

    service: Service
    limits: Limits
    proxies: TrustedProxies | None = None
    gate: Gate = field(init=False)
    connections: set[OpenConnection] = field(default_factory=set)
    draining: bool = False
    date_line: bytes = field(default_factory=lambda: encode_date_line(time.time()))
    now: float = field(default_factory=time.monotonic)
    requests: int = 0
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def __post_init__(self) -> None:
        self.gate = Gate(self.limits)

    def tick(self) -> None:
        """Renew the date, and let each connection look at its deadline.

        One pass for all of them, a few times a second: a timer per request would
        cost more than the request.
        """
        self.date_line = encode_date_line(time.time())
        self.now = now = time.monotonic()
        for connection in tuple(self.connections):
            connection.check_deadline(now)
