"""A load generator for machines without wrk: `python -m bench.generator`.

N connections, each with one request under way at any time: the next is sent
when the answer is complete, never before (no pipelining). Where a server closes
one between two requests, as it may, another takes its place. Latencies are counted
in a histogram of whole microseconds, so a long run takes no more memory than a
short one.

Written in Python, it is itself slower than the fastest servers here: with it,
requests per second of those are a lower bound, and CPU per request is what to
compare. It prints the line of JSON that wrk/summary.lua prints.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
import uvloop

from bench.headers import listed_requests, requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Tally:
    """What all connections of a run count and hold together.

    Attributes:
        open: the connections.
        latencies_us: how many answers took so many microseconds.
        errors: answers that are not 2xx, and connections that broke.
        running: False once the time is over.
    """

    def __init__(self) -> None:
        self.latencies_us: Counter[int] = Counter()
        self.errors = 0
        self.running = True
        self.open: set[Client] = set()


class Client(asyncio.Protocol):
    """One connection: send, await the whole answer, send the next.

    Args:
        source: where requests come from.
        tally: where answers are counted.
        replace: opens a connection in the place of this one.
    """

    def __init__(
        self, source: Iterator[bytes], tally: Tally, replace: Callable[[], object]
    ) -> None:
        self._source = source
        self._tally = tally
        self._replace = replace
        self._received = b""
        self._closing = False
        self._sent_at = 0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have the methods, but not the class.
        self._transport = cast("asyncio.Transport", transport)
        self._tally.open.add(self)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        length = response_length(self._received)
        if length is None or len(self._received) < length:
            return
        self._tally.latencies_us[(time.perf_counter_ns() - self._sent_at) // 1000] += 1
        if not self._received.startswith(b"HTTP/1.1 2"):
            self._tally.errors += 1
        self._closing = b"connection: close" in self._received[:length].lower()
        self._received = self._received[length:]
        if self._tally.running and not self._closing:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._tally.open.discard(self)
        if self._tally.running:
            if not self._closing:
                self._tally.errors += 1
            self._replace()

    def close(self) -> None:
        """End the connection without waiting for anything."""
        self._transport.abort()

    def _send(self) -> None:
        self._sent_at = time.perf_counter_ns()
        self._transport.write(next(self._source))


def response_length(received: bytes) -> int | None:
    r"""Return the length of the first response in bytes; None before it is known.

    Raises:
        ValueError: the response does not say its length in `Content-Length`.

    >>> response_length(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n")
    40
    """
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    for line in received[:end].lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return end + 4 + int(line[15:])
    raise ValueError("a response without Content-Length")


def percentile(histogram: Counter[int], share: float) -> int:
    """Return the value that `share` of all counted values do not exceed.

    >>> percentile(Counter({10: 98, 500: 2}), 0.99)
    500
    """
    wanted = share * histogram.total()
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen >= wanted:
            return value
    return 0


async def run(
    host: str, port: int, source: Iterator[bytes], *, connections: int, seconds: float
) -> dict[str, int]:
    """Load a server for some seconds and return the summary."""
    tally = Tally()
    loop = asyncio.get_running_loop()
    pending: set[asyncio.Task[None]] = set()

    async def connect() -> None:
        try:
            await loop.create_connection(lambda: Client(source, tally, replace), host, port)
        except OSError:
            tally.errors += 1

    def replace() -> None:
        task = loop.create_task(connect())
        pending.add(task)
        task.add_done_callback(pending.discard)

    begun = time.perf_counter()
    for _ in range(connections):
        replace()
    await asyncio.sleep(seconds)
    tally.running = False
    duration = time.perf_counter() - begun
    for client in list(tally.open):
        client.close()
    return {
        "requests": tally.latencies_us.total(),
        "duration_us": int(duration * 1e6),
        "p50_us": percentile(tally.latencies_us, 0.50),
        "p99_us": percentile(tally.latencies_us, 0.99),
        "errors": tally.errors,
    }


@click.command()
@click.argument("host")
@click.argument("port", type=int)
@click.argument("path")
@click.option("--varied", is_flag=True)
@click.option("--requests", "listed", type=click.Path(path_type=Path), help="In place of the path.")
@click.option("--connections", default=64)
@click.option("--seconds", default=2.0)
def main(
    host: str,
    port: int,
    path: str,
    *,
    varied: bool,
    listed: Path | None,
    connections: int,
    seconds: float,
) -> None:
    """Load a server and print the summary."""
    server = f"{host}:{port}"
    source = (
        requests(server, path, varied=varied)
        if listed is None
        else listed_requests(server, listed.read_text())
    )
    work = run(host, port, source, connections=connections, seconds=seconds)
    click.echo(json.dumps(uvloop.run(work)))


if __name__ == "__main__":
    main()
