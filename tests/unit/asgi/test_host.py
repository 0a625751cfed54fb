"""A service as an ASGI application: by hand, under httpx, and behind uvicorn."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from tests.serving import Served, serving

from drystone.asgi.guest import HostedApplication
from drystone.asgi.host import AsgiApplication
from drystone.asgi.protocol import Message
from drystone.errors import Conflict
from drystone.http.events import Event, event_stream
from drystone.http.limits import Limits
from drystone.http.request import Request
from drystone.http.response import ByteStream, Response, Upgrade
from drystone.http.service import Service

PATIENCE = 10


class Calls(Service):
    """A service of one function, which notes how it is treated."""

    def __init__(self, handler: Callable[[Request], Awaitable[Response]]) -> None:
        self._handler = handler
        self.calls: list[str] = []

    async def start(self) -> None:
        self.calls.append("start")

    async def handle(self, request: Request) -> Response:
        return await self._handler(request)

    def drain(self) -> None:
        self.calls.append("drain")

    async def stop(self) -> None:
        self.calls.append("stop")


def host(handler: Callable[[Request], Awaitable[Response]], **options: Any) -> AsgiApplication:
    return AsgiApplication(Calls(handler), **options)


def client(handler: Callable[[Request], Awaitable[Response]], **options: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(host(handler, **options))
    return httpx.AsyncClient(transport=transport, base_url="http://example.org")


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        await asyncio.sleep(0)
        yield piece


# Under httpx.


async def test_a_request_and_its_answer() -> None:
    async def handler(request: Request) -> Response:
        response = Response.json(
            {
                "path": request.path,
                "query": request.query.get("q"),
                "agent": request.headers["X-Agent"],
                "body": (await request.bytes()).decode(),
                "client": request.client,
                "host": request.host,
                "scheme": request.scheme,
            },
            status=201,
        )
        response.set_cookie("a", "1", secure=False)
        response.set_cookie("b", "2", secure=False)
        response.headers["Connection"] = "close"
        return response

    async with client(handler) as http:
        answer = await http.post("/caf\xe9?q=a%20b", headers={"X-Agent": "7"}, content="héllo")
    assert answer.status_code == 201
    assert answer.json() == {
        "path": "/café",
        "query": "a b",
        "agent": "7",
        "body": "héllo",
        "client": "127.0.0.1",
        "host": "example.org",
        "scheme": "http",
    }
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert len(answer.headers.get_list("set-cookie")) == 2
    assert "connection" not in answer.headers


async def test_bodies_are_streamed_both_ways() -> None:
    async def handler(request: Request) -> Response:
        return Response(stream=request.stream())

    async with client(handler) as http:
        answer = await http.post("/", content=pieces(b"a", b"", b"b" * 100_000))
    assert answer.content == b"a" + b"b" * 100_000
    assert "content-length" not in answer.headers


async def test_a_declared_length_is_kept() -> None:
    async def handler(_request: Request) -> Response:
        return Response(stream=pieces(b"ab", b"c"), headers=[("Content-Length", "3")])

    async with client(handler) as http:
        answer = await http.get("/")
        assert (answer.headers["content-length"], answer.content) == ("3", b"abc")


@pytest.mark.parametrize("content", [(b"ab",), (b"ab", b"cd")])
async def test_a_stream_of_another_length_fails(content: tuple[bytes, ...]) -> None:
    async def handler(_request: Request) -> Response:
        return Response(stream=pieces(*content), headers=[("Content-Length", "3")])

    async with client(handler) as http:
        with pytest.raises(Exception, match="declared"):
            await http.get("/")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("response", "length"),
    [
        (lambda: Response.text("hello"), "5"),
        (Response.empty, None),
        (lambda: Response.empty(304), None),
        (lambda: Response(stream=pieces(b"ab"), headers=[("Content-Length", "2")]), "2"),
        (lambda: Response(stream=pieces(b"ab")), None),
        (lambda: Response(b"", status=200), "0"),
    ],
)
async def test_lengths_and_bodies(
    method: str, response: Callable[[], Response], length: str | None
) -> None:
    messages = await run(method=method, handler=response)
    head, *rest = messages
    assert dict(head["headers"]).get(b"content-length") == (length and length.encode())
    content = b"".join(message["body"] for message in rest)
    expects = method == "GET" and head["status"] == 200
    assert bool(content) == (expects and length != "0")
    assert [message["more_body"] for message in rest][-1] is False


async def test_head_may_declare_what_it_does_not_have() -> None:
    messages = await run(
        method="HEAD", handler=lambda: Response(headers=[("Content-Length", "1000")])
    )
    assert dict(messages[0]["headers"])[b"content-length"] == b"1000"


async def run(
    *,
    handler: Callable[[], Response],
    method: str = "GET",
    incoming: list[Message] | None = None,
    **changes: Any,
) -> list[Message]:
    """Call the application by hand; the client stays until the end."""
    messages: list[Message] = []
    left = list(incoming or [{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        if left:
            return left.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        messages.append(message)

    async def handle(_request: Request) -> Response:
        return handler()

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(b"host", b"a")],
    }
    await asyncio.wait_for(host(handle)(scope | changes, receive, send), PATIENCE)
    return messages


# Failures.


async def test_problems_and_failures_are_answered(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(request: Request) -> Response:
        if request.path == "/problem":
            raise Conflict("It is taken.")
        raise LookupError("a secret")

    async with client(handler) as http:
        answer = await http.get("/problem")
        assert (answer.status_code, answer.json()["detail"]) == (409, "It is taken.")
        answer = await http.get("/failure")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "LookupError: a secret" in caplog.text


async def test_a_malformed_request_never_reaches_the_service() -> None:
    async def handler(_request: Request) -> Response:
        raise AssertionError

    async with client(handler) as http:
        assert (await http.get("/%00")).status_code == 400
        assert (await http.get("/", headers={"host": "a/b"})).status_code == 400


@pytest.mark.parametrize(
    "response",
    [
        lambda: Response.redirect("/a\r\nset-cookie: x"),
        lambda: Response(headers=[("X Y", "1")]),
        lambda: Response(headers=[("X", "€")]),
        lambda: Response(status=101),
        lambda: Response(status=99),
        lambda: Response(stream=pieces(b"a"), headers=[("Content-Length", "x")]),
    ],
)
async def test_what_cannot_be_sent_is_500(
    response: Callable[[], Response], caplog: pytest.LogCaptureFixture
) -> None:
    messages = await run(handler=response)
    assert messages[0]["status"] == 500
    assert "response withheld" in caplog.text


async def test_a_stream_that_fails_is_left_to_the_server() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a"
        raise LookupError("broken")

    with pytest.raises(LookupError):
        await run(handler=lambda: Response(stream=broken()))


async def test_an_upgrade_is_501() -> None:
    async def takeover(_stream: ByteStream) -> None:
        raise AssertionError

    messages = await run(handler=lambda: Upgrade("websocket", takeover))
    assert messages[0]["status"] == 501


async def test_a_body_over_the_limit_is_413() -> None:
    async def handler(request: Request) -> Response:
        await request.bytes()
        raise AssertionError

    async with client(handler, limits=Limits(max_body_bytes=10)) as http:
        assert (await http.post("/", content=b"x" * 11)).status_code == 413
        assert (await http.post("/", content=pieces(b"x" * 6, b"x" * 6))).status_code == 413


# Lifespan and other scopes.


async def converse(application: AsgiApplication, scope_type: str, *events: str) -> list[Message]:
    incoming = [{"type": event} for event in events]
    messages: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        messages.append(message)

    await application({"type": scope_type}, receive, send)
    return messages


async def never(_request: Request) -> Response:
    raise AssertionError


async def test_lifespan() -> None:
    service = Calls(never)
    messages = await converse(
        AsgiApplication(service), "lifespan", "lifespan.startup", "lifespan.shutdown"
    )
    assert messages == [
        {"type": "lifespan.startup.complete"},
        {"type": "lifespan.shutdown.complete"},
    ]
    assert service.calls == ["start", "drain", "stop"]


@pytest.mark.parametrize("moment", ["start", "stop"])
async def test_lifespan_failures(
    moment: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise RuntimeError("no database")

    service = Calls(never)
    monkeypatch.setattr(service, moment, fail)
    messages = await converse(
        AsgiApplication(service), "lifespan", "lifespan.startup", "lifespan.shutdown"
    )
    kind = "startup" if moment == "start" else "shutdown"
    assert messages[-1] == {"type": f"lifespan.{kind}.failed", "message": "no database"}
    assert "no database" in caplog.text


async def test_other_scopes() -> None:
    messages = await converse(host(never), "websocket", "websocket.connect")
    assert [message["type"] for message in messages] == ["websocket.close"]
    with pytest.raises(ValueError, match="telegraph"):
        await converse(host(never), "telegraph")


# Clients that leave.


async def test_a_client_that_leaves_cancels_the_handler() -> None:
    began, gone, cancelled = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handler(_request: Request) -> Response:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        raise AssertionError

    incoming = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if incoming:
            return incoming.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        raise AssertionError

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "headers": [(b"host", b"a")],
    }
    call = asyncio.create_task(host(handler)(scope, receive, send))
    await began.wait()
    gone.set()
    await asyncio.wait_for(call, PATIENCE)
    assert cancelled.is_set()


async def test_a_server_that_ends_the_call_ends_the_handler() -> None:
    began, cancelled = asyncio.Event(), asyncio.Event()

    async def handler(_request: Request) -> Response:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    async with client(handler) as http:
        call = asyncio.create_task(http.get("/"))
        await began.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert cancelled.is_set()


# Behind uvicorn, and behind our own server: both doors at once.


@asynccontextmanager
async def behind_uvicorn(application: Any, http: str) -> AsyncIterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            application, http=http, ws="none", loop="asyncio", lifespan="on", log_config=None
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server._serve([listener]))
        async with asyncio.timeout(PATIENCE):
            while not server.started:
                await asyncio.sleep(0.005)
        try:
            yield Served(listener.getsockname()[1], None)  # type: ignore[arg-type]  # not ours
        finally:
            server.should_exit = True
            await running


@asynccontextmanager
async def behind(name: str, service: Service) -> AsyncIterator[Served]:
    application = AsgiApplication(service)
    if name == "drystone":
        async with serving(HostedApplication(application)) as served:
            yield served
    else:
        async with behind_uvicorn(application, name) as served:
            yield served


SERVERS = pytest.mark.parametrize("name", ["httptools", "h11", "drystone"])


@SERVERS
async def test_behind_a_server(name: str) -> None:
    async def handler(request: Request) -> Response:
        if request.path == "/stream":
            return Response(stream=pieces(b"a" * 1000, b"b" * 1000))
        content = await request.bytes()
        return Response.text(f"{request.method} {request.path} {len(content)}")

    service = Calls(handler)
    async with behind(name, service) as served:
        assert service.calls == ["start"]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}") as http:
            assert (await http.get("/caf\xe9")).text == "GET /café 0"
            assert (await http.post("/", content=b"x" * 300_000)).text == "POST / 300000"
            assert (await http.post("/", content=pieces(b"ab", b"c"))).text == "POST / 3"
            assert (await http.get("/stream")).content == b"a" * 1000 + b"b" * 1000
            head = await http.head("/")
            assert (head.headers["content-length"], head.content) == ("8", b"")
            assert (await http.get("/a%2fb")).status_code == 400
    assert service.calls == ["start", "drain", "stop"]


@SERVERS
async def test_a_client_that_leaves_a_server(name: str) -> None:
    ended: list[str] = []
    began = asyncio.Event()

    async def ticks() -> AsyncIterator[Event]:
        try:
            yield Event("tick")
            await asyncio.Event().wait()
        finally:
            ended.append("stream")

    async def handler(request: Request) -> Response:
        if request.path == "/events":
            return event_stream(ticks())
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("handler")
        raise AssertionError

    async with behind(name, Calls(handler)) as served:
        reader, writer = await served.connect()
        writer.write(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        await reader.readuntil(b"data: tick\n\n")
        writer.transport.abort()
        _, writer = await served.connect()
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await began.wait()
        writer.transport.abort()
        async with asyncio.timeout(PATIENCE):
            while len(ended) < 2:
                await asyncio.sleep(0.005)


@SERVERS
async def test_a_broken_stream_is_seen_as_such(name: str, caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a" * 1000
        await asyncio.sleep(0.01)
        raise LookupError("broken")

    async def handler(_request: Request) -> Response:
        return Response(stream=broken())

    caplog.set_level(logging.CRITICAL, "uvicorn.error")
    async with behind(name, Calls(handler)) as served, httpx.AsyncClient() as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(f"http://127.0.0.1:{served.port}/")
