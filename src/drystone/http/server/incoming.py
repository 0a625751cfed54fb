"""The body of the request in hand, as it arrives on a connection.

The layer between `wire` and `connection`: the service reads a body through it, and
what the service left unread is skipped or given up here.

A body is waited for within three bounds, whichever ends first: a pause, a pace and a
total. Time in which nobody reads does not count: a handler may take its own.

Sources: RFC 9112, sections 6.3 and 9.3; RFC 9110, section 10.1.1 (100-continue).
"""

from __future__ import annotations

import time
from functools import partial

from drystone.errors import Problem, RequestTimeout
from drystone.http.body import Body, ClientDisconnected
from drystone.http.protocol.head import RequestHead
from drystone.http.protocol.serializer import CONTINUE
from drystone.http.server.context import ServerContext
from drystone.http.server.wire import BODY, Wire


class Incoming(Wire):
    """A wire that hands out the bodies of its requests.

    Args:
        context: what the worker's connections share.
    """

    __slots__ = (
        "_awaits_continue",
        "_body_number",
        "_body_seen",
        "_body_waited",
        "_must_close",
    )

    def __init__(self, context: ServerContext) -> None:
        super().__init__(context)
        self._must_close = False  # after the present answer
        self._awaits_continue = False  # the client sends nothing before it is asked
        self._body_number = 0  # of the request whose body may be read
        self._body_waited = 0.0
        self._body_seen = 0

    def _begin_body(self, head: RequestHead) -> Body:
        """Return the body that follows `head`."""
        self._awaits_continue = head.expects_continue
        self._body_number += 1
        self._body_waited, self._body_seen = 0.0, 0
        return Body(
            partial(self._receive_body, self._body_number),
            declared_length=head.content_length,
            max_bytes=self._limits.max_body_bytes,
        )

    async def _receive_body(self, number: int) -> bytes:
        """Return the next bytes of the body of request `number` (a `Receive`)."""
        if number != self._body_number:
            raise ClientDisconnected  # somebody kept the body of an earlier request
        data = self._take_data()
        if data is None and self._awaits_continue:
            self._awaits_continue = False
            self._transport.write(CONTINUE)
        while data is None:
            if self._ended:
                raise ClientDisconnected
            await self._wait_for_body()
            data = self._take_data()
        return data

    async def _wait_for_body(self) -> None:
        self._enter(BODY, self._body_patience())
        began = time.monotonic()
        try:
            await self.wait_for_bytes()
        except RequestTimeout:
            self._must_close = True
            raise
        finally:
            self._bytes_came = None  # the service may have given up, and go on
            self._body_waited += time.monotonic() - began
            self._enter_handling()

    def _take_data(self) -> bytes | None:
        try:
            data = self._parser.next_data()
        except Problem:
            self._must_close = True
            raise
        self._body_seen += len(data or b"")
        return data

    def _body_patience(self) -> float:
        """Return for how many seconds the next bytes of a body may be awaited.

        The least of three: a pause, a pace, and a total that grows with the size.
        """
        limits = self._limits
        pace = limits.body_grace_seconds + self._body_seen / limits.min_body_bytes_per_second
        total = limits.body_timeout_seconds + self._body_seen / limits.body_bytes_per_second
        return min(limits.body_idle_timeout_seconds, min(pace, total) - self._body_waited)

    async def read(self) -> bytes:
        """Return the next bytes of an upgraded connection; `b""` once it has ended."""
        while not (data := self._parser.take_rest()) and not self._ended:
            try:
                await self.wait_for_bytes()
            finally:
                self._bytes_came = None
        return data

    def _cannot_skip_body(self, head: RequestHead) -> bool:
        """Tell whether what is left of the body will have to end the connection."""
        if self._awaits_continue:
            # A client that was not asked for its body may send it or not (RFC 9110,
            # section 10.1.1): what follows cannot be told apart. Nor may it be asked
            # any more, once the final answer has begun.
            self._awaits_continue = False
            return True
        left = (head.content_length or 0) - self._body_seen
        return left > self._limits.max_unread_body_bytes

    async def _discard_body(self) -> bool:
        """Read the rest of a body that the service left; False if that cannot be done."""
        if self._must_close:
            return False
        allowed = self._body_seen + self._limits.max_unread_body_bytes
        try:
            while await self._receive_body(self._body_number):
                if self._body_seen > allowed:
                    return False
        except (Problem, ClientDisconnected):
            return False  # the request has its answer, and there must not be two
        return True
