"""Gives a handler a time to answer in: 504 when it is over.

A handler that waits for something that never comes would hold its place among those
that run at once, until all places are held. It is cancelled instead, so what it opened
with `async with` is closed.

Each route has a bound of its own, chosen when the application starts; a route without
one does not run through here. The time is that until there is a response: a stream
that is sent afterwards is bounded by the connection.
"""

from __future__ import annotations

import asyncio

from drystone.errors import GatewayTimeout
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.chain import Handler


class Timeout:
    """Let what follows take at most `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Go on, for a time.

        Raises:
            GatewayTimeout: it is over. A `TimeoutError` of the handler's own is
                passed on: it is a failure like any other.
        """
        try:
            async with asyncio.timeout(self._seconds) as bound:
                return await proceed(request)
        except TimeoutError:
            if not bound.expired():
                raise
            raise GatewayTimeout(f"No answer within {self._seconds:g} seconds.") from None
