"""The socket side of a connection: bytes in and out, back-pressure, deadlines.

An `asyncio.Protocol` is called back; the HTTP loop above it wants to wait. This
class turns one into the other: `wait_for_bytes` and `wait_until_writable` are the
only two places where a connection sleeps.

Back-pressure goes both ways. Input that nobody reads stops the socket from being
read; output that the peer does not take makes the writer wait.

There is no timer here. A connection carries a deadline for what it is waiting for at
present, and one for output that the peer does not take (no byte in that time: abort);
the worker's tick compares them all. The table of phases:

    phase      waits for                       on its deadline
    FIRST      the first byte                  close
    IDLE       the next request                close
    HEAD       the rest of a head              408, close
    BODY       more of a body                  408, close
    HANDLING   the service                     (none; a handler has its own)
    LINGERING  a refused peer to stop sending  close
    CLOSING    the last bytes to leave         abort
"""

from __future__ import annotations

import asyncio
import enum
import math
import time
from typing import Final

from drystone.errors import RequestTimeout
from drystone.http.body import ClientDisconnected
from drystone.http.protocol.head import RequestHead
from drystone.http.protocol.parser import RequestParser
from drystone.http.server.context import ServerContext


class Phase(enum.Enum):
    """What a connection is waiting for; see the table in the module's description."""

    FIRST = enum.auto()
    IDLE = enum.auto()
    HEAD = enum.auto()
    BODY = enum.auto()
    HANDLING = enum.auto()
    LINGERING = enum.auto()
    CLOSING = enum.auto()


# Named once: looking a member up on its class takes a Python call before 3.12.
NEVER: Final = math.inf
FIRST, IDLE, HEAD, BODY, HANDLING, LINGERING, CLOSING = Phase
_READING: Final = frozenset({FIRST, IDLE, HEAD, BODY, LINGERING})


