"""Whoever is slow makes the other wait; nothing grows, and the stuck are cut off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from tests.handled import client_of, pair_of, served, until
from tests.raw_client import RawClient, get, post

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.server.connection import Connection

LOOPS = ["asyncio", "uvloop"]


class TestBackPressure:
    async def test_a_fast_producer_waits_for_a_slow_reader(self) -> None:
        piece, high_water = 100_000, 256 * 1024
        made = 0

        async def pieces() -> AsyncIterator[bytes]:
            nonlocal made
            for _ in range(120):
                made += 1
                yield b"x" * piece

        async def handle(request: Request) -> Response:
            return Response(stream=pieces())

        async with pair_of(handle, receive_buffer=65_536, write_buffer_bytes=high_water) as (
            client,
            server,
        ):
            client.send(get("/"))
            head = await client.answer_head()
            (connection,) = server.server.context.connections
            assert isinstance(connection, Connection)
            unsent = connection._transport.get_write_buffer_size
            before = -1
            while made != before:  # until it makes no more
                before = made
                assert unsent() <= high_water + piece + 32
                await asyncio.sleep(0.1)
            assert made < 100
            assert len(await client.body(head)) == 120 * piece
            assert made == 120

    async def test_a_fast_uploader_waits_for_a_slow_handler(self) -> None:
        read = 0
        go_on = asyncio.Event()

        async def handle(request: Request) -> Response:
            nonlocal read
            await go_on.wait()
            async for piece in request.stream():
                read += len(piece)
            return Response.text(str(read))

        size = 20_000_000
        async with pair_of(handle) as (client, server):
            client.send(post("/", b"x" * size))
            await asyncio.sleep(0.2)
            (connection,) = server.server.context.connections
            assert isinstance(connection, Connection)
            assert connection._reading_paused
            # One read of the event loop's may come on top of what is kept.
            assert connection._parser.buffered <= (64 + 256) * 1024
            assert client.writer.transport.get_write_buffer_size() > 1_000_000
            go_on.set()
            assert (await client.answer()).body == str(size).encode()

    async def test_pipelined_requests_wait_in_the_kernel(self) -> None:
        go_on = asyncio.Event()

        async def handle(request: Request) -> Response:
            await go_on.wait()
            return Response.text(request.path)

        async with pair_of(handle) as (client, server):
            client.send(get("/", "X: " + "y" * 1000) * 2000)
            await asyncio.sleep(0.2)
            (connection,) = server.server.context.connections
            assert isinstance(connection, Connection)
            assert connection._reading_paused
            assert connection._parser.buffered <= (64 + 256) * 1024
            go_on.set()
            for _ in range(2000):
                await client.answer()

    async def test_a_reader_that_takes_nothing_is_aborted(self) -> None:
        closed = asyncio.Event()

        async def pieces() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"x" * 100_000
            finally:
                closed.set()

        async def handle(request: Request) -> Response:
            return Response(stream=pieces())

        async with pair_of(handle, receive_buffer=8192, write_timeout_seconds=0.3) as (
            client,
            server,
        ):
            client.send(get("/"))
            async with asyncio.timeout(5):
                await closed.wait()
            await until(lambda: not server.server.context.connections)

    async def test_a_reader_that_takes_a_little_is_not(self) -> None:
        async def handle(request: Request) -> Response:
            return Response(b"x" * 6_000_000)

        async with client_of(handle, receive_buffer=65_536, write_timeout_seconds=0.8) as client:
            client.send(get("/"))
            head = await client.answer_head()
            left = int(head.get("content-length") or 0)
            began = time.monotonic()
            while left:
                left -= len(await client.reader.read(300_000))
                await asyncio.sleep(0.02)
            assert time.monotonic() - began > 0.8

    async def test_a_stopping_server_lets_the_last_answer_leave(self) -> None:
        """It fits into the buffers, so the connection has nothing left to do but that."""

        async def handle(request: Request) -> Response:
            return Response(b"x" * 250_000)

        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(served(handle, write_buffer_bytes=10**9))
            client = await RawClient.connect(server.port, receive_buffer=4096)
            async with client:
                client.send(get("/") * 40)
                await until(lambda: server.server.context.requests == 40)
                stopping = asyncio.create_task(stack.aclose())
                await asyncio.sleep(0.3)
                assert not stopping.done()
                for _ in range(40):
                    assert len((await client.answer()).body) == 250_000
                assert await client.rest() == b""
                await stopping
