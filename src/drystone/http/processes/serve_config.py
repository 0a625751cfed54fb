"""What `drystone serve` is asked to do: the supervisor's configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from drystone.http.limits import Limits
from drystone.http.server.listener import BACKLOG, UNIX_MODE

LoopName = Literal["auto", "asyncio", "uvloop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeConfig:
    """Where to listen, with how many workers, and what they serve.

    Raises:
        ValueError: a combination that makes no sense.
        TypeError: an argument of the factory is not a JSON value.

    Attributes:
        factory: `module:callable`; each worker calls it for its `Service`.
        arguments: keyword arguments of that call, as JSON values.
        host: address or name, or several with commas; None listens on no TCP port.
        port: for every host; 0 lets the kernel choose.
        unix: path of a Unix socket, beside the hosts.
        unix_mode: the mode of that file.
        backlog: connections that may wait to be accepted.
        workers: how many processes serve.
        tls_cert: PEM file of the certificate and its chain; serves https.
        tls_key: PEM file of its key; None where it stands in the same file.
        tls_password_file: file that holds the key's password.
        limits: the bounds of each worker.
        trusted_proxies: addresses and networks, with commas, whose `Forwarded`
            fields are believed.
        loop: the workers' event loop; `auto` is uvloop where it is installed.
        start_timeout_seconds: how long a worker may take to become ready.
        reload: replace the workers when a source file changes.
        reload_dirs: where to look for such changes.
    """

    factory: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    host: str | None = "127.0.0.1"
    port: int = 8000
    unix: str | None = None
    unix_mode: int = UNIX_MODE
    backlog: int = BACKLOG
    workers: int = 1
    tls_cert: str | None = None
    tls_key: str | None = None
    tls_password_file: str | None = None
    limits: Limits = field(default_factory=Limits)
    trusted_proxies: str = ""
    loop: LoopName = "auto"
    start_timeout_seconds: float = 60.0
    reload: bool = False
    reload_dirs: tuple[str, ...] = (".",)

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ValueError(f"workers must be at least 1, not {self.workers}")
        if self.tls_cert is None and (self.tls_key or self.tls_password_file):
            raise ValueError("a TLS key needs its certificate: give both, or the certificate alone")
        json.dumps(dict(self.arguments))  # a worker gets them through a pipe

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts, one by one."""
        return () if self.host is None else tuple(self.host.split(","))
