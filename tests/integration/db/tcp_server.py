"""A server that listens on TCP and wants a password, for the tests of connecting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drystone.db.embedded.binaries import Binaries
from drystone.db.embedded.server import EmbeddedPostgres


@contextmanager
def tcp_server(directory: Path, *, binaries: Binaries | None = None) -> Iterator[EmbeddedPostgres]:
    """A running server, on a loop of its own, so that tests on any loop share it."""
    server = EmbeddedPostgres(directory, binaries=binaries, port=_free_port(), durable=False)
    with asyncio.Runner() as runner:
        runner.run(server.start())
        try:
            yield server
        finally:
            runner.run(server.stop())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
