"""One line per request in the access log: what was asked, and how it was answered.

The line is written when the answer has ended: at once for bytes, and for a stream
when its last piece was taken or it was closed. Probes of load balancers, which come
every second and say nothing, are logged one level lower.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Final

from drystone.http.body import ClientDisconnected
from drystone.http.parts.peer import Peer
from drystone.http.request import Request
from drystone.http.response import Response, close_stream
from drystone.observe.access import AccessLogger
from drystone.routing.chain import Handler

# nginx's status for a client that went away before its answer; never sent.
CLIENT_CLOSED_REQUEST: Final = 499


class AccessLog:
    """Write an entry for each request.

    Args:
        logger: takes the entries.
        quiet: templates of routes that are logged at debug level.
        with_query: log the query string too. It may hold secrets: off by default.
        clock: nanoseconds that only go forward.
    """

    def __init__(
        self,
        logger: AccessLogger,
        *,
        quiet: frozenset[str] = frozenset(),
        with_query: bool = False,
        clock: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self._write = logger.write
        self._quiet = quiet
        self._with_query = with_query
        self._clock = clock

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Go on, and write the entry once the answer has ended."""
        began = self._clock()
        try:
            response = await proceed(request)
        except (ClientDisconnected, asyncio.CancelledError):
            self._log(request, CLIENT_CLOSED_REQUEST, 0, began)
            raise
        if not response.sends_body(request.method):
            self._log(request, response.status, 0, began)
        elif response.stream is None:
            self._log(request, response.status, len(response.body), began)
        else:
            response.stream = self._count(response.stream, request, response, began)
        return response

    def log_refusal(
        self,
        status: int,
        size: int,
        *,
        request_id: str,
        peer: Peer,
        request: Request | None = None,
    ) -> None:
        """Write the entry of bytes that never became a request, or of one turned away."""
        method, path, client = "", "", peer.address
        if request is not None:
            method, path, client = request.method, self._address(request), request.client
        self._write(logging.INFO, request_id, method, path, "", status, size, 0.0, client)

    async def _count(
        self, stream: AsyncIterable[bytes], request: Request, response: Response, began: int
    ) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for piece in stream:
                size += len(piece)
                yield piece
        finally:
            self._log(request, response.status, size, began)
            await close_stream(stream)

    def _log(self, request: Request, status: int, size: int, began: int) -> None:
        template = request.template
        self._write(
            logging.DEBUG if template in self._quiet else logging.INFO,
            request.id,
            request.method,
            self._address(request),
            template,
            status,
            size,
            (self._clock() - began) // 1000 / 1000,
            request.client,
        )

    def _address(self, request: Request) -> str:
        head = request.head
        return (head.target if self._with_query else head.raw_path).decode("ascii")
