"""What is over a bound is told so at once, and does no harm to the rest."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack

from tests.handled import Watched, echo, pair_of, served, until
from tests.raw_client import RawClient, get

LOOPS = ["asyncio", "uvloop"]


class TestOverload:
    async def test_one_connection_too_many_is_told_so(self) -> None:
        async with served(echo, max_connections=2) as server:
            clients = [await RawClient.connect(server.port) for _ in range(2)]
            for client in clients:
                assert (await client.ask(get("/"))).status == 200
            async with await RawClient.connect(server.port) as third:
                answer = await third.answer()
                assert (answer.status, answer.closes) == (503, True)
                assert answer.get("retry-after") == "1"
                assert json.loads(answer.body)["code"] == "overloaded"
            clients[0].vanish()
            async with asyncio.timeout(5):
                while True:
                    async with await RawClient.connect(server.port) as next_one:
                        next_one.send(get("/"))
                        if (await next_one.answer()).status == 200:
                            break
            assert (await clients[1].ask(get("/"))).status == 200
            clients[1].vanish()

    async def test_far_too_many_are_closed_without_a_word(self) -> None:
        async with served(echo, max_connections=1, linger_seconds=5) as server:
            clients = [await RawClient.connect(server.port) for _ in range(1 + 64 + 10)]
            rest = await asyncio.gather(*(self.what_comes(client) for client in clients[65:]))
            assert rest == [b""] * 10
            assert (await clients[0].ask(get("/"))).status == 200
            for client in clients:
                client.vanish()

    @staticmethod
    async def what_comes(client: RawClient) -> bytes:
        try:
            return await client.rest()
        except ConnectionResetError:
            return b""

    async def test_one_request_too_many_is_told_so_at_once(self) -> None:
        handler = Watched()
        async with served(
            handler, max_concurrent_requests=2, max_queued_requests=1, max_queue_seconds=30
        ) as server:
            gate = server.server.context.gate
            async with AsyncExitStack() as stack:
                for n in range(3):
                    busy = await stack.enter_async_context(await RawClient.connect(server.port))
                    busy.send(get("/"))
                    await until(lambda n=n: gate.running + len(gate.waiting) == n + 1)  # type: ignore[misc]
                client = await stack.enter_async_context(await RawClient.connect(server.port))
                for _ in range(2):
                    answer = await client.ask(get("/"))
                    assert (answer.status, answer.closes) == (503, False)
                    assert answer.get("retry-after") == "1"

    async def test_a_request_waits_only_so_long(self) -> None:
        handler = Watched()
        async with pair_of(handler, max_concurrent_requests=1, max_queue_seconds=0.1) as (
            busy,
            server,
        ):
            busy.send(get("/"))
            await handler.began.wait()
            async with await RawClient.connect(server.port) as client:
                assert (await client.ask(get("/"))).status == 503
