"""One request to a hosted application, and its response.

The application runs in a task of its own; the connection waits for `answer`. So each
can go on without the other: an application that has work left after its last byte
(background tasks) keeps nobody waiting, and one whose client went away is told so
instead of being cut down in the middle of whatever it awaits.

    EXPECTING ── start ──► STARTED ── the whole body ───────────────────► COMPLETE
                              ├────── a first piece ──► STREAMING ── last ──► COMPLETE
                              └────── a first piece, HEAD ──► DROPPING ─ last ─► COMPLETE
    any of them ── client gone, or too slow a body ──► GONE

The common case, `start` and one whole body, makes one future and one task, and waits
for nothing but them.

Reading the body has its own task, from the first `receive` that has to wait: an
application may give up waiting (it listens for a disconnect beside its work), and what
came in meanwhile must not be lost.

Source: ASGI specification, HTTP format 2.4.
"""

from __future__ import annotations

import asyncio
import enum
import logging
from typing import Final

from drystone.asgi.fields import add_fields
from drystone.asgi.outflow import Outflow
from drystone.asgi.protocol import Application, ClientGone, Message, ProtocolError, Scope
from drystone.errors import Problem
from drystone.http.body import ClientDisconnected
from drystone.http.request import Request
from drystone.http.response import WITHOUT_BODY, Response

log = logging.getLogger("drystone.asgi")


class State(enum.Enum):
    """How far the response is; see the module's description."""

    EXPECTING = enum.auto()
    STARTED = enum.auto()
    STREAMING = enum.auto()
    DROPPING = enum.auto()
    COMPLETE = enum.auto()
    GONE = enum.auto()


# Named once: looking a member up on its class takes a Python call before 3.12.
EXPECTING, STARTED, STREAMING, DROPPING, COMPLETE, GONE = State
# Here the application has nothing more to hear of.
_OVER: Final = frozenset({DROPPING, COMPLETE, GONE})


