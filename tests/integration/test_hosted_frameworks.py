"""Applications of Starlette and FastAPI on our server.

They lean on more of the specification than an application written by hand: sending
from child tasks, listening for a disconnect beside the work, work after the response.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.serving import serving

from drystone.asgi.guest import HostedApplication
from drystone.asgi.lifespan import StartupFailed

applications = pytest.importorskip("starlette.applications")
background = pytest.importorskip("starlette.background")
base = pytest.importorskip("starlette.middleware.base")
fastapi = pytest.importorskip("fastapi")
gzip = pytest.importorskip("starlette.middleware.gzip")
middlewares = pytest.importorskip("starlette.middleware")
requests = pytest.importorskip("starlette.requests")
responses = pytest.importorskip("starlette.responses")
routing = pytest.importorskip("starlette.routing")

PATIENCE = 10
Base: Any = base.BaseHTTPMiddleware


@asynccontextmanager
async def talking_to(application: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(HostedApplication(application)) as served,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}") as http,
    ):
        yield http


class Passing(Base):  # type: ignore[misc]  # Any, where it is not installed
    """Runs the rest of the application in a child task."""

    async def dispatch(self, request: Any, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers["x-passed"] = "1"
        return response


async def describe(request: Any) -> Any:
    return responses.JSONResponse(
        {
            "path": request.url.path,
            "query": dict(request.query_params),
            "body": (await request.body()).decode(),
            "state": request.state.name,
            "cookies": request.cookies,
        }
    )


async def count(_request: Any) -> Any:
    async def numbers() -> AsyncIterator[bytes]:
        for number in range(200):
            yield b"%d," % number
            await asyncio.sleep(0)

    return responses.StreamingResponse(numbers(), media_type="text/plain")


async def consume(request: Any) -> Any:
    size = 0
    async for piece in request.stream():
        size += len(piece)
    return responses.PlainTextResponse(str(size))


async def fail(_request: Any) -> Any:
    raise LookupError("a secret")


async def send_this_file(_request: Any) -> Any:
    return responses.FileResponse(__file__)


@asynccontextmanager
async def lifespan(_application: Any) -> AsyncIterator[dict[str, str]]:
    yield {"name": "drystone"}


def build(*middleware: type) -> Any:
    routes = [
        routing.Route("/describe", describe, methods=["GET", "POST"]),
        routing.Route("/count", count),
        routing.Route("/consume", consume, methods=["POST"]),
        routing.Route("/fail", fail),
        routing.Route("/file", send_this_file),
    ]
    return applications.Starlette(
        routes=[routing.Mount("/app", routes=routes)],
        middleware=[middlewares.Middleware(each) for each in middleware],
        lifespan=lifespan,
    )


@pytest.mark.parametrize(
    "middleware", [(), (Passing,), (Passing, Passing), (gzip.GZipMiddleware, Passing)]
)
async def test_starlette(middleware: tuple[type, ...]) -> None:
    async with talking_to(build(*middleware)) as http:
        answer = await http.post("/app/describe?a=1", content="héllo", headers={"cookie": "a=b"})
        assert answer.json() == {
            "path": "/app/describe",
            "query": {"a": "1"},
            "body": "héllo",
            "state": "drystone",
            "cookies": {"a": "b"},
        }
        assert (answer.headers.get("x-passed") == "1") == (Passing in middleware)
        assert (await http.get("/app/count")).text == "".join(f"{n}," for n in range(200))
        assert (await http.head("/app/count")).text == ""
        assert (await http.post("/app/consume", content=b"x" * 500_000)).text == "500000"
        assert (await http.get("/app/absent")).status_code == 404
        assert (await http.put("/app/count")).status_code == 405
        answer = await http.get("/app/file")
        assert answer.content == Path(__file__).read_bytes()
        assert (await http.head("/app/file")).headers["content-length"]


@pytest.mark.parametrize("middleware", [(), (Passing,)])
async def test_failures(middleware: tuple[type, ...], caplog: pytest.LogCaptureFixture) -> None:
    async with talking_to(build(*middleware)) as http:
        answer = await http.get("/app/fail")
    # Starlette answers for itself and then raises again, for the server's log.
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert "LookupError: a secret" in caplog.text


async def test_a_lifespan_that_fails_stops_the_server() -> None:
    @asynccontextmanager
    async def broken(application: Any) -> AsyncIterator[None]:
        if application is not None:
            raise LookupError("no database")
        yield

    with pytest.raises(StartupFailed, match="no database"):
        async with serving(HostedApplication(applications.Starlette(lifespan=broken))):
            pass


@pytest.mark.parametrize("middleware", [(), (Passing,)])
async def test_background_work_keeps_no_client_waiting(middleware: tuple[type, ...]) -> None:
    may_go_on, done = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await may_go_on.wait()
        done.set()

    async def respond(_request: Any) -> Any:
        return responses.PlainTextResponse("hello", background=background.BackgroundTask(work))

    application = applications.Starlette(
        routes=[routing.Route("/", respond)],
        middleware=[middlewares.Middleware(each) for each in middleware],
    )
    async with talking_to(application) as http:
        assert (await http.get("/")).text == "hello"
        assert not done.is_set()
        may_go_on.set()
        await asyncio.wait_for(done.wait(), PATIENCE)


@pytest.mark.parametrize("middleware", [(), (Passing,)])
async def test_a_stream_learns_that_its_client_left(middleware: tuple[type, ...]) -> None:
    ended = asyncio.Event()

    async def ticks() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"tick"
                await asyncio.sleep(0.005)
        finally:
            ended.set()

    async def respond(_request: Any) -> Any:
        return responses.StreamingResponse(ticks())

    application = applications.Starlette(
        routes=[routing.Route("/", respond)],
        middleware=[middlewares.Middleware(each) for each in middleware],
    )
    async with serving(HostedApplication(application)) as served:
        reader, writer = await served.connect()
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await reader.readuntil(b"tick")
        writer.transport.abort()
        await asyncio.wait_for(ended.wait(), PATIENCE)


async def test_reading_the_body_of_a_client_that_left() -> None:
    heard: list[Exception] = []
    began = asyncio.Event()

    async def respond(request: Any) -> Any:
        try:
            async for _ in request.stream():
                began.set()
        except requests.ClientDisconnect as error:
            heard.append(error)
            raise
        return responses.PlainTextResponse("never")

    application = applications.Starlette(routes=[routing.Route("/", respond, methods=["POST"])])
    async with serving(HostedApplication(application)) as served:
        _, writer = await served.connect()
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab")
        await began.wait()
        writer.transport.abort()
        async with asyncio.timeout(PATIENCE):
            while not heard:
                await asyncio.sleep(0.005)


async def test_is_disconnected_tells_the_present() -> None:
    seen: list[bool] = []
    began = asyncio.Event()

    async def respond(request: Any) -> Any:
        seen.append(await request.is_disconnected())
        began.set()
        while not seen[-1]:
            await asyncio.sleep(0.005)
            seen.append(await request.is_disconnected())
        return responses.PlainTextResponse("nobody reads this")

    async with serving(
        HostedApplication(applications.Starlette(routes=[routing.Route("/", respond)]))
    ) as served:
        _, writer = await served.connect()
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await began.wait()
        assert seen == [False]
        writer.transport.abort()
        async with asyncio.timeout(PATIENCE):
            while not seen[-1]:
                await asyncio.sleep(0.005)


async def create(number: int, item: dict[str, int]) -> dict[str, int]:
    return {"number": number, "sum": sum(item.values())}


def synchronous() -> dict[str, bool]:
    return {"in_thread": threading.current_thread() is not threading.main_thread()}


async def test_fastapi() -> None:
    application = fastapi.FastAPI()
    application.post("/items/{number}")(create)
    application.get("/sync")(synchronous)
    async with talking_to(application) as http:
        answer = await http.post("/items/7", json={"a": 1, "b": 2})
        assert answer.json() == {"number": 7, "sum": 3}
        assert (await http.post("/items/x", json={})).status_code == 422
        assert (await http.get("/sync")).json() == {"in_thread": True}
        assert (await http.get("/openapi.json")).json()["openapi"].startswith("3.")
