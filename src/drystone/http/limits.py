"""Every bound that the server keeps, with its unit, default and precedent.

Each limit is a setting: `DRYSTONE_` and the name in capitals, so that
`max_head_bytes` is `DRYSTONE_MAX_HEAD_BYTES`. A request over a limit is answered
(the status stands beside it) and its connection closed; a limit is checked while
bytes arrive, never after they were all kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

KIB = 1024
MIB = 1024 * KIB

# Lines up to 256 bytes are recognised without being measured again (`http/protocol/head.py`);
# a pace is divided by; and a server that admits nobody is a mistake.
_AT_LEAST: Final[Mapping[str, int]] = MappingProxyType(
    {
        "max_request_line_bytes": 256,
        "max_field_line_bytes": 256,
        "max_field_count": 1,
        "min_body_bytes_per_second": 1,
        "body_bytes_per_second": 1,
        "max_requests_per_connection": 1,
        "max_connections": 1,
        "max_concurrent_requests": 1,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the HTTP server. Sizes in bytes, times in seconds.

    Attributes:
        max_request_line_bytes: method, target and version in one line; 414. nginx
            and Apache allow 8 KiB, and browsers send no more.
        max_field_line_bytes: one header field; 431. nginx 8 KiB.
        max_field_count: header fields in a request; 431. Apache and hyper 100.
        max_head_bytes: the whole head; 431. Node 16 KiB, nginx 4 x 8 KiB.
        max_chunk_line_bytes: a chunk's size and extensions; 400. Unbounded
            extensions were CVE-2024-22019 (Node) and CVE-2023-39326 (Go).
        max_chunk_overhead_bytes: chunk framing that may be spent before it must be
            in proportion to the data (at most eight times it); 400.
        max_trailer_count: trailer fields; 400. Unlimited ones: CVE-2026-22815.
        max_trailer_bytes: the trailer section; 400.
        max_body_bytes: any body, whatever the route allows; 413.
        max_buffered_bytes: unread input kept for one connection before the socket
            is no longer read. Pipelined requests wait here, unparsed.
        max_unread_body_bytes: what is read and thrown away so that a connection can
            go on after a handler left its request's body; more closes it.
        write_buffer_bytes: unsent output at which a response stops being produced.
        first_byte_timeout_seconds: from accept to the first byte; closed.
        head_timeout_seconds: first to last byte of a head, absolute; 408. The
            defence against slow headers; nginx 60, Go and Node recommend 5 to 60.
        body_idle_timeout_seconds: between two reads of a body; 408.
        body_grace_seconds: how long a body may be slower than the minimum; 408.
        min_body_bytes_per_second: the slowest a body may come after the grace.
            Apache's mod_reqtimeout asks 500 bytes/s, Kestrel 240 after 5 s.
        body_timeout_seconds: the whole body, and one second more for each
        body_bytes_per_second: of these that came; 408.
        keep_alive_timeout_seconds: idle between two requests; closed. 75 where
            trusted proxies are set, so that it outlasts theirs (nginx 60).
        write_timeout_seconds: no byte of the answer was taken; aborted. nginx 60.
        linger_seconds: how long a refused client may go on sending, so that it
            reads the answer instead of a reset (RFC 9112, section 9.6).
        half_close_grace_seconds: how long a handler runs on for a client that has
            ended its side; then it is cancelled.
        tls_handshake_timeout_seconds: from accept to the end of the handshake.
        max_requests_per_connection: then `Connection: close`, give or take a
            tenth so that clients do not reconnect in step. nginx 1,000.
        max_connection_age_seconds: the same by age; spreads clients over workers.
        max_connections: open connections of one worker; 503 beyond, at once.
        max_concurrent_requests: handlers that run at once in one worker.
        max_queued_requests: requests that wait for a handler; 503 beyond.
        max_queue_seconds: how long one waits there; 503.
        idle_drain_seconds: how long an idle connection of a stopping worker is still
            open, for a request that is on its way; longer than a round trip.
        drain_delay_seconds: how long a stopping worker still accepts, not ready, so
            that a load balancer sees it. 0 in development, 5 in production.
        drain_seconds: how long a stopping worker finishes what it has; then it
            aborts. Kubernetes grants 30 in all.

    Raises:
        ValueError: a limit that nothing could keep, a line for each.
    """

    max_request_line_bytes: int = 8 * KIB
    max_field_line_bytes: int = 8 * KIB
    max_field_count: int = 100
    max_head_bytes: int = 32 * KIB
    max_chunk_line_bytes: int = 256
    max_chunk_overhead_bytes: int = 64 * KIB
    max_trailer_count: int = 16
    max_trailer_bytes: int = 4 * KIB
    max_body_bytes: int = 100 * MIB
    max_buffered_bytes: int = 64 * KIB
    max_unread_body_bytes: int = 64 * KIB
    write_buffer_bytes: int = 256 * KIB
    first_byte_timeout_seconds: float = 10.0
    head_timeout_seconds: float = 10.0
    body_idle_timeout_seconds: float = 15.0
    body_grace_seconds: float = 10.0
    min_body_bytes_per_second: int = 1 * KIB
    body_timeout_seconds: float = 60.0
    body_bytes_per_second: int = 64 * KIB
    keep_alive_timeout_seconds: float = 15.0
    write_timeout_seconds: float = 30.0
    linger_seconds: float = 2.0
    half_close_grace_seconds: float = 1.0
    tls_handshake_timeout_seconds: float = 10.0
    max_requests_per_connection: int = 10_000
    max_connection_age_seconds: float = 3600.0
    max_connections: int = 10_000
    max_concurrent_requests: int = 256
    max_queued_requests: int = 64
    max_queue_seconds: float = 1.0
    idle_drain_seconds: float = 1.0
    drain_delay_seconds: float = 0.0
    drain_seconds: float = 25.0

    def __post_init__(self) -> None:
        mistakes = [
            f"DRYSTONE_{name.upper()}: {getattr(self, name)} is out of range; "
            f"write at least {least}"
            for name, least in _AT_LEAST.items()
            if getattr(self, name) < least
        ]
        if mistakes:
            raise ValueError("\n".join(mistakes))
