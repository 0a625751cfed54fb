"""What the supervisor tells a worker, and what the worker tells it back.

Two JSON documents over two pipes: the configuration goes down once, and one line
comes up once, when the worker is ready or knows that it never will be. A third pipe
carries nothing at all: it ends when the supervisor does, however it does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from drystone.http.limits import Limits
from drystone.http.processes.serve_config import LoopName, ServeConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """A worker's orders.

    Attributes:
        listener_fds: inherited listening sockets.
        readiness_fd: the pipe for its one line.
        lifeline_fd: the pipe that ends with the supervisor.
        factory: see `ServeConfig`, as for the rest.
    """

    listener_fds: tuple[int, ...]
    readiness_fd: int
    lifeline_fd: int
    factory: str
    arguments: Mapping[str, object]
    limits: Limits
    trusted_proxies: str = ""
    tls_cert: str | None = None
    tls_key: str | None = None
    tls_password_file: str | None = None
    loop: LoopName = "auto"

    @classmethod
    def derive(
        cls,
        config: ServeConfig,
        *,
        listener_fds: tuple[int, ...],
        readiness_fd: int,
        lifeline_fd: int,
    ) -> WorkerConfig:
        """Return the orders of a worker of `config`."""
        return cls(
            listener_fds=listener_fds,
            readiness_fd=readiness_fd,
            lifeline_fd=lifeline_fd,
            factory=config.factory,
            arguments=config.arguments,
            limits=config.limits,
            trusted_proxies=config.trusted_proxies,
            tls_cert=config.tls_cert,
            tls_key=config.tls_key,
            tls_password_file=config.tls_password_file,
            loop=config.loop,
        )

    def encode(self) -> bytes:
        """Return the orders as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, document: bytes) -> WorkerConfig:
        """Return the orders that `encode` wrote."""
        members: dict[str, Any] = json.loads(document)
        members["listener_fds"] = tuple(members["listener_fds"])
        members["limits"] = Limits(**members["limits"])
        return cls(**members)


@dataclass(frozen=True, slots=True)
class Readiness:
    """A worker's one line.

    Attributes:
        failure: why it will never be ready; None when it is. For a person.
        trace: the traceback that belongs to it; for whoever looks closer.
    """

    failure: str | None = None
    trace: str = ""

    def encode(self) -> bytes:
        """Return the line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Readiness:
        """Return what `encode` wrote."""
        return cls(**json.loads(line))
