"""Bodies that are asked for, left, too large, too slow or wrong."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from tests.handled import client_of, echo, ignore
from tests.raw_client import chunked, get, post

from drystone.http.body import ClientDisconnected
from drystone.http.request import Request
from drystone.http.response import Response

LOOPS = ["asyncio", "uvloop"]


class TestExpectContinue:
    EXPECT = ("Content-Length: 5", "Expect: 100-continue")

    async def test_the_body_is_asked_for_when_it_is_read(self) -> None:
        async with client_of(echo) as client:
            for _ in range(2):
                assert (await client.ask(get("/", *self.EXPECT, method="POST"))).status == 100
                assert (await client.ask(b"hello")).body == b"POST / hello"

    async def test_a_body_that_came_anyway_is_not_asked_for(self) -> None:
        async with client_of(echo) as client:
            request = get("/", *self.EXPECT, method="POST") + b"hello"
            assert (await client.ask(request)).body == b"POST / hello"

    async def test_a_body_that_is_not_read_is_not_asked_for_and_closes(self) -> None:
        async with client_of(ignore) as client:
            answer = await client.ask(get("/", *self.EXPECT, method="POST"))
            assert (answer.status, answer.closes) == (200, True)
            client.finish_sending()
            assert await client.rest() == b""

    async def test_a_body_that_is_too_large_is_refused_before_it_is_sent(self) -> None:
        async with client_of(echo, max_body_bytes=4) as client:
            answer = await client.ask(get("/", *self.EXPECT, method="POST"))
            assert (answer.status, answer.closes) == (413, True)

    async def test_another_expectation_is_refused(self) -> None:
        async with client_of(echo) as client:
            request = get("/", "Content-Length: 5", "Expect: a-miracle", method="POST")
            answer = await client.ask(request)
            assert (answer.status, answer.closes) == (417, True)

    async def test_http_1_0_gets_no_interim_answer(self) -> None:
        async with client_of(echo) as client:
            client.send(get("/", *self.EXPECT, method="POST", minor=0))
            await asyncio.sleep(0.05)
            assert (await client.ask(b"hello")).status == 200

    async def test_nothing_is_asked_for_once_the_answer_has_begun(self) -> None:
        async def handle(request: Request) -> Response:
            return Response(stream=request.stream())

        async with client_of(handle) as client:
            client.send(get("/", *self.EXPECT, method="POST"))
            assert (await client.answer_head()).closes
            client.send(b"hello")
            assert await client.rest() == b"5\r\nhello\r\n0\r\n\r\n"


class TestUnreadBodies:
    @pytest.mark.parametrize("size", [1, 65_536])
    async def test_up_to_the_limit_the_connection_goes_on(self, size: int) -> None:
        async with client_of(ignore) as client:
            for _ in range(2):
                answer = await client.ask(post("/", b"x" * size))
                assert (answer.body, answer.closes) == (b"ignored", False)

    async def test_one_in_chunks_is_skipped_too(self) -> None:
        async with client_of(ignore) as client:
            for _ in range(2):
                assert not (await client.ask(chunked("/", *[b"x" * 1000] * 20))).closes

    async def test_one_that_is_declared_too_long_closes_and_is_told_so(self) -> None:
        async with client_of(ignore) as client:
            client.send(get("/", "Content-Length: 10000000", method="POST"))
            answer = await client.answer()
            assert (answer.body, answer.closes) == (b"ignored", True)
            # It goes on sending for a while, and is not reset.
            for _ in range(10):
                client.send(b"x" * 50_000)
                await asyncio.sleep(0.01)
            client.finish_sending()
            assert await client.rest() == b""

    async def test_a_client_that_sends_before_it_reads_gets_the_answer(self) -> None:
        async with client_of(ignore) as client:
            client.send(chunked("/", *[b"x" * 50_000] * 20))
            with suppress(ConnectionError):
                await client.writer.drain()
            assert (await client.answer()).body == b"ignored"

    async def test_a_refused_client_may_not_send_for_ever(self) -> None:
        async with client_of(ignore, linger_seconds=0.2) as client:
            answer = await client.ask(get("/", "Content-Length: 10000000", method="POST"))
            assert answer.closes
            async with asyncio.timeout(5):
                with suppress(ConnectionError):
                    while not client.writer.is_closing():
                        client.send(b"x" * 1000)
                        await client.writer.drain()
                        await asyncio.sleep(0.01)

    @pytest.mark.parametrize("rest", [b"zz\r\n", b"5\r\nhelloX", b"0\r\nHost: a\r\n\r\n"])
    async def test_one_that_turns_out_wrong_is_not_answered_twice(self, rest: bytes) -> None:
        async with client_of(ignore) as client:
            client.send(chunked("/", b"x", end=b""))
            assert (await client.answer()).body == b"ignored"
            client.send(rest)
            client.finish_sending()
            assert await client.rest() == b""

    async def test_one_that_stops_coming_is_not_answered_twice(self) -> None:
        async with client_of(ignore, body_idle_timeout_seconds=0.1) as client:
            client.send(get("/", "Content-Length: 10", method="POST"), b"x")
            assert (await client.answer()).body == b"ignored"
            assert await client.rest() == b""


class TestKeptBodies:
    async def test_a_body_that_was_kept_cannot_read_the_next_request(self) -> None:
        kept: list[Request] = []
        results: list[object] = []

        async def handle(request: Request) -> Response:
            kept.append(request)
            if len(kept) == 2:
                try:
                    results.append(await kept[0].bytes())
                except ClientDisconnected as error:
                    results.append(error)
                return Response(await request.bytes())
            return Response(b"left")

        async with client_of(handle) as client:
            await client.ask(post("/", b"mine"))
            assert (await client.ask(post("/", b"yours"))).body == b"yours"
        assert [type(result) for result in results] == [ClientDisconnected]


class TestBodiesThatFail:
    async def test_a_slow_one_is_answered_once_and_closes(self) -> None:
        async with client_of(echo, body_idle_timeout_seconds=0.1) as client:
            client.send(get("/", "Content-Length: 10", method="POST"), b"x")
            answer = await client.answer()
            assert (answer.status, answer.closes) == (408, True)
            assert await client.rest() == b""

    async def test_wrong_chunks_are_answered_once_and_close(self) -> None:
        async with client_of(echo) as client:
            client.send(chunked("/", b"x", end=b"zz\r\n"), get("/"))
            answer = await client.answer()
            assert (answer.status, answer.closes) == (400, True)
            assert await client.rest() == b""

    async def test_one_that_grows_too_large_is_refused(self) -> None:
        async with client_of(echo, max_body_bytes=1000) as client:
            answer = await client.ask(chunked("/", *[b"x" * 400] * 3))
            assert answer.status == 413
            assert (await client.ask(get("/next"))).body == b"GET /next "
