"""The connection speaks another protocol after 101."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from tests.handled import Handler, client_of, echo, until
from tests.raw_client import RawClient, get

from drystone.http.body import ClientDisconnected
from drystone.http.request import Request
from drystone.http.response import ByteStream, Response, Upgrade

LOOPS = ["asyncio", "uvloop"]


def speaks(
    takeover: Callable[[ByteStream], Awaitable[None]], *, headers: tuple[tuple[str, str], ...] = ()
) -> Handler:
    async def handle(request: Request) -> Response:
        return Upgrade("websocket", takeover, headers=headers)

    return handle


class TestUpgrade:
    ASK = get("/", "Connection: Upgrade", "Upgrade: websocket")

    @staticmethod
    async def echo(stream: ByteStream) -> None:
        while data := await stream.read():
            await stream.write(data.upper())

    async def test_the_connection_is_handed_over(self) -> None:
        async with client_of(speaks(self.echo)) as client:
            client.send(self.ASK, b"early ")
            answer = await client.answer()
            assert (answer.status, answer.get("connection")) == (101, "Upgrade")
            assert answer.get("upgrade") == "websocket"
            assert await client.reader.readexactly(6) == b"EARLY "
            for word in (b"one", b"GET / HTTP/1.1\r\n\r\n"):
                client.send(word)
                assert await client.reader.readexactly(len(word)) == word.upper()
            client.finish_sending()
            assert await client.rest() == b""

    async def test_a_large_message_passes_both_ways(self) -> None:
        async with client_of(speaks(self.echo)) as client:
            client.send(self.ASK)
            await client.answer()
            client.send(b"x" * 3_000_000)
            client.finish_sending()
            assert await client.rest() == b"X" * 3_000_000

    async def test_without_a_request_for_it_it_is_a_500(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with client_of(speaks(self.echo)) as client:
            answer = await client.ask(get("/"))
            assert (answer.status, answer.closes) == (500, True)
        assert "101 without a request" in caplog.text

    async def test_a_handshake_that_cannot_be_sent_is_not_handed_over(self) -> None:
        called = []

        async def takeover(stream: ByteStream) -> None:
            called.append(stream)

        async with client_of(speaks(takeover, headers=(("X", "\n"),))) as client:
            assert (await client.ask(self.ASK)).status == 500
            assert await client.rest() == b""
        assert called == []

    async def test_another_answer_leaves_http_as_it_is(self) -> None:
        async with client_of(echo) as client:
            assert (await client.ask(self.ASK)).status == 200
            assert (await client.ask(get("/next"))).body == b"GET /next "

    @pytest.mark.parametrize("leave", [RawClient.vanish, RawClient.reset], ids=["fin", "rst"])
    async def test_reader_and_writer_both_learn_that_the_peer_is_gone(
        self, leave: Callable[[RawClient], None]
    ) -> None:
        ended = []

        async def write_on(stream: ByteStream) -> None:
            with suppress(ClientDisconnected):
                while True:
                    await stream.write(b"x" * 100_000)
            ended.append("writer")

        async def takeover(stream: ByteStream) -> None:
            writing = asyncio.create_task(write_on(stream))
            while await stream.read():
                pass
            ended.append("reader")
            await writing

        async with client_of(speaks(takeover), half_close_grace_seconds=5) as client:
            client.send(self.ASK)
            await client.answer()
            await asyncio.sleep(0.1)  # until the writer waits
            leave(client)
            await until(lambda: sorted(ended) == ["reader", "writer"])