class Wire(asyncio.Protocol):
    """One socket, seen by the task that serves it.

    Args:
        context: what the worker's connections share.
    """

    __slots__ = (
        "_bytes_came",
        "_context",
        "_deadline",
        "_ended",
        "_limits",
        "_loop",
        "_lost",
        "_parser",
        "_phase",
        "_reading_paused",
        "_task",
        "_transport",
        "_unparsed",
        "_unsent",
        "_writable",
        "_write_deadline",
        "_write_paused",
    )

    def __init__(self, context: ServerContext) -> None:
        self._context = context
        self._limits = context.limits
        self._loop = context.loop
        self._parser = RequestParser(context.limits)
        self._transport: asyncio.Transport = _NO_TRANSPORT
        self._task: asyncio.Task[None] | None = None
        self._phase = FIRST
        self._deadline = time.monotonic() + context.limits.first_byte_timeout_seconds
        self._bytes_came: asyncio.Future[RequestHead | None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._write_deadline = NEVER
        self._write_paused = False
        self._reading_paused = False
        self._unparsed = False  # the parser was fed, and may hold a head
        self._unsent = 0
        self._ended = False  # the peer has finished sending
        self._lost = False  # the connection is gone

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket."""
        self._transport = transport  # type: ignore[assignment]  # a stream's transport is a Transport
        self._transport.set_write_buffer_limits(high=self._limits.write_buffer_bytes)
        self._context.connections.add(self)

    def data_received(self, data: bytes) -> None:
        """Keep bytes for the parser and wake whoever waits for them."""
        phase, waiter = self._phase, self._bytes_came
        if phase is IDLE and waiter is not None:
            head = self._parser.recognise(data)
            if head is None:
                self._parser.feed(data)
                self._unparsed = True
            self._bytes_came = None
            if not waiter.done():
                waiter.set_result(head)
            return
        if phase is LINGERING:
            return  # what a refused client still sends is thrown away
        self._parser.feed(data)
        self._unparsed = True
        if waiter is not None:
            self._wake_reader()
        elif self._parser.buffered > self._limits.max_buffered_bytes:
            self._reading_paused = True
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """Learn that the peer has finished sending; it may still wait for the answer."""
        self._end_reading()
        if self._phase is HANDLING:
            self._enter_handling()
        # TLS cannot be closed on one side only: its transports close whatever is said.
        return self._transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """Learn that the connection is gone, and end whatever was done for it."""
        self._lost = True
        self._context.connections.discard(self)
        if self._bytes_came is None and self._writable is None and self._task is not None:
            self._task.cancel()
        self._end_reading()
        self._wake_writer()

    def pause_writing(self) -> None:
        """Learn that the peer takes the answer too slowly."""
        self._write_paused = True

    def resume_writing(self) -> None:
        """Learn that there is room again."""
        self._write_paused = False
        self._wake_writer()

    # What the HTTP loop calls.

    def wait_for_bytes(self) -> asyncio.Future[RequestHead | None]:
        """Return a future that is done when there is more to parse, or the peer has ended.

        Its result is the next head where that is known already, as its bytes came again.
        It fails with `RequestTimeout` when the deadline of a head or body passes.
        """
        if self._reading_paused:
            self._reading_paused = False
            self._transport.resume_reading()
        self._bytes_came = future = self._loop.create_future()
        return future

    async def wait_until_writable(self) -> None:
        """Return once the peer has taken most of what was written.

        Raises:
            ClientDisconnected: it never will.
        """
        while self._write_paused and not self._lost:
            self._write_deadline = time.monotonic() + self._limits.write_timeout_seconds
            self._unsent = self._transport.get_write_buffer_size()
            self._writable = self._loop.create_future()
            try:
                await self._writable
            finally:
                self._writable = None
        if self._lost:
            raise ClientDisconnected

    async def wait_until_sent(self) -> None:
        """Return once everything written has left for the kernel.

        Raises:
            ClientDisconnected: it never will.
        """
        if not self._transport.is_closing() and self._transport.get_write_buffer_size():
            self._transport.set_write_buffer_limits(high=0)
            await self.wait_until_writable()

    def drain(self) -> None:
        """Let the connection end soon."""
        raise NotImplementedError

    def abort(self) -> None:
        """Drop the connection and whatever was not sent."""
        self._transport.abort()

    def check_deadline(self, now: float) -> None:
        """Act on the present phase's deadline, if it has passed."""
        if self._writable is not None and now >= self._write_deadline:
            self._check_progress(now)  # also while a body is read: hosted applications do both
        if now < self._deadline:
            return
        phase = self._phase
        if phase in _READING and self._bytes_came is None:
            return  # something came in this very turn; its reader has not run yet
        if phase in {HEAD, BODY}:
            self._fail_reader(RequestTimeout())
        elif phase is HANDLING:
            if self._writable is None:
                self._cancel()
        elif phase is CLOSING:
            self.abort()
        else:
            self._end_reading()

    def _enter(self, phase: Phase, seconds: float = NEVER) -> None:
        """Begin to wait for something, for at most `seconds`."""
        self._phase = phase
        self._deadline = time.monotonic() + seconds

    def _enter_handling(self) -> None:
        """Turn to the service, again or for longer.

        Nobody can tell a peer that half-closed from one that is gone. It gets what is
        ready soon; a service that takes longer is cancelled by the deadline.
        """
        self._enter(HANDLING, self._limits.half_close_grace_seconds if self._ended else NEVER)

    def _close(self) -> None:
        """Close the socket; abort if that takes too long."""
        self._enter(CLOSING, self._limits.write_timeout_seconds)
        self._transport.close()

    def _end_reading(self) -> None:
        """Let nothing more be waited for; what has come is still read."""
        self._ended = True
        self._wake_reader()

    def _check_progress(self, now: float) -> None:
        unsent = self._transport.get_write_buffer_size()
        if unsent < self._unsent:
            self._unsent = unsent
            self._write_deadline = now + self._limits.write_timeout_seconds
        else:
            self.abort()

    def _cancel(self) -> None:
        self._deadline = NEVER
        if self._task is not None:
            self._task.cancel()

    def _wake_reader(self) -> None:
        if self._bytes_came is not None:
            waiter, self._bytes_came = self._bytes_came, None
            if not waiter.done():
                waiter.set_result(None)

    def _wake_writer(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)

    def _fail_reader(self, problem: RequestTimeout) -> None:
        self._deadline = NEVER
        if self._bytes_came is not None:
            waiter, self._bytes_came = self._bytes_came, None
            if not waiter.done():
                waiter.set_exception(problem)


_NO_TRANSPORT = asyncio.Transport()
