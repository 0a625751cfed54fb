"""Bounds the body of a route's requests: 413 before a byte of it is read.

A declared length over the bound is refused at once; a body of unknown length as soon
as it passes the bound, by the `Body` itself. The server's bound holds besides: a route
cannot allow more than that.
"""

from __future__ import annotations

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.chain import Handler


class BodyLimit:
    """Accept bodies of at most `max_bytes`."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Bound the body, then go on.

        Raises:
            PayloadTooLarge: it is declared to be larger.
        """
        body = request.body
        if not body.is_empty:
            body.limit(min(self._max_bytes, body.max_bytes))
        return await proceed(request)
