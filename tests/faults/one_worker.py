"""One server in a process of its own, which answers how it is.

    python -m tests.faults.one_worker FD [LIMITS] [DESCRIPTORS]

`FD` is a listening socket, `LIMITS` a JSON object, `DESCRIPTORS` how many files the
process may have open. `GET /state` is a JSON object, see `State`.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import uvloop

from drystone.errors import NotFound
from drystone.http.limits import Limits
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.server.server import Server
from drystone.http.service import Service

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class State:
    """What the server holds at present.

    Attributes:
        running: requests inside the gate.
        errors: records of level ERROR that were logged.
    """

    tasks: int
    connections: int
    running: int
    errors: int


@dataclass(frozen=True)
class Worker:
    """The process, seen from outside, so that looking costs it nothing."""

    port: int
    pid: int

    def descriptors(self) -> int:
        """Return how many files it has open."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def resident(self) -> int:
        """Return how many bytes of memory it uses."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize()


class _Counter(logging.Handler):
    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


class Probe(Service):
    """Answers in each of the ways that an application does, and how the process is."""

    def __init__(self) -> None:
        self.server: Server | None = None
        self.errors = _Counter(logging.ERROR)

    async def handle(self, request: Request) -> Response:
        path = request.path
        if path == "/state":
            return Response.json(asdict(self.state()))
        if path == "/missing":
            raise NotFound
        if path == "/error":
            raise RuntimeError("an error of the application's")
        if path == "/stream":
            return Response(stream=self.pieces())
        if path == "/hang":
            await asyncio.sleep(3600)
        if not request.body.is_empty:
            return Response(await request.bytes())
        return Response.text("ok")

    @staticmethod
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 1000
            await asyncio.sleep(0)

    def state(self) -> State:
        if self.server is None:
            raise RuntimeError("not served")
        gc.collect()
        context = self.server.context
        return State(
            tasks=len(asyncio.all_tasks()),
            connections=len(context.connections),
            running=context.gate.running,
            errors=self.errors.count,
        )


async def serve(listener: socket.socket, limits: Limits) -> None:
    """Serve until SIGTERM."""
    probe = Probe()
    logging.getLogger().addHandler(probe.errors)
    probe.server = Server(probe, [listener], limits=limits)
    await probe.server.start()
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await told.wait()
    await probe.server.stop()


@contextlib.contextmanager
def one_worker(*, descriptors: int = 0, **limits: float) -> Iterator[Worker]:
    """Run one until the end of the block.

    Args:
        descriptors: how many files it may have open; as many as are allowed where 0.
        limits: of its server.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        port = listener.getsockname()[1]
        fd = listener.fileno()
        quick = {"drain_seconds": 1, "idle_drain_seconds": 0.05}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.one_worker", str(fd),
             json.dumps(quick | limits), str(descriptors)],
            pass_fds=[fd],
            cwd=ROOT,
        )  # fmt: skip
    try:
        yield Worker(port, process.pid)
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def main() -> None:
    fd, limits, descriptors = int(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors or hard, hard))
    uvloop.run(serve(socket.socket(fileno=fd), Limits(**limits)))


if __name__ == "__main__":
    main()
