"""The messages that a foreign server has for one request: its body, then its end.

The body is asked for only when the handler reads it, so that back-pressure and
`Expect: 100-continue` work as the server made them. Once it is complete, the same
source tells when the client goes away; until then, reading does.
"""

from __future__ import annotations

import asyncio

from drystone.asgi.protocol import Receive
from drystone.http.body import ClientDisconnected


class Inflow:
    """What `receive` of one request returns, divided between body and end.

    Args:
        receive: the server's.
        without_body: whether no body is to come.
    """

    __slots__ = ("_complete", "_receive")

    def __init__(self, receive: Receive, *, without_body: bool) -> None:
        self._receive = receive
        self._complete = asyncio.Event()
        if without_body:
            self._complete.set()

    async def read(self) -> bytes:
        """Return the next bytes of the body, `b""` at its end (a `Receive` of `Body`).

        Raises:
            ClientDisconnected: the client went away before the end.
        """
        while not self._complete.is_set():
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            if not message.get("more_body", False):
                self._complete.set()
            if piece := message.get("body", b""):
                return bytes(piece)
        return b""

    async def until_disconnected(self) -> None:
        """Return once the client is gone; not before the body was read."""
        await self._complete.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass  # the empty body of a request without one
