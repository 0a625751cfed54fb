"""ASGI applications on our server, over real connections."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.serving import serving

from drystone.asgi.guest import HostedApplication
from drystone.asgi.lifespan import StartupFailed
from drystone.asgi.outflow import MAX_WAITING_BYTES
from drystone.asgi.protocol import (
    Application,
    ClientGone,
    Message,
    ProtocolError,
    Receive,
    Scope,
    Send,
)
from drystone.http.limits import Limits
from drystone.http.parts.peer import Peer
from drystone.http.protocol.head import parse_head
from drystone.http.request import Request

CLOSE = b"Host: a\r\nConnection: close\r\n"
GET = b"GET / HTTP/1.1\r\n" + CLOSE + b"\r\n"
HEAD = b"HEAD / HTTP/1.1\r\n" + CLOSE + b"\r\n"
PATIENCE = 10

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


def http_only(handler: Handler) -> Application:
    """Make an application of a handler, one that takes no part in lifespan."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        await handler(scope, receive, send)

    return application


async def start(send: Send, *fields: tuple[bytes, bytes], status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(fields)})


async def body(send: Send, piece: bytes = b"", *, more: bool = False) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": more})


def split(answer: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Return status line, other lines and body."""
    head, _, content = answer.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    return status, lines, content


async def answer_to(handler: Handler, request: bytes = GET, **options: Any) -> bytes:
    async with serving(HostedApplication(http_only(handler), **options)) as served:
        return await served.exchange(request)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.002)


# The scope.


async def scope_of(request: bytes, **options: Any) -> Scope:
    scopes: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        scopes.append(scope)
        await start(send, status=204)
        await body(send)

    assert (await answer_to(app, request, **options)).startswith(b"HTTP/1.1 204")
    return scopes[0]


async def test_the_scope_says_what_was_sent() -> None:
    scope = await scope_of(
        b"PATCH /caf%C3%A9%2Fx/../y?a=%31&b HTTP/1.1\r\nX-One: 1\r\nx-one:  2 \r\n"
        + CLOSE
        + b"\r\n"
    )
    address = scope.pop("client")
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "PATCH",
        "scheme": "http",
        "path": "/café/x/../y",
        "raw_path": b"/caf%C3%A9%2Fx/../y",
        "query_string": b"a=%31&b",
        "root_path": "",
        "headers": [
            (b"x-one", b"1"),
            (b"x-one", b"2"),
            (b"host", b"a"),
            (b"connection", b"close"),
        ],
        "server": None,
        "state": {},
    }
    assert address[0] == "127.0.0.1"
    assert address[1] > 0


async def test_the_scope_of_old_and_odd_requests() -> None:
    assert (await scope_of(b"GET / HTTP/1.0\r\n\r\n"))["http_version"] == "1.0"
    assert (await scope_of(b"OPTIONS * HTTP/1.1\r\n" + CLOSE + b"\r\n"))["path"] == "*"
    absolute = await scope_of(b"GET http://a/x?y HTTP/1.1\r\n" + CLOSE + b"\r\n")
    assert (absolute["path"], absolute["query_string"]) == ("/x", b"y")


async def test_mounting_and_naming_the_server() -> None:
    scope = await scope_of(GET, root_path="/api/", server=("example.org", 443))
    assert (scope["root_path"], scope["path"], scope["raw_path"]) == ("/api", "/api/", b"/api/")
    assert scope["server"] == ("example.org", 443)


async def test_no_request_sees_what_another_did_to_its_scope() -> None:
    seen = []

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append((len(scope["headers"]), dict(scope["state"]), "mark" in scope))
        scope["headers"].append((b"x", b"y"))
        scope["state"]["a"] = 1
        scope["mark"] = True
        await start(send)
        await body(send)

    again = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    await answer_to(app, again + again + GET)
    assert seen == [(1, {}, False), (1, {}, False), (2, {}, False)]


# Answers.


async def test_a_whole_answer() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(
            send,
            (b"Content-Type", b"text/x"),
            (b"content-length", b"5"),
            (b"set-cookie", b"a=1"),
            (b"set-cookie", b"b=2"),
            (b"vary", b"a"),
            (b"vary", b"b"),
            (b"connection", b"keep-alive"),
            (b"transfer-encoding", b"chunked"),
            (b"x-latin", b"\xe9"),
            status=201,
        )
        await body(send, b"hello")

    status, lines, content = split(await answer_to(app))
    assert (status, content) == (b"HTTP/1.1 201 Created", b"hello")
    lines = [line for line in lines if not line.startswith(b"Date: ")]
    assert sorted(lines) == sorted(
        [
            b"Content-Type: text/x",
            b"Set-Cookie: a=1",
            b"Set-Cookie: b=2",
            b"vary: a, b",
            b"x-latin: \xe9",
            b"Content-Length: 5",
            b"Connection: close",
        ]
    )


async def test_the_shortest_messages_are_enough() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 404})
        await send({"type": "http.response.body"})

    status, lines, content = split(await answer_to(app))
    assert (status, content) == (b"HTTP/1.1 404 Not Found", b"")
    assert b"Content-Length: 0" in lines


@pytest.mark.parametrize("piece", [bytearray(b"abcd"), memoryview(b"abcdefgh").cast("I")[:1]])
async def test_a_body_may_be_any_bytes(piece: Any) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        await body(send, piece)

    assert split(await answer_to(app))[2] == b"abcd"


async def test_keep_alive_and_pipelining() -> None:
    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.02 if scope["path"] == "/1" else 0)
        await start(send)
        await body(send, scope["raw_path"])

    requests = b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in (1, 2))
    answer = await answer_to(app, requests + GET)
    places = [answer.index(b"\r\n\r\n" + path) for path in (b"/1", b"/2", b"/")]
    assert places[0] < places[1]


async def test_pieces_are_sent_in_chunks_as_they_come() -> None:
    may_go_on = asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        await body(send, b"one", more=True)
        await may_go_on.wait()
        await body(send, b"", more=True)
        await body(send, b"two", more=True)
        await body(send, b"three")

    async with serving(HostedApplication(http_only(app))) as served:
        reader, writer = await served.connect()
        writer.write(GET)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"Transfer-Encoding: chunked\r\n" in head
        assert await reader.readexactly(8) == b"3\r\none\r\n"
        may_go_on.set()
        assert await reader.read() == b"8\r\ntwothree\r\n0\r\n\r\n"
        writer.close()


async def test_the_head_leaves_with_an_empty_first_piece() -> None:
    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await start(send)
        await body(send, b"", more=True)
        await receive()
        assert (await receive())["type"] == "http.disconnect"

    async with serving(HostedApplication(http_only(app))) as served:
        reader, writer = await served.connect()
        writer.write(GET)
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        writer.close()


async def test_a_declared_length_is_kept_for_a_stream() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send, (b"content-length", b"6"))
        await body(send, b"one", more=True)
        await body(send, b"two")

    _, lines, content = split(await answer_to(app))
    assert content == b"onetwo"
    assert b"Content-Length: 6" in lines
    assert not any(line.startswith(b"Transfer-Encoding") for line in lines)


async def test_a_stream_shorter_than_declared_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send, (b"content-length", b"7"))
        await body(send, b"one", more=True)
        await body(send, b"two")

    assert split(await answer_to(app))[2] == b"onetwo"
    assert "1 bytes short" in caplog.text


@pytest.mark.parametrize("declared", [b"4", b"6", b"x", b"-1", b"5, 5", "٥".encode()])
@pytest.mark.parametrize("more", [False, True])
async def test_a_wrong_length_is_refused(
    declared: bytes, more: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send, (b"content-length", declared))
        await body(send, b"hello", more=more)

    answer = await answer_to(app)
    if more and declared.isdigit():
        assert answer.startswith(b"HTTP/1.1 200") or answer == b""  # too late for another
    else:
        assert answer.startswith(b"HTTP/1.1 500")
        assert "ProtocolError" in caplog.text


async def test_head_gets_no_body() -> None:
    async def whole(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        await body(send, b"hello")

    async def declared(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send, (b"content-length", b"5"))
        await body(send)

    for app in (whole, declared):
        _, lines, content = split(await answer_to(app, HEAD))
        assert content == b""
        assert b"Content-Length: 5" in lines


@pytest.mark.parametrize(("request_", "status"), [(HEAD, 200), (GET, 204), (GET, 304)])
async def test_a_stream_that_nobody_may_see_is_heard_to_its_end(
    request_: bytes, status: int
) -> None:
    ended, heard = [], []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await start(send, status=status)
        for _ in range(10):
            await body(send, b"x" * MAX_WAITING_BYTES, more=True)
        heard.append(await receive())
        await body(send, b"x")
        ended.append(True)

    _, _, content = split(await answer_to(app, request_))
    assert content == b""
    assert ended == [True]
    assert heard == [{"type": "http.disconnect"}]


async def test_an_endless_stream_that_nobody_may_see_is_ended() -> None:
    ended = asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        try:
            while True:
                await body(send, b"x", more=True)
        finally:
            ended.set()

    assert split(await answer_to(app, HEAD, grace_seconds=0.05))[2] == b""
    assert ended.is_set()


async def test_invalid_fields_are_never_sent(caplog: pytest.LogCaptureFixture) -> None:
    left = asyncio.Event()

    async def whole(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send, (b"x", b"a\r\nset-cookie: stolen"))
        await body(send)

    async def stream(_scope: Scope, receive: Receive, send: Send) -> None:
        await start(send, (b"x y", b"z"))
        await body(send, b"x", more=True)
        await receive()
        if (await receive())["type"] == "http.disconnect":
            left.set()

    for app in (whole, stream):
        answer = await answer_to(app)
        assert answer.startswith(b"HTTP/1.1 500")
        assert b"stolen" not in answer
    assert left.is_set()
    assert "response withheld" in caplog.text


# Wrong order.


OK: Message = {"type": "http.response.start", "status": 200}


@pytest.mark.parametrize(
    "messages",
    [
        [{"type": "http.response.body"}],
        [OK, OK],
        [{"type": "http.response.trailers"}],
        [OK, {"type": "http.response.trailers"}],
        [{"type": "http.response.start", "status": 103}],
        [{"type": "http.response.start", "status": 101}],
        [{"type": "http.response.start", "status": 600}],
        [{"type": "lifespan.startup.complete"}],
        [{}],
        [{"type": "http.response.start", "status": 200, "headers": [(b"\xe9", b"")]}],
        [
            {"type": "http.response.start", "status": 200},
            {"type": "http.response.body", "body": ""},
        ],
        [OK],
        [],
    ],
)
async def test_what_does_not_fit_is_a_failure_of_ours(
    messages: list[Message], caplog: pytest.LogCaptureFixture
) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    assert (await answer_to(app)).startswith(b"HTTP/1.1 500")
    assert "service failed" in caplog.text


async def test_nothing_follows_the_last_piece() -> None:
    refused = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        await body(send, b"hello")
        for message in (
            {"type": "http.response.start", "status": 200},
            {"type": "http.response.body"},
        ):
            with pytest.raises(ProtocolError) as error:
                await send(message)
            refused.append(error)

    assert split(await answer_to(app))[2] == b"hello"
    assert len(refused) == 2


# Failures of the application.


async def test_a_failure_before_the_answer_is_500(caplog: pytest.LogCaptureFixture) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send, (b"x-secret", b"1"))  # not on its way before the first piece
        raise LookupError("a secret")

    answer = await answer_to(app)
    assert answer.startswith(b"HTTP/1.1 500")
    assert b"secret" not in answer
    assert "LookupError: a secret" in caplog.text
    assert caplog.text.count("Traceback") == 1


async def test_a_failure_within_the_answer_cuts_it_off(caplog: pytest.LogCaptureFixture) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        await body(send, b"one", more=True)
        await asyncio.sleep(0)
        raise LookupError("a secret")

    answer = await answer_to(app)
    assert answer.endswith(b"3\r\none\r\n")  # no last chunk: the client sees that it is broken
    assert "LookupError: a secret" in caplog.text


async def test_returning_in_the_middle_cuts_it_off(caplog: pytest.LogCaptureFixture) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        await body(send, b"one", more=True)

    assert (await answer_to(app)).endswith(b"3\r\none\r\n")
    assert "returned before its response ended" in caplog.text


async def test_a_failure_after_the_answer_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        await body(send, b"hello")
        raise LookupError("a secret")

    assert split(await answer_to(app))[2] == b"hello"
    assert "LookupError: a secret" in caplog.text


async def test_an_application_that_cancels_itself(caplog: pytest.LogCaptureFixture) -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise asyncio.CancelledError

    assert (await answer_to(app)).startswith(b"HTTP/1.1 500")
    assert "the application was cancelled" in caplog.text


async def test_work_after_the_answer_keeps_nobody_waiting() -> None:
    may_go_on, done = asyncio.Event(), asyncio.Event()

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await start(send)
        await body(send, b"hello")
        assert await receive() == {"type": "http.disconnect"}
        await may_go_on.wait()
        done.set()

    async with serving(HostedApplication(http_only(app))) as served:
        assert split(await served.exchange(GET))[2] == b"hello"
        assert not done.is_set()
        may_go_on.set()
        await asyncio.wait_for(done.wait(), PATIENCE)


# Bodies of requests.


async def read_all(receive: Receive) -> list[Message]:
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    messages = await read_all(receive)
    assert {message["type"] for message in messages} == {"http.request"}
    await start(send)
    await body(send, b"".join(message["body"] for message in messages))


@pytest.mark.parametrize(
    ("sent", "content"),
    [
        (b"Content-Length: 5\r\n\r\nhello", b"hello"),
        (b"Content-Length: 0\r\n\r\n", b""),
        (b"\r\n", b""),
        (b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", b"hello"),
        (b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b""),
        (b"Content-Length: 300000\r\n\r\n" + b"x" * 300_000, b"x" * 300_000),
    ],
    ids=["length", "zero", "none", "chunks", "no chunk", "large"],
)
async def test_bodies_reach_the_application(sent: bytes, content: bytes) -> None:
    assert split(await answer_to(echo, b"POST / HTTP/1.1\r\n" + CLOSE + sent))[2] == content


async def test_a_body_comes_in_pieces() -> None:
    messages: list[Message] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        messages.append(await receive())
        messages.append(await receive())
        await start(send)
        await body(send)

    async with serving(HostedApplication(http_only(app))) as served:
        reader, writer = await served.connect()
        writer.write(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n" + CLOSE + b"\r\nab")
        await until(lambda: messages)
        writer.write(b"cd")
        await reader.read()
        writer.close()
    assert messages == [
        {"type": "http.request", "body": b"ab", "more_body": True},
        {"type": "http.request", "body": b"cd", "more_body": False},
    ]


async def test_what_came_is_kept_for_who_gave_up_waiting_once() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receive(), 0.01)
        waiting.set()
        await sent.wait()
        await asyncio.sleep(0.01)
        await echo(scope, receive, send)

    waiting, sent = asyncio.Event(), asyncio.Event()
    async with serving(HostedApplication(http_only(app))) as served:
        reader, writer = await served.connect()
        writer.write(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n" + CLOSE + b"\r\n")
        await waiting.wait()
        writer.write(b"abcd")
        await writer.drain()
        sent.set()
        assert split(await reader.read())[2] == b"abcd"
        writer.close()


async def test_two_may_wait_for_the_body() -> None:
    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        first, second = await asyncio.gather(receive(), receive())
        assert {first["body"], second["body"]} == {b"ab", b"cd"}
        await start(send)
        await body(send, b"both")

    async with serving(HostedApplication(http_only(app))) as served:
        reader, writer = await served.connect()
        writer.write(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n" + CLOSE + b"\r\nab")
        await asyncio.sleep(0.02)
        writer.write(b"cd")
        assert split(await reader.read())[2] == b"both"
        writer.close()


async def test_an_unread_body_does_not_become_the_next_request() -> None:
    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        await body(send, scope["raw_path"])

    inner = b"GET /evil HTTP/1.1\r\nHost: a\r\n\r\n"
    outer = b"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(inner)
    answer = await answer_to(app, outer + inner + GET)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert b"evil" not in answer


async def test_answering_while_the_body_is_awaited() -> None:
    """The connection takes the rest of the body, not the application that gave up."""
    last: list[Message] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        async def listen() -> None:
            last.append(await receive())

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.01)
        await start(send)
        await body(send, b"early")
        await listening

    async with serving(HostedApplication(http_only(app))) as served:
        reader, writer = await served.connect()
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")
        assert (await reader.readuntil(b"early")).startswith(b"HTTP/1.1 200")
        await until(lambda: last)
        writer.write(b"rest" + GET)
        await until(lambda: len(last) == 2)
        assert (await reader.read()).endswith(b"early")
        writer.close()
    assert last == [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": b"", "more_body": False},
    ]


async def test_expect_continue_is_met_when_the_body_is_asked_for() -> None:
    async with serving(HostedApplication(http_only(echo))) as served:
        reader, writer = await served.connect()
        writer.write(
            b"POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n" + CLOSE + b"\r\n"
        )
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"hi")
        assert split(await reader.read())[2] == b"hi"
        writer.close()


async def test_a_body_over_the_limit_is_413_whatever_the_application_does() -> None:
    heard: list[str] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            heard.append(message["type"])
            if message["type"] == "http.disconnect":
                raise RuntimeError("that surprised it")

    limits = Limits(max_body_bytes=10, drain_seconds=1)
    for sent in (
        b"Content-Length: 11\r\n\r\n" + b"x" * 11,
        b"Transfer-Encoding: chunked\r\n\r\nb\r\n",
    ):
        async with serving(HostedApplication(http_only(app)), limits=limits) as served:
            answer = await served.exchange(
                b"POST / HTTP/1.1\r\n" + CLOSE + sent + b"x" * 11 + b"\r\n"
            )
        assert answer.startswith(b"HTTP/1.1 413")
        assert heard.pop() == "http.disconnect"


async def test_a_malformed_body_is_400() -> None:
    sent = b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"
    answer = await answer_to(echo, b"POST / HTTP/1.1\r\n" + CLOSE + sent)
    assert answer.startswith(b"HTTP/1.1 400")


async def test_back_pressure_reaches_a_client_that_sends_too_much() -> None:
    may_read = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await may_read.wait()
        await echo(scope, receive, send)

    size = 50_000_000
    async with serving(HostedApplication(http_only(app))) as served:
        reader, writer = await served.connect()
        writer.write(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n" % size + CLOSE + b"\r\n")
        writer.write(b"x" * size)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.1)
        may_read.set()
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        assert len(split(answer)[2]) == size
        writer.close()


async def test_back_pressure_reaches_an_application_that_sends_too_much() -> None:
    sent = 0

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        nonlocal sent
        await start(send)
        for _ in range(1000):
            await body(send, b"x" * 100_000, more=True)
            sent += 100_000
        await body(send)

    async with serving(HostedApplication(http_only(app))) as served:
        reader, writer = await served.connect()
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport has it
        writer.write(GET)
        previous = -1
        while sent != previous:
            previous = sent
            await asyncio.sleep(0.1)
        assert 0 < sent < 50_000_000
        writer.transport.resume_reading()  # type: ignore[attr-defined]  # as above
        total = 0
        while data := await asyncio.wait_for(reader.read(1 << 20), PATIENCE):
            total += len(data)
        assert total > 100_000_000
        writer.close()


# Clients that go away.


async def leave_during(
    handler: Handler, request: bytes = GET, *, when: Callable[[], object], grace_seconds: float = 5
) -> None:
    """Ask, and go away once `when` is true; returns when the server has stopped."""
    hosted = HostedApplication(http_only(handler), grace_seconds=grace_seconds)
    async with serving(hosted) as served:
        _, writer = await served.connect()
        writer.write(request)
        await until(when)
        writer.transport.abort()
        await until(lambda: not served.server.context.connections)


async def test_an_application_hears_that_its_client_left() -> None:
    events: list[object] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        events.append(await receive())
        events.append(await receive())
        with pytest.raises(ClientGone):
            await start(send)
        await asyncio.sleep(0.01)  # not cancelled: it may clean up
        events.append("clean")

    await leave_during(app, when=lambda: events)
    assert events[1:] == [{"type": "http.disconnect"}, "clean"]


async def test_what_it_awaits_is_not_cancelled_with_its_client() -> None:
    work: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    began, committed = asyncio.Event(), asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        began.set()
        await work
        committed.set()

    hosted = HostedApplication(http_only(app))
    async with serving(hosted) as served:
        _, writer = await served.connect()
        writer.write(GET)
        await began.wait()
        writer.transport.abort()
        await until(lambda: not served.server.context.connections)
        assert not work.done()
        work.set_result(None)
        await asyncio.wait_for(committed.wait(), PATIENCE)


async def test_one_that_does_not_listen_is_cancelled_after_the_grace() -> None:
    began, cancelled = asyncio.Event(), asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    await leave_during(app, when=began.is_set, grace_seconds=0.02)
    await asyncio.wait_for(cancelled.wait(), PATIENCE)


@pytest.mark.parametrize("size", [1, MAX_WAITING_BYTES])
async def test_a_stream_ends_when_its_client_leaves(size: int) -> None:
    sent, failures = [], []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        try:
            while True:
                await body(send, b"x" * size, more=True)
                sent.append(True)
                await asyncio.sleep(0.001)
        except OSError as error:
            failures.append(error)
            raise

    await leave_during(app, when=lambda: len(sent) > 3)
    assert len(failures) == 1


async def test_a_client_that_leaves_in_the_middle_of_its_body() -> None:
    messages: list[Message] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        while not messages or messages[-1]["type"] != "http.disconnect":
            messages.append(await receive())

    request = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n" + CLOSE + b"\r\nab"
    await leave_during(app, request, when=lambda: messages)
    assert [message["type"] for message in messages] == ["http.request", "http.disconnect"]


async def test_a_body_too_slow_is_408() -> None:
    limits = Limits(body_idle_timeout_seconds=0.05, drain_seconds=1, linger_seconds=0.1)
    async with serving(HostedApplication(http_only(echo)), limits=limits) as served:
        answer = await served.exchange(
            b"POST / HTTP/1.1\r\nContent-Length: 4\r\n" + CLOSE + b"\r\nab"
        )
    assert answer.startswith(b"HTTP/1.1 408")


async def test_leaving_is_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    began = asyncio.Event()

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        began.set()
        await receive()
        await receive()
        raise RuntimeError("ClientDisconnect")

    with caplog.at_level(logging.INFO):
        await leave_during(app, when=began.is_set)
    assert "ClientDisconnect" not in caplog.text


async def test_stopping_ends_what_still_runs() -> None:
    began, cancelled = asyncio.Event(), asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        await body(send, b"hello")
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    await answer_to(app, grace_seconds=0.02)
    assert began.is_set()
    assert cancelled.is_set()


async def test_a_stream_of_events_does_not_hold_up_a_stop() -> None:
    heard: list[Message] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await start(send, (b"content-type", b"text/event-stream; charset=utf-8"))
        await body(send, b": \n\n", more=True)
        await receive()
        heard.append(await receive())

    limits = Limits(drain_seconds=600, idle_drain_seconds=0.05)
    async with serving(HostedApplication(http_only(app)), limits=limits) as served:
        reader, writer = await served.connect()
        writer.write(GET)
        await reader.readuntil(b": \n\n")
    assert heard == [{"type": "http.disconnect"}]
    writer.close()


# Other scopes.


async def test_a_websocket_is_refused() -> None:
    called = []

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        called.append(True)

    answer = await answer_to(
        app,
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 501")
    assert not called


def with_lifespan(
    handle: Callable[[Scope, Receive, Send], Awaitable[None]], http: Handler = echo
) -> Application:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await (handle if scope["type"] == "lifespan" else http)(scope, receive, send)

    return application


async def test_lifespan_surrounds_all_requests() -> None:
    events: list[object] = []

    async def live(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["asgi"] == {"version": "3.0", "spec_version": "2.0"}
        scope["state"]["pool"] = pool
        events.append((await receive())["type"])
        await send({"type": "lifespan.startup.complete"})
        events.append((await receive())["type"])
        await asyncio.sleep(0.01)
        await send({"type": "lifespan.shutdown.complete"})
        events.append("end")

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        assert scope["state"]["pool"] is pool
        scope["state"]["mine"] = True
        events.append(sorted(scope["state"]))
        await start(send)
        await body(send, b"hello")

    pool = object()
    async with serving(HostedApplication(with_lifespan(live, app))) as served:
        assert events == ["lifespan.startup"]
        for _ in range(2):
            assert (await served.exchange(GET)).endswith(b"hello")
    assert events == [
        "lifespan.startup",
        ["mine", "pool"],
        ["mine", "pool"],
        "lifespan.shutdown",
        "end",
    ]


async def test_a_failed_startup_stops_the_server_with_its_message() -> None:
    async def live(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})
        raise RuntimeError("no database")

    with pytest.raises(StartupFailed, match="no database"):
        async with serving(HostedApplication(with_lifespan(live))):
            pass


async def misunderstand(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send)


async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError("broken")


async def fail_after_asking(_scope: Scope, receive: Receive, _send: Send) -> None:
    await receive()
    raise RuntimeError("broken")


async def return_at_once(_scope: Scope, _receive: Receive, _send: Send) -> None: ...


@pytest.mark.parametrize("live", [misunderstand, fail, fail_after_asking, return_at_once])
async def test_applications_without_lifespan_are_served(
    live: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(HostedApplication(with_lifespan(live))) as served:
        assert (await served.exchange(GET)).startswith(b"HTTP/1.1 200")
    assert ("broken" in caplog.text) == (live is fail_after_asking)


async def test_a_shutdown_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def live(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.failed", "message": "it clings"})

    async with serving(HostedApplication(with_lifespan(live))):
        pass
    assert "it clings" in caplog.text


async def test_a_shutdown_that_hangs_is_ended(caplog: pytest.LogCaptureFixture) -> None:
    ended = asyncio.Event()

    async def live(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with serving(HostedApplication(with_lifespan(live), shutdown_seconds=0.02)):
        pass
    assert ended.is_set()
    assert "did not confirm" in caplog.text


async def test_no_exchange_is_left_behind() -> None:
    hosted = HostedApplication(http_only(echo))
    async with serving(hosted) as served:
        for _ in range(3):
            await served.exchange(GET)
        await asyncio.sleep(0)
        assert not hosted._running


async def test_a_repeated_head_says_nothing_of_the_peer() -> None:
    head = parse_head(b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.9\r\n\r\n", Limits())
    scopes: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        scopes.append(scope)
        await start(send)
        await body(send)

    hosted = HostedApplication(app)
    for peer in (
        Peer(address="192.0.2.1", port=1),
        Peer(address="192.0.2.2", port=2, secure=True),
        Peer(),
    ):
        await hosted.handle(Request(head, peer=peer))
    assert [(scope["client"], scope["scheme"]) for scope in scopes] == [
        (("192.0.2.1", 1), "http"),
        (("192.0.2.2", 2), "https"),
        (None, "http"),
    ]


async def test_the_table_of_heads_is_bounded() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await start(send)
        await body(send)

    hosted = HostedApplication(app)
    for _ in range(1000):
        head = parse_head(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", Limits())
        await hosted.handle(Request(head, peer=Peer()))
    assert len(hosted._templates) <= 512
