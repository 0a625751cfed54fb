"""Many connections and no requests: what does a quiet client cost?

Each connection sends one request, reads its answer, and then stays open: that
is how a client's pool, or a browser's tab, looks to a server. Only memory of the
processes is counted; socket buffers are the kernel's and the same for all.
"""

from __future__ import annotations

import resource
import select
import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from bench.generator import response_length
from bench.headers import requests
from bench.probe import ANSWER_TIMEOUT_SECONDS, HOST, Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

CONNECTIONS = 10_000

# Files that harness and server need beside the connections.
SPARE_FILES = 256

# A server that frees buffers does so in its next turns of the loop.
SETTLE_SECONDS = 1.0


def raise_file_limit() -> int:
    """Raise the soft limit of open files to the hard one, and return it.

    Servers inherit it. `ulimit -n` and `LimitNOFILE=` do this in production.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def possible_connections() -> int:
    """Return how many idle connections the limit of open files leaves room for."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(CONNECTIONS, soft - SPARE_FILES)


class IdleConnections:
    """Open keep-alive connections, each of which has had one answer.

    Use it as a context manager; all are closed on the way out.

    Args:
        port: the server's.
        path: what each connection asks for, once.
        number: how many.
    """

    def __init__(self, port: int, path: str, *, number: int) -> None:
        self._port = port
        self._path = path
        self._number = number
        self._stack = ExitStack()
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        source = requests(f"{HOST}:{self._port}", self._path, varied=False)
        with self._stack:
            for _ in range(self._number):
                self._sockets.append(self._stack.enter_context(self._connect(source)))
            time.sleep(SETTLE_SECONDS)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def still_open(self) -> int:
        """Return how many connections the server has not closed."""
        poll = select.poll()
        for connection in self._sockets:
            poll.register(connection, select.POLLIN)
        # The answers have been read: the only thing to read is the end.
        return len(self._sockets) - len(poll.poll(0))

    def _connect(self, source: Iterator[bytes]) -> AbstractContextManager[socket.socket]:
        try:
            return _answered_connection(self._port, next(source))
        except (OSError, ValueError) as error:
            opened = len(self._sockets)
            raise Unmeasurable(f"refused after {opened:,} connections: {error}") from error


def _answered_connection(port: int, request: bytes) -> socket.socket:
    connection = socket.create_connection((HOST, port), timeout=ANSWER_TIMEOUT_SECONDS)
    connection.sendall(request)
    received = b""
    while (length := response_length(received)) is None or len(received) < length:
        data = connection.recv(65536)
        if not data:
            raise ConnectionError("closed before the answer was complete")
        received += data
    return connection
