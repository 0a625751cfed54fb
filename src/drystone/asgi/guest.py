"""Any ASGI 3 application as a service of our server.

So that the server can be compared, and trusted, on its own; and so that an application
of another framework can move in.

The application gets what the parser let through: fields and path as sent, the path
decoded beside it. What belongs to the connection stays with the server: framing,
`Date`, persistence, limits and time-outs. A `Connection` or `Transfer-Encoding` that
the application sends is dropped, and a `Content-Length` that is wrong is refused.

Left out on purpose:
- WebSockets: the handshake is answered with 501. Ignoring `Upgrade`, as HTTP allows,
  would end in a 404 that looks like a mistake in the application's routes.
- Trailers, early hints and server push; no extension is offered.
- `server` in the scope, unless it is given: a connection does not know its address.

Source: ASGI specification 3.0, HTTP format 2.4.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import unquote

from drystone.asgi.exchange import Exchange
from drystone.asgi.lifespan import Lifespan
from drystone.asgi.protocol import HTTP_FORMAT, VERSION, Application, Scope
from drystone.errors import NotImplementedByServer
from drystone.http.protocol.head import RequestHead
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.service import Service

# Equal heads of a connection are one object (see `http/protocol/parser.py`). Heads are compared by
# identity, and kept in the table so that no other can take one's place; when it is full
# it is emptied.
_MAX_TEMPLATES: Final = 512


class HostedApplication(Service):
    """Serve an ASGI application.

    Args:
        application: called as `application(scope, receive, send)`.
        root_path: where a proxy that strips it has mounted the application.
        server: host and port that the scope names.
        grace_seconds: how long the application may go on after its client is gone, or
            after the server has stopped; then it is cancelled.
        shutdown_seconds: how long it may take to shut down.
    """

    def __init__(
        self,
        application: Application,
        *,
        root_path: str = "",
        server: tuple[str, int | None] | None = None,
        grace_seconds: float = 5.0,
        shutdown_seconds: float = 10.0,
    ) -> None:
        self._application = application
        self._root_path = root_path.rstrip("/")
        self._raw_root_path = self._root_path.encode("ascii")
        self._server = server
        self._grace_seconds = grace_seconds
        self._shutdown_seconds = shutdown_seconds
        self._state: dict[str, Any] = {}
        self._lifespan: Lifespan | None = None
        self._running: set[Exchange] = set()
        self._templates: dict[RequestHead, dict[str, Any]] = {}

    async def start(self) -> None:
        """Start the application.

        Raises:
            StartupFailed: it says that it cannot.
        """
        self._lifespan = Lifespan(self._application, self._state)
        await self._lifespan.startup()

    async def handle(self, request: Request) -> Response:
        """Let the application answer.

        Raises:
            NotImplementedByServer: a WebSocket is asked for.
            Exception: whatever the application raised before it answered.
        """
        if request.head.upgrade is not None:
            raise NotImplementedByServer("WebSockets are not passed on to this application.")
        exchange = Exchange(request, self._grace_seconds, self._running)
        exchange.begin(self._application, self._scope_of(request))
        try:
            return await exchange.answer
        except asyncio.CancelledError:
            exchange.leave()
            raise

    async def stop(self) -> None:
        """End what the application still does, then the application."""
        tasks = [exchange.task for exchange in self._running if exchange.task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._grace_seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=self._grace_seconds)
        if self._lifespan is not None:
            await self._lifespan.shutdown(patience_seconds=self._shutdown_seconds)

    def _scope_of(self, request: Request) -> Scope:
        """Return a scope that nobody else holds, down to its lists and dictionaries."""
        head, peer = request.head, request.peer
        template = self._templates.get(head)
        if template is None:
            if len(self._templates) >= _MAX_TEMPLATES:
                self._templates.clear()
            self._templates[head] = template = self._describe(head)
        scope = template.copy()
        scope["asgi"] = {"version": VERSION, "spec_version": HTTP_FORMAT}
        scope["headers"] = list(head.raw_fields)
        scope["state"] = self._state.copy()
        if peer.trusted:
            scope["client"], scope["scheme"] = (request.client, 0), request.scheme
        else:
            scope["client"] = (peer.address, peer.port) if peer.address else None
            scope["scheme"] = "https" if peer.secure else "http"
        return scope

    def _describe(self, head: RequestHead) -> dict[str, Any]:
        """Return what of the scope follows from the head alone, and is never changed."""
        raw_path = head.raw_path
        # The parser has seen to it: the path is ASCII, and UTF-8 once it is decoded.
        path = raw_path.decode("ascii")
        if "%" in path:
            path = unquote(path)
        return {
            "type": "http",
            "http_version": "1.1" if head.http_minor else "1.0",
            "method": head.method,
            "path": self._root_path + path,
            "raw_path": self._raw_root_path + raw_path,
            "query_string": head.raw_query,
            "root_path": self._root_path,
            "server": self._server,
        }
