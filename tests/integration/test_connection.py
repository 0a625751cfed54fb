"""What one client gets on one connection: persistence, order, framing, failures, dates."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
from tests.handled import client_of, echo, pair_of, pieces_of
from tests.raw_client import Answer, RawClient, chunked, get, post

from drystone.errors import InvalidParameter
from drystone.http.request import Request
from drystone.http.response import Response

LOOPS = ["asyncio", "uvloop"]


class TestPersistence:
    async def test_http_1_1_goes_on_by_default(self) -> None:
        async with client_of(echo) as client:
            for n in range(3):
                answer = await client.ask(get(f"/{n}"))
                assert answer.body == f"GET /{n} ".encode()
                assert answer.get("connection") is None

    async def test_http_1_1_closes_when_it_is_asked_to(self) -> None:
        async with client_of(echo) as client:
            answer = await client.ask(get("/", "Connection: close"))
            assert answer.closes
            assert await client.rest() == b""

    async def test_http_1_0_closes_by_default(self) -> None:
        async with client_of(echo) as client:
            answer = await client.ask(get("/", minor=0))
            assert answer.closes
            assert await client.rest() == b""

    async def test_http_1_0_goes_on_when_it_is_asked_to(self) -> None:
        async with client_of(echo) as client:
            for _ in range(2):
                answer = await client.ask(get("/", "Connection: keep-alive", minor=0))
                assert answer.get("connection") == "keep-alive"

    async def test_a_connection_ends_after_its_requests(self) -> None:
        async with client_of(echo, max_requests_per_connection=3) as client:
            answers = [await client.ask(get("/")) for _ in range(3)]
            assert [answer.closes for answer in answers] == [False, False, True]
            assert await client.rest() == b""

    async def test_an_old_connection_ends_with_an_answer(self) -> None:
        async with client_of(echo, max_connection_age_seconds=0.0) as client:
            async with asyncio.timeout(5):
                while not (await client.ask(get("/"))).closes:
                    await asyncio.sleep(0.02)
            assert await client.rest() == b""

    async def test_an_idle_connection_is_closed_without_a_word(self) -> None:
        async with client_of(echo, keep_alive_timeout_seconds=0.1) as client:
            await client.ask(get("/"))
            assert await client.rest() == b""


class TestPipelining:
    async def test_answers_come_in_order_although_the_first_takes_longest(self) -> None:
        async def handle(request: Request) -> Response:
            await asyncio.sleep(0.2 if request.path == "/0" else 0)
            return Response.text(request.path)

        async with client_of(handle) as client:
            client.send(*(get(f"/{n}") for n in range(50)))
            for n in range(50):
                assert (await client.answer()).body == f"/{n}".encode()

    async def test_each_kind_of_request_may_follow_each(self) -> None:
        requests = [
            get("/a"),
            post("/b", b"one"),
            get("/c", method="HEAD"),
            chunked("/d", b"tw", b"o"),
            post("/e", b""),
            get("/a"),
        ]
        async with client_of(echo) as client:
            client.send(*requests)
            bodies = [
                (await client.answer(head_only=request.startswith(b"HEAD"))).body
                for request in requests
            ]
        assert bodies == [b"GET /a ", b"POST /b one", b"", b"POST /d two", b"POST /e ", b"GET /a "]

    async def test_what_follows_a_close_is_not_handled(self) -> None:
        handled = []

        async def handle(request: Request) -> Response:
            handled.append(request.path)
            return Response.text(request.path)

        async with client_of(handle) as client:
            client.send(get("/1", "Connection: close"), get("/2"))
            assert (await client.answer()).body == b"/1"
            assert await client.rest() == b""
        assert handled == ["/1"]

    async def test_what_follows_a_refusal_is_not_handled(self) -> None:
        async with client_of(echo) as client:
            client.send(get("/1"), b"GET  /2 HTTP/1.1\r\n\r\n", get("/3"))
            assert (await client.answer()).status == 200
            assert (await client.answer()).status == 400
            assert await client.rest() == b""


class TestAnswersWithoutABody:
    @pytest.mark.parametrize("streamed", [False, True])
    async def test_head_has_the_length_and_no_body(self, streamed: bool) -> None:
        async def handle(request: Request) -> Response:
            if streamed:
                return Response(stream=pieces_of(b"hello"), headers=[("Content-Length", "5")])
            return Response(b"hello")

        async with client_of(handle) as client:
            for _ in range(2):
                answer = await client.ask(get("/", method="HEAD"))
                assert answer.get("content-length") == "5"

    @pytest.mark.parametrize("status", [204, 304])
    @pytest.mark.parametrize("streamed", [False, True])
    async def test_a_status_without_a_body_has_none(self, status: int, streamed: bool) -> None:
        async def handle(request: Request) -> Response:
            stream = pieces_of(b"no") if streamed else None
            return Response(b"" if streamed else b"no", status=status, stream=stream)

        async with client_of(handle) as client:
            for _ in range(2):
                answer = await client.ask(get("/"))
                assert answer.status == status
                assert answer.get("content-length") is None
                assert answer.get("transfer-encoding") is None

    async def test_head_by_http_1_0_of_a_stream_can_go_on(self) -> None:
        async def handle(request: Request) -> Response:
            return Response(stream=pieces_of(b"x"))

        async with client_of(handle) as client:
            for _ in range(2):
                answer = await client.ask(
                    get("/", "Connection: keep-alive", method="HEAD", minor=0)
                )
                assert answer.get("connection") == "keep-alive"


class TestStreams:
    async def test_a_stream_comes_in_chunks_as_it_is_made(self) -> None:
        gate = asyncio.Event()

        async def pieces() -> AsyncIterator[bytes]:
            yield b"first"
            await gate.wait()
            yield b"second"

        async def handle(request: Request) -> Response:
            return Response(stream=pieces())

        async with client_of(handle) as client:
            client.send(get("/"))
            head = await client.answer_head()
            assert head.get("transfer-encoding") == "chunked"
            assert await client.reader.readexactly(10) == b"5\r\nfirst\r\n"
            gate.set()
            assert await client.reader.readexactly(16) == b"6\r\nsecond\r\n0\r\n\r\n"
            client.send(get("/"))
            assert (await client.answer()).body == b"firstsecond"

    async def test_http_1_0_gets_a_stream_until_the_end_of_the_connection(self) -> None:
        async def handle(request: Request) -> Response:
            return Response(stream=pieces_of(b"a", b"b"))

        async with client_of(handle) as client:
            client.send(get("/", "Connection: keep-alive", minor=0))
            head = await client.answer_head()
            assert head.closes
            assert head.get("transfer-encoding") is None
            assert await client.rest() == b"ab"

    async def test_a_declared_length_is_kept(self) -> None:
        async def handle(request: Request) -> Response:
            return Response(stream=pieces_of(b"ab", b"c"), headers=[("Content-Length", "3")])

        async with client_of(handle) as client:
            for _ in range(2):
                answer = await client.ask(get("/"))
                assert (answer.body, answer.get("content-length")) == (b"abc", "3")

    @pytest.mark.parametrize("pieces", [(b"ab",), (b"ab", b"cd")], ids=["short", "long"])
    async def test_a_stream_of_another_length_is_cut_off(
        self, pieces: tuple[bytes, ...], caplog: pytest.LogCaptureFixture
    ) -> None:
        async def handle(request: Request) -> Response:
            return Response(stream=pieces_of(*pieces), headers=[("Content-Length", "3")])

        async with client_of(handle) as client:
            client.send(get("/"), get("/"))
            assert (await client.answer_head()).get("content-length") == "3"
            with suppress(ConnectionResetError):
                assert len(await client.rest()) < 3
        assert "its stream failed" in caplog.text

    @pytest.mark.parametrize("error", [RuntimeError("secret"), asyncio.CancelledError()])
    async def test_a_stream_that_fails_is_cut_off(
        self, error: BaseException, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"x"
            await asyncio.sleep(0.02)
            raise error

        async def handle(request: Request) -> Response:
            return Response(stream=pieces())

        async with client_of(handle) as client:
            client.send(get("/"))
            await client.answer_head()
            with suppress(ConnectionResetError):
                rest = await client.rest()
                assert b"0\r\n\r\n" not in rest
                assert b"secret" not in rest
        assert "response cut off" in caplog.text

    async def test_a_request_can_be_streamed_back(self) -> None:
        async def handle(request: Request) -> Response:
            return Response(stream=request.stream())

        async with client_of(handle) as client:
            for _ in range(2):
                client.send(chunked("/", b"one", end=b""))
                await client.answer_head()
                assert await client.reader.readuntil(b"one\r\n") == b"3\r\none\r\n"
                client.send(b"3\r\ntwo\r\n0\r\n\r\n")
                assert await client.reader.readuntil(b"0\r\n\r\n") == b"3\r\ntwo\r\n0\r\n\r\n"


class TestFailures:
    async def test_an_exception_is_a_500_without_a_word_of_it(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def handle(request: Request) -> Response:
            if request.path == "/fail":
                raise RuntimeError("secret")
            return Response.text("fine")

        async with client_of(handle) as client:
            answer = await client.ask(get("/fail"))
            assert (answer.status, answer.closes) == (500, False)
            assert json.loads(answer.body)["code"] == "internal_error"
            assert b"secret" not in answer.body
            assert (await client.ask(get("/"))).body == b"fine"
        assert "secret" in caplog.text

    async def test_a_problem_is_answered_as_it_is(self) -> None:
        async def handle(request: Request) -> Response:
            raise InvalidParameter("No such page.")

        async with client_of(handle) as client:
            for _ in range(2):
                answer = await client.ask(get("/"))
                assert (answer.status, answer.get("content-type")) == (
                    400,
                    "application/problem+json",
                )

    async def test_a_problem_is_answered_to_head_without_a_body(self) -> None:
        async def handle(request: Request) -> Response:
            raise InvalidParameter("No such page.")

        async with client_of(handle) as client:
            for _ in range(2):
                assert (await client.ask(get("/", method="HEAD"))).status == 400

    async def test_the_cancellation_of_something_else_is_a_500(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def handle(request: Request) -> Response:
            task = asyncio.create_task(asyncio.sleep(3600))
            task.cancel()
            await task
            return Response.text("never")

        async with client_of(handle) as client:
            for _ in range(2):
                assert (await client.ask(get("/"))).status == 500
        assert "CancelledError" in caplog.text

    @pytest.mark.parametrize(
        "response",
        [
            lambda: Response(b"x", headers=[("X", "a\r\nSet-Cookie: b")]),
            lambda: Response(b"x", headers=[("Bad name", "a")]),
            lambda: Response(b"x", status=100),
            lambda: Response(b"x", status=700),
            lambda: Response(status=101),
            lambda: Response("text"),  # type: ignore[arg-type]  # a common slip
            lambda: Response(stream=pieces_of(b"x"), headers=[("X", "a\0b")]),
            lambda: Response(stream=pieces_of(b"x"), headers=[("Content-Length", "+1")]),
        ],
    )
    async def test_what_cannot_be_sent_is_a_500(
        self, response: Callable[[], Response], caplog: pytest.LogCaptureFixture
    ) -> None:
        async def handle(request: Request) -> Response:
            return response()

        async with client_of(handle) as client:
            client.send(get("/"), get("/"))
            answer = await client.answer()
            assert (answer.status, answer.closes) == (500, True)
            assert answer.get("set-cookie") is None
            assert json.loads(answer.body)["code"] == "internal_error"
            assert await client.rest() == b""
        assert "response withheld" in caplog.text


class TestDate:
    async def test_every_answer_has_one(self) -> None:
        async def handle(request: Request) -> Response:
            if request.path == "/fail":
                raise RuntimeError
            if request.path == "/bad":
                return Response(headers=[("X", "\n")])
            if request.path == "/stream":
                return Response(stream=pieces_of(b"x"))
            return Response(status=int(request.path[1:]))

        answers: list[Answer] = []
        for request in (
            *(get(f"/{status}") for status in (200, 204, 301, 304, 404, 503)),
            get("/200", method="HEAD"),
            get("/fail"),
            get("/bad"),
            get("/stream"),
            b"nonsense\r\n\r\n",
            get("/", "Transfer-Encoding: gzip, chunked"),
            get("/" + "x" * 9000),
            get("/", "X: " + "y" * 9000),
            b"GET / HTTP/2.0\r\n\r\n",
        ):
            async with client_of(handle) as client:
                answers.append(await client.ask(request))
        async with pair_of(handle, max_connections=1) as (first, server):
            await first.ask(get("/200"))
            async with await RawClient.connect(server.port) as second:
                answers.append(await second.answer())
        async with client_of(handle, head_timeout_seconds=0.1) as client:
            answers.append(await client.ask(b"GET"))
        assert [answer.status for answer in answers] == [
            200, 204, 301, 304, 404, 503, 200, 500, 500, 200, 400, 501, 414, 431, 505, 503, 408,
        ]  # fmt: skip
        for answer in answers:
            assert re.fullmatch(
                r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", answer.get("date") or ""
            )

    async def test_it_is_the_present_one(self) -> None:
        async with client_of(echo) as client:
            first = (await client.ask(get("/"))).get("date")
            async with asyncio.timeout(5):
                while (await client.ask(get("/"))).get("date") == first:
                    await asyncio.sleep(0.05)