class Exchange:
    """Both ends of one `application(scope, receive, send)`.

    Args:
        request: what is answered.
        grace_seconds: how long the application may go on when its client is gone.
        running: every exchange whose application runs; this one enters and leaves it.
    """

    # Defaults stand on the class, so that an exchange sets no more than it comes to
    # need; that rules out __slots__.
    _state = EXPECTING
    _response: Response | None = None
    _outflow: Outflow | None = None
    _reading: asyncio.Task[bytes] | None = None
    _received = 0
    _body_ended = False
    _over: asyncio.Event | None = None  # made for the first who waits for it
    _deadline: asyncio.TimerHandle | None = None
    task: asyncio.Task[None] | None = None
    """Runs the application."""

    def __init__(self, request: Request, grace_seconds: float, running: set[Exchange]) -> None:
        self._request = request
        self._running = running
        self._grace_seconds = grace_seconds
        self.answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        """Done when the connection has something to send."""

    def begin(self, application: Application, scope: Scope) -> None:
        """Call the application, in a task."""
        self._running.add(self)
        self.task = asyncio.get_running_loop().create_task(self._run(application, scope))

    async def _run(self, application: Application, scope: Scope) -> None:
        """Call the application, and see that its request ends in one way or another."""
        try:
            await application(scope, self.receive, self.send)
        except asyncio.CancelledError:
            self._fail(ProtocolError("the application was cancelled"))
            raise
        except Exception as error:  # noqa: BLE001  (whatever it is, the connection answers)
            self._fail(error)
        else:
            if self._state not in _OVER:
                self._fail(ProtocolError("the application returned before its response ended"))
        finally:
            self._running.discard(self)
            if self._deadline is not None:
                self._deadline.cancel()

    def leave(self) -> None:
        """Tell the application that its client is gone, and give it a moment."""
        if self._state not in _OVER:
            self._state = GONE
            self._close()
            self._begin_grace()

    # What the application calls.

    async def receive(self) -> Message:
        """Return the next part of the body, then wait for the end of the exchange."""
        while self._state not in _OVER and not self._body_ended:
            if self._request.body.is_empty:
                self._body_ended = True
                return {"type": "http.request", "body": b"", "more_body": False}
            message = await self._receive_piece()
            if message is not None:
                return message
        if self._state not in _OVER:
            if self._over is None:
                self._over = asyncio.Event()
            await self._over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take one message of the response.

        Raises:
            ClientGone: nobody reads it any more.
            ProtocolError: it may not come here, or does not fit what came before.
        """
        kind, state = message["type"], self._state
        if kind == "http.response.body":
            body = message.get("body", b"")
            if type(body) is not bytes:
                body = bytes(body)
            if state is STARTED:
                if message.get("more_body", False):
                    await self._begin_stream(body)
                else:
                    self._answer_whole(body)
                return
            if state is STREAMING or state is DROPPING:
                await self._go_on(body, more=message.get("more_body", False))
                return
        elif kind == "http.response.start" and state is EXPECTING:
            self._start(message)
            return
        if state is GONE:
            raise ClientGone("the client is gone")
        raise ProtocolError(f"{kind!r} may not be sent: the response is {state.name.lower()}")

    # The response.

    def _start(self, message: Message) -> None:
        status = message["status"]
        if not 200 <= status <= 599:
            raise ProtocolError(f"{status} is not the status of a final response")
        response = Response(status=status)
        add_fields(response.headers, message.get("headers", ()))
        self._response = response
        self._state = STARTED

    @property
    def _begun(self) -> Response:
        if self._response is None:
            raise ProtocolError("the response was not started")
        return self._response

    def _answer_whole(self, body: bytes) -> None:
        response = self._begun
        declared = response.headers.fields.get("content-length")
        if declared is not None and declared[1] != str(len(body)) and not self._without_body:
            raise ProtocolError(f"the body has {len(body)} bytes, declared were {declared[1]}")
        response.body = body
        self._state = COMPLETE
        if self._over is not None or self._reading is not None:
            self._close()
        if not self.answer.done():
            self.answer.set_result(response)

    async def _begin_stream(self, piece: bytes) -> None:
        response = self._begun
        declared = response.headers.get("content-length")
        if declared is not None and not (declared.isascii() and declared.isdigit()):
            raise ProtocolError(f"the declared length {declared!r} is not a number")
        # A stream of events has no end: a server that stops does not wait for one.
        media_type = response.headers.get("content-type") or ""
        response.endless = media_type.startswith("text/event-stream")
        self._outflow = response.stream = Outflow(self.leave)
        if not self.answer.done():
            self.answer.set_result(response)
        if not self._without_body:
            self._state = STREAMING
            await self._outflow.put(piece)
        else:
            # The connection takes none of it. What the application still says is heard
            # and dropped, for as long as one whose client is gone may go on.
            self._state = DROPPING
            self._close()
            self._begin_grace()

    async def _go_on(self, piece: bytes, *, more: bool) -> None:
        if more and self._state is DROPPING:
            await asyncio.sleep(0)  # an application that never waits must not stop the rest
        elif more and self._outflow is not None:
            await self._outflow.put(piece)
        else:
            if self._outflow is not None:
                self._outflow.end(piece)
            if self._deadline is not None:
                self._deadline.cancel()
            self._state = COMPLETE
            self._close()

    @property
    def _without_body(self) -> bool:
        return self._request.method == "HEAD" or self._begun.status in WITHOUT_BODY

    def _fail(self, error: BaseException) -> None:
        """Let the failure of the application have its consequence."""
        state = self._state
        if state is COMPLETE:
            log.error("the application failed after its response", exc_info=error)
            return
        if state is GONE or state is DROPPING:
            log.debug("the application failed after its client left", exc_info=error)
            return
        self._state = GONE
        self._abandon(error)

    # The request.

    async def _receive_piece(self) -> Message | None:
        """Return a part of the body, None where another `receive` got it, or nobody will."""
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._read())
        reading = self._reading
        await asyncio.wait((reading,))
        if self._state in _OVER or self._reading is not reading:
            return None
        self._reading = None
        piece = reading.result()
        self._received += len(piece)
        self._body_ended = not piece or self._received == self._request.body.declared_length
        return {"type": "http.request", "body": piece, "more_body": not self._body_ended}

    async def _read(self) -> bytes:
        try:
            return await self._request.body.read()
        except (Problem, ClientDisconnected) as error:
            # The application need not know what to make of it: the connection does.
            self._abandon(error)
            self.leave()
            return b""

    # The end.

    def _abandon(self, error: BaseException) -> None:
        """Let the connection go on with an error in place of the response."""
        if not self.answer.done():
            self.answer.set_exception(error)
        elif self._outflow is not None:
            self._outflow.fail(error)
        self._close()

    def _close(self) -> None:
        """Wake whoever waits for more of the request."""
        if self._over is not None:
            self._over.set()
        if self._reading is not None and self._reading is not asyncio.current_task():
            self._reading.cancel()

    def _begin_grace(self) -> None:
        if self.task is not None and not self.task.done():
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(self._grace_seconds, self.task.cancel)
