"""One worker's server: accepts connections and ends them in order.

The listening sockets are opened by the supervisor and inherited, so that a request
in the accept queue belongs to no process and is lost with none. Accepting is done
here and not by the event loop's own server, for two reasons: it can be stopped
without closing the socket (uvloop ignores `remove_reader` on a server's socket),
and it refuses what is over the limit without a protocol object.

Stopping, in this order:

    1. the service learns of it, and readiness ends
    2. a delay, in which a load balancer notices
    3. what waits to be accepted is accepted, and the sockets are closed: the last
       process to close one would reset whoever still waits in its queue
    4. each connection ends after its present answer; idle ones after a moment
    5. past the deadline the rest is aborted
    6. the service stops
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from drystone.errors import Overloaded
from drystone.http.limits import Limits
from drystone.http.parts.forwarded import TrustedProxies
from drystone.http.parts.peer import Peer
from drystone.http.server.connection import Connection
from drystone.http.server.context import TICK_SECONDS, ServerContext
from drystone.http.service import Service

log = logging.getLogger("drystone.http")

# Accepted in one go, so that one worker does not take the whole queue from others.
_ACCEPT_BATCH: Final = 16
# While other workers go on, the queue is filled again as it is emptied: at the end a
# whole backlog is taken, and no more.
_MAX_LAST_BATCHES: Final = 128
# Connections over the limit that may be told so at a time; further ones are closed.
_MAX_REFUSALS: Final = 64
_OUT_OF_RESOURCES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_RESOURCE_PAUSE_SECONDS: Final = 0.5


class Server:
    """Serve `service` on listening sockets, in this process.

    Args:
        service: what is served.
        sockets: bound and listening; closed when the server stops accepting.
        limits: the bounds kept.
        proxies: peers whose `Forwarded` fields are believed.
        tls: serve TLS with this context.
    """

    def __init__(
        self,
        service: Service,
        sockets: Sequence[socket.socket],
        *,
        limits: Limits | None = None,
        proxies: TrustedProxies | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._service = service
        self._sockets = tuple(sockets)
        self._limits = limits or Limits()
        self._proxies = proxies
        self._tls = tls
        self._context: ServerContext | None = None
        self._tasks: set[asyncio.Task[None]] = set()  # one for each open connection
        self._refusals: set[asyncio.Task[None]] = set()  # those that are only told so
        self._ticker: asyncio.TimerHandle | None = None

    @property
    def context(self) -> ServerContext:
        """What the connections share.

        Raises:
            RuntimeError: the server was not started.
        """
        if self._context is None:
            raise RuntimeError("the server was not started")
        return self._context

    async def start(self) -> None:
        """Start the service, then accept connections."""
        self._context = ServerContext(self._service, self._limits, self._proxies)
        await self._service.start()
        for listener in self._sockets:
            listener.setblocking(False)
        self._resume_accepting()
        self._tick()

    async def stop(self, *, delay_seconds: float | None = None) -> None:
        """End every connection in order, then the service.

        Args:
            delay_seconds: how long to go on accepting; `drain_delay_seconds` where
                it is not given.
        """
        context, limits = self.context, self._limits
        self._service.drain()
        await asyncio.sleep(limits.drain_delay_seconds if delay_seconds is None else delay_seconds)
        context.draining = True
        self._finish_accepting()
        # Sockets accepted a moment ago are attached by tasks that may not have run.
        await asyncio.sleep(0)
        for connection in tuple(context.connections):
            connection.drain()
        await self._wait_for_tasks(limits.drain_seconds)
        for connection in tuple(context.connections):
            connection.abort()
        for task in tuple(self._tasks):
            task.cancel()
        await self._wait_for_tasks(1.0)
        if self._ticker is not None:
            self._ticker.cancel()
        await self._service.stop()

    async def _wait_for_tasks(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._tasks and (left := deadline - time.monotonic()) > 0:
            await asyncio.wait(tuple(self._tasks), timeout=left)

    # Accepting.

    def _resume_accepting(self) -> None:
        if not self.context.draining:
            for listener in self._sockets:
                self.context.loop.add_reader(listener, self._accept, listener)

    def _pause_accepting(self) -> None:
        for listener in self._sockets:
            self.context.loop.remove_reader(listener)

    def _finish_accepting(self) -> None:
        """Take everybody who waits, and close the sockets."""
        self._pause_accepting()
        for listener in self._sockets:
            for _ in range(_MAX_LAST_BATCHES):
                if not self._accept(listener):
                    break
            listener.close()

    def _accept(self, listener: socket.socket) -> bool:
        """Accept a batch; tell whether there may be more."""
        for _ in range(_ACCEPT_BATCH):
            try:
                accepted, address = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return False
            except OSError as error:
                self._back_off(error)
                return False
            # Those that are refused do not count: clients that come back at once would
            # keep the server full for good.
            admitted = len(self._tasks) - len(self._refusals)
            refused = admitted >= self._limits.max_connections
            if refused and len(self._refusals) >= _MAX_REFUSALS:
                accepted.close()
                continue
            task = self.context.loop.create_task(self._attach(accepted, address, refused=refused))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            if refused:
                self._refusals.add(task)
                task.add_done_callback(self._refusals.discard)
        return True

    def _back_off(self, error: OSError) -> None:
        """Stop accepting for a moment: the event loop would call again at once."""
        if error.errno not in _OUT_OF_RESOURCES:
            log.error("accept failed: %s", error)
        else:
            log.error("cannot accept connections, out of resources: %s", error)
        self._pause_accepting()
        self.context.loop.call_later(_RESOURCE_PAUSE_SECONDS, self._resume_accepting)

    async def _attach(self, accepted: socket.socket, address: object, *, refused: bool) -> None:
        """Give one accepted socket to a connection, and serve it in this task."""
        connection = Connection(self.context, self._peer(accepted, address))
        try:
            if accepted.family != socket.AF_UNIX:
                accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self.context.loop.connect_accepted_socket(
                lambda: connection,
                accepted,
                ssl=self._tls,
                ssl_handshake_timeout=(
                    self._limits.tls_handshake_timeout_seconds if self._tls else None
                ),
            )
        except (OSError, ssl.SSLError, asyncio.CancelledError) as error:
            # The peer went away, or speaks no TLS: nobody to answer.
            log.debug("connection not made: %s", error)
            with suppress(OSError):
                accepted.close()
            return
        if self.context.draining:
            connection.drain()  # too late to be told with the others
        if refused:
            await connection.refuse(Overloaded("Too many connections are open."))
        else:
            await connection.serve()

    def _peer(self, accepted: socket.socket, address: object) -> Peer:
        host, port = ("", 0)
        if accepted.family != socket.AF_UNIX and isinstance(address, tuple):
            host, port = str(address[0]), int(address[1])
        trusted = self._proxies is not None and self._proxies.trusts(host)
        return Peer(
            address=host,
            port=port,
            secure=self._tls is not None,
            trusted=trusted,
            proxies=self._proxies,
        )

    def _tick(self) -> None:
        self._ticker = self.context.loop.call_later(TICK_SECONDS, self._tick)
        self.context.tick()
