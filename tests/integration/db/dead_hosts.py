"""Servers that are none: one port refuses, one accepts and stays silent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from drystone.db.dsn.dsn import Host


@contextmanager
def refusing_host() -> Iterator[Host]:
    """A port that is taken, and that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield Host("127.0.0.1", bound.getsockname()[1])


@contextmanager
def silent_host() -> Iterator[Host]:
    """A port whose connections are made by the kernel, and never answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield Host("127.0.0.1", listener.getsockname()[1])
