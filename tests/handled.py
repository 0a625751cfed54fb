"""Serve one function on a real socket, and watch how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from drystone.http.limits import Limits
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.service import Service
from tests.raw_client import RawClient
from tests.serving import Served, serving

Handler = Callable[[Request], Awaitable[Response]]


class Handled(Service):
    """Serves one function."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    async def handle(self, request: Request) -> Response:
        return await self.handler(request)


def limits_of(**values: float) -> Limits:
    """Return limits under which a server ends quickly, but for those that are given."""
    quick: dict[str, float] = {
        "drain_seconds": 2,
        "idle_drain_seconds": 0.05,
        "linger_seconds": 0.5,
        "half_close_grace_seconds": 0.2,
    }
    return Limits(**(quick | values))  # type: ignore[arg-type]  # each is of its field's type


def served(handler: Handler, **limits: float) -> AbstractAsyncContextManager[Served]:
    """Serve one function."""
    return serving(Handled(handler), limits=limits_of(**limits))


@asynccontextmanager
async def pair_of(
    handler: Handler, *, receive_buffer: int | None = None, **limits: float
) -> AsyncIterator[tuple[RawClient, Served]]:
    """Serve one function to one client; `receive_buffer` is for one that reads slowly."""
    async with (
        served(handler, **limits) as server,
        await RawClient.connect(server.port, receive_buffer=receive_buffer) as client,
    ):
        yield client, server


@asynccontextmanager
async def client_of(
    handler: Handler, *, receive_buffer: int | None = None, **limits: float
) -> AsyncIterator[RawClient]:
    """The same, for tests that need not look at the server."""
    async with pair_of(handler, receive_buffer=receive_buffer, **limits) as (client, _):
        yield client


async def echo(request: Request) -> Response:
    """Answer what was asked and sent."""
    body = await request.bytes()
    return Response.text(f"{request.method} {request.path} {body.decode('latin-1')}")


async def ignore(request: Request) -> Response:
    """Answer without reading the body."""
    return Response.text("ignored")


async def pieces_of(*pieces: bytes, pause: float = 0) -> AsyncIterator[bytes]:
    for piece in pieces:
        await asyncio.sleep(pause)
        yield piece


async def until(condition: Callable[[], object], *, within: float = 5.0) -> None:
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.01)


class Watched:
    """A handler that hangs, and tells how it ended."""

    def __init__(self, *, reads: bool = False) -> None:
        self.began = asyncio.Event()
        self.ended = asyncio.Event()
        self.how: type[BaseException] | None = None
        self._reads = reads

    async def __call__(self, request: Request) -> Response:
        self.began.set()
        try:
            if self._reads:
                await request.bytes()
            await asyncio.sleep(3600)
        except BaseException as error:
            self.how = type(error)
            raise
        finally:
            self.ended.set()
        return Response()

    async def end(self) -> None:
        """Wait for the end."""
        async with asyncio.timeout(5):
            await self.ended.wait()
