"""Clients that end their side, or go away in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
from tests.handled import Watched, client_of, echo, ignore, pair_of, pieces_of, served, until
from tests.raw_client import RawClient, chunked, get, post

from drystone.http.body import ClientDisconnected
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.server.connection import Connection

LOOPS = ["asyncio", "uvloop"]


class TestHalfClosedClients:
    async def test_each_request_before_the_end_is_answered(self) -> None:
        async with client_of(echo) as client:
            client.send(get("/1"), get("/2"), post("/3", b"x"))
            client.finish_sending()
            assert [(await client.answer()).body for _ in range(3)] == [
                b"GET /1 ",
                b"GET /2 ",
                b"POST /3 x",
            ]
            assert await client.rest() == b""

    async def test_an_answer_that_is_ready_soon_is_sent(self) -> None:
        async def handle(request: Request) -> Response:
            await asyncio.sleep(0.2)
            return Response.text("soon")

        async with client_of(handle, half_close_grace_seconds=5) as client:
            client.send(get("/"))
            client.finish_sending()
            assert (await client.answer()).body == b"soon"

    async def test_an_unfinished_body_that_nobody_reads_does_not_cost_the_answer(self) -> None:
        async with client_of(ignore) as client:
            client.send(get("/", "Content-Length: 10", method="POST"), b"x")
            client.finish_sending()
            assert (await client.answer()).body == b"ignored"
            assert await client.rest() == b""

    async def test_an_unfinished_body_that_is_read_is_not_answered(self) -> None:
        async with client_of(echo) as client:
            client.send(get("/", "Content-Length: 10", method="POST"), b"x")
            client.finish_sending()
            assert await client.rest() == b""

    async def test_an_unfinished_head_is_not_answered(self) -> None:
        async with client_of(echo) as client:
            client.send(b"GET / HTTP/1.1\r\nHost")
            client.finish_sending()
            assert await client.rest() == b""

    async def test_a_stream_goes_on_while_it_is_taken(self) -> None:
        async def handle(request: Request) -> Response:
            return Response(stream=pieces_of(*[b"x"] * 10, pause=0.1))

        async with client_of(handle, half_close_grace_seconds=0.4) as client:
            client.send(get("/"))
            client.finish_sending()
            assert (await client.answer()).body == b"x" * 10

    async def test_a_large_answer_is_taken_at_leisure(self) -> None:
        async def handle(request: Request) -> Response:
            return Response(b"x" * 4_000_000)

        async with client_of(handle, receive_buffer=8192, half_close_grace_seconds=0.1) as client:
            client.send(get("/"))
            client.finish_sending()
            await asyncio.sleep(0.8)
            assert len((await client.answer()).body) == 4_000_000


class TestClientsThatVanish:
    @pytest.mark.parametrize("leave", [RawClient.vanish, RawClient.reset], ids=["fin", "rst"])
    @pytest.mark.parametrize(
        "request_bytes",
        [get("/"), post("/", b"hello"), chunked("/", b"hello")],
        ids=["get", "post", "chunked"],
    )
    async def test_the_handler_is_cancelled(
        self, leave: Callable[[RawClient], None], request_bytes: bytes
    ) -> None:
        handler = Watched(reads=not request_bytes.startswith(b"GET"))
        async with client_of(handler) as client:
            client.send(request_bytes)
            await handler.began.wait()
            leave(client)
            await handler.end()
            assert handler.how is asyncio.CancelledError

    async def test_the_handler_is_cancelled_when_all_came_in_one_go(self) -> None:
        """The body's last bytes and the end of the connection wake the handler once."""
        handler = Watched(reads=True)
        async with pair_of(handler) as (client, server):
            client.send(get("/", "Content-Length: 5", method="POST"))
            await handler.began.wait()
            (connection,) = server.server.context.connections
            assert isinstance(connection, Connection)
            connection.data_received(b"hello")
            connection.eof_received()
            await handler.end()
            assert handler.how is asyncio.CancelledError

    async def test_the_handler_is_cancelled_after_it_gave_up_reading(self) -> None:
        handler = Watched()

        async def handle(request: Request) -> Response:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    await request.bytes()
            return await handler(request)

        for leave in (RawClient.vanish, RawClient.reset):
            async with client_of(handle, half_close_grace_seconds=0.1) as client:
                client.send(get("/", "Content-Length: 5", method="POST"))
                await handler.began.wait()
                leave(client)
                await handler.end()
                assert handler.how is asyncio.CancelledError

    async def test_a_reader_of_the_body_learns_of_it(self) -> None:
        handler = Watched(reads=True)
        async with client_of(handler) as client:
            client.send(get("/", "Content-Length: 5", method="POST"), b"he")
            await handler.began.wait()
            client.vanish()
            await handler.end()
            assert handler.how is ClientDisconnected

    @pytest.mark.parametrize("pause", [0.01, 3600], ids=["writing", "waiting"])
    async def test_a_stream_is_closed(self, pause: float) -> None:
        closed = asyncio.Event()

        async def pieces() -> AsyncIterator[bytes]:
            try:
                yield b"first"
                while True:
                    await asyncio.sleep(pause)
                    yield b"x" * 100_000
            finally:
                closed.set()

        async def handle(request: Request) -> Response:
            return Response(stream=pieces())

        async with client_of(handle) as client:
            client.send(get("/"))
            await client.answer_head()
            client.vanish()
            async with asyncio.timeout(3):
                await closed.wait()

    async def test_a_waiting_one_leaves_the_queue(self) -> None:
        handler = Watched()
        async with served(handler, max_concurrent_requests=1, max_queue_seconds=30) as server:
            gate = server.server.context.gate
            async with await RawClient.connect(server.port) as first:
                first.send(get("/"))
                await handler.began.wait()
                async with await RawClient.connect(server.port) as second:
                    second.send(get("/"))
                    await until(lambda: gate.waiting)
                    second.reset()
                    await until(lambda: not gate.waiting)
                first.reset()
                await until(lambda: gate.free == 1)

    async def test_nothing_is_left_of_them(self) -> None:
        handler = Watched()
        async with served(handler) as server:
            context = server.server.context
            clients = [await RawClient.connect(server.port) for _ in range(20)]
            for n, client in enumerate(clients):
                client.send((get("/"), b"GET /", b"", get("/", "Content-Length: 5"))[n % 4])
            await until(lambda: len(context.connections) == 20)
            for client in clients:
                client.reset()
            await until(lambda: not context.connections and not server.server._tasks)
            assert context.gate.running == 0
