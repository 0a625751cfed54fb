"""One connection, one task: read a request, await the service, write the answer.

The loop in `_serve_requests` is HTTP/1.1 as RFC 9112 tells it: one request at a
time, answers in order, and the connection persists until one side says otherwise.
Because it is a single task, order and back-pressure need no code of their own.

Where a request ends badly there are four ways out, and no fifth:

    bytes that are no request   answered with the problem, then a lingering close
    the service raised          answered with the problem or 500; goes on
    the client went away        the service is cancelled, nothing is written
    a body stream broke         cut off, so that the client sees a truncated answer

Sources: RFC 9112, sections 6 to 9; RFC 9110, sections 7.6.1, 7.8 and 10.1.1.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterable, Coroutine

from drystone.errors import InternalError, Problem
from drystone.http.body import ClientDisconnected
from drystone.http.parts.peer import Peer
from drystone.http.protocol.head import RequestHead
from drystone.http.protocol.serializer import InvalidHeader, encode_response
from drystone.http.request import Request
from drystone.http.response import WITHOUT_BODY, Response, Upgrade, close_stream
from drystone.http.server.context import TICK_SECONDS, ServerContext
from drystone.http.server.framing import (
    CLOSE,
    Content,
    chunks,
    declared_length,
    exactly,
    frame,
    length_line,
    persistence_line,
)
from drystone.http.server.incoming import Incoming
from drystone.http.server.wire import FIRST, HANDLING, HEAD, IDLE, LINGERING, NEVER

log = logging.getLogger("drystone.http")


class Connection(Incoming):
    """Serve the requests of one socket.

    Args:
        context: what the worker's connections share.
        peer: the other end.
    """

    __slots__ = ("_endless", "_keep_alive_seconds", "_peer", "_requests_left", "_retire_at")

    def __init__(self, context: ServerContext, peer: Peer) -> None:
        super().__init__(context)
        self._peer = peer
        most = context.limits.max_requests_per_connection
        # A tenth more or less, so that clients that began together do not all
        # reconnect together.
        self._requests_left = most + random.randint(-(most // 10), most // 10)  # noqa: S311  (spread, no secret)
        self._retire_at = time.monotonic() + context.limits.max_connection_age_seconds
        self._endless = False
        self._keep_alive_seconds = context.limits.keep_alive_timeout_seconds

    async def serve(self) -> None:
        """Serve until one side is done. The task that runs this owns the connection."""
        await self._run(self._serve_requests())

    async def refuse(self, problem: Problem) -> None:
        """Answer `problem` without reading anything, and close."""
        await self._run(self._answer_problem(problem))

    def drain(self) -> None:
        """Let the connection end soon: after the present answer, or its idle moment.

        A client may be about to send on an idle connection. It gets a moment, and
        then an answer that says `Connection: close`, instead of a reset.
        """
        self._must_close = True
        if self._endless:
            self._cancel()
        elif self._phase in {FIRST, IDLE}:
            soon = time.monotonic() + self._limits.idle_drain_seconds
            self._deadline = min(self._deadline, soon)

    def check_deadline(self, now: float) -> None:
        """Act on the present deadline, and on the connection's age."""
        super().check_deadline(now)
        if now >= self._retire_at:
            self._must_close = True

    async def _run(self, conversation: Coroutine[None, None, None]) -> None:
        self._task = asyncio.current_task()
        try:
            await conversation
            # This task counts as an open connection until its last answer has left.
            await self.wait_until_sent()
            self._close()
        except (ClientDisconnected, asyncio.CancelledError):
            # Cancelled by `connection_lost`, by the grace after a half-close, or by a
            # worker that has no more time: this task is nobody else's.
            self.abort()
        except Exception:
            log.exception("connection failed")
            self.abort()
        finally:
            self._task = None

    async def _serve_requests(self) -> None:
        parser, context = self._parser, self._context
        gate, handle = context.gate, context.service.handle
        try:
            head: RequestHead | None = None
            while True:
                if head is None and self._unparsed:
                    head = parser.next_head()
                    self._unparsed = head is not None
                if head is None:
                    if self._ended:
                        return
                    head = await self._wait_for_head()
                    continue
                request = self._begin(head)
                try:
                    if gate.free:
                        gate.free -= 1
                    else:
                        await gate.enter()
                    try:
                        response = await handle(request)
                    finally:
                        if gate.waiting:
                            gate.leave()
                        else:
                            gate.free += 1
                except asyncio.CancelledError as error:
                    if self._is_cancelled():
                        raise
                    response = self._answer_to(error, request)
                except Exception as error:  # noqa: BLE001  (one bad request must not end the others)
                    response = self._answer_to(error, request)
                context.requests += 1
                stream, status = response.stream, response.status
                if head.is_plain and stream is None and status not in WITHOUT_BODY:
                    lines = length_line(len(response.body))
                    if self._must_close or not head.http_minor:
                        lines += persistence_line(head, close=self._must_close)
                    self._write_head(response, lines, response.body)
                else:
                    await self._send_with_care(response, head)
                if self._write_paused:
                    await self.wait_until_writable()
                if self._must_close:
                    if parser.buffered:
                        await self._linger()
                    return
                head = None
        except Problem as problem:
            await self._answer_problem(problem)

    def _wait_for_head(self) -> asyncio.Future[RequestHead | None]:
        """Wait for the next head: for its first byte, or for the rest of it."""
        if self._parser.has_part:
            if self._phase is not HEAD:  # absolute: further bytes do not extend it
                self._enter(HEAD, self._limits.head_timeout_seconds)
        elif self._phase is not FIRST:
            self._phase = IDLE
            # The tick's clock is a tick old at most: never too early, for a client that
            # sends at the last moment would be reset.
            self._deadline = self._context.now + TICK_SECONDS + self._keep_alive_seconds
        return self.wait_for_bytes()

    # Answering.

    def _begin(self, head: RequestHead) -> Request:
        """Turn to a request."""
        self._phase = HANDLING
        self._deadline = NEVER
        self._requests_left -= 1
        if not head.keep_alive or self._requests_left <= 0:
            self._must_close = True
        if self._ended:
            self._deadline = time.monotonic() + self._limits.half_close_grace_seconds
        if not head.has_body:
            return Request(head, self._peer)
        return Request(head, self._peer, self._begin_body(head))

    def _is_cancelled(self) -> bool:
        """Tell whether a `CancelledError` is meant for this connection.

        A service that awaits a task of its own which was cancelled raises one, too.
        """
        return self._task is None or self._task.cancelling() > 0

    def _answer_to(self, error: BaseException, request: Request) -> Response:
        """Return the answer to a request that the service failed."""
        if isinstance(error, ClientDisconnected):
            raise error
        if not isinstance(error, Problem):
            # Without the query, which may hold what no log should.
            path = request.head.raw_path.decode("ascii")
            log.error("service failed: %s %s", request.method, path, exc_info=error)
            error = InternalError()
        return self._context.service.refuse(error, self._peer, request)

    async def _send_with_care(self, response: Response, head: RequestHead) -> None:
        """Send any answer, and settle what is left of the request."""
        if isinstance(response, Upgrade):
            await self._hand_over(response, head)
            return
        if self._parser.in_body:
            self._must_close |= self._cannot_skip_body(head)
        content = self._begin_answer(response, head)
        if response.stream is not None:
            await self._send_stream(response, response.stream, content)
        if self._parser.in_body and not await self._discard_body():
            self._must_close = True
            await self._linger()

    def _begin_answer(self, response: Response, head: RequestHead) -> Content:
        """Write an answer as far as it is there already, and return what follows.

        Nothing follows where it cannot be sent: then the client got a whole 500.
        """
        try:
            lines, content = frame(response, head, close=self._must_close)
        except InvalidHeader:
            self._withhold()
            return Content.NONE
        body = response.body if content is Content.BYTES else b""
        return content if self._write_head(response, lines, body) else Content.NONE

    def _write_head(self, response: Response, lines: bytes, body: bytes = b"") -> bool:
        """Write the head of an answer, and a body that is there already.

        False where the head cannot be sent: then the client got a whole 500 instead.
        """
        date_line = self._context.date_line
        try:
            data = encode_response(
                response.status, response.headers, framing=lines, date_line=date_line, body=body
            )
        except (InvalidHeader, TypeError):  # TypeError: a body that is not bytes
            self._withhold()
            return False
        self._transport.write(data)
        return True

    def _withhold(self) -> None:
        """Answer 500 in place of a response that cannot be sent."""
        log.exception("response withheld")
        self._must_close = True
        substitute = self._context.service.refuse(InternalError(), self._peer)
        data = encode_response(
            substitute.status,
            substitute.headers,
            framing=length_line(len(substitute.body)) + CLOSE,
            date_line=self._context.date_line,
            body=substitute.body,
        )
        self._transport.write(data)

    async def _send_stream(
        self, response: Response, stream: AsyncIterable[bytes], content: Content
    ) -> None:
        """Write an answer whose body is produced while it is sent."""
        self._endless = response.endless
        pieces = stream
        if content is Content.EXACT:
            pieces = exactly(stream, declared_length(response) or 0)
        elif content is Content.CHUNKED:
            pieces = chunks(stream)
        self._must_close |= content is Content.UNTIL_CLOSE
        try:
            if content is not Content.NONE:
                async for piece in pieces:
                    await self.write(piece)
        except ClientDisconnected:
            raise
        except asyncio.CancelledError:
            if not self._is_cancelled():
                log.exception("response cut off: its stream was cancelled")
            raise
        except Exception:
            log.exception("response cut off: its stream failed")
            raise ClientDisconnected from None
        finally:
            self._endless = False
            await close_stream(pieces)
            await close_stream(stream)

    async def write(self, data: bytes) -> None:
        """Send bytes; waits while the other end is slow.

        Raises:
            ClientDisconnected: the other end is gone.
        """
        self._transport.write(data)
        if self._write_paused or self._lost:
            await self.wait_until_writable()
        elif not self._ended:
            return
        # A peer that has ended its side and still takes what comes is not gone.
        self._enter_handling()

    # Ending.

    async def _answer_problem(self, problem: Problem) -> None:
        """Answer bytes that are no request, and close."""
        self._must_close = True
        response = self._context.service.refuse(problem, self._peer)
        self._write_head(response, length_line(len(response.body)) + CLOSE, response.body)
        await self._linger()

    async def _linger(self) -> None:
        """End our side, and take what the peer still sends, for a moment.

        Closing a socket with unread input resets it, and the peer could lose the
        answer that says why (RFC 9112, section 9.6).
        """
        if self._ended:
            return
        self._parser.take_rest()
        self._enter(LINGERING, self._limits.linger_seconds)
        if self._transport.can_write_eof():
            self._transport.write_eof()
        while not self._ended:
            await self.wait_for_bytes()

    async def _hand_over(self, response: Upgrade, head: RequestHead) -> None:
        """Switch protocols and let the response's takeover speak the new one."""
        if head.upgrade != response.headers["Upgrade"].lower():
            log.error("response withheld: 101 without a request to switch")
            await self._answer_problem(InternalError())
            return
        self._must_close = True
        if self._write_head(response, b"Connection: Upgrade\r\n"):
            self._endless = True
            await response.takeover(self)
