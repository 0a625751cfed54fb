"""The application as a whole: declared, started, asked through its chain, stopped."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator

import pytest
from tests import client

from drystone.app import App
from drystone.errors import BadRequest, NotFound, Overloaded
from drystone.http.body import ClientDisconnected
from drystone.http.parts.peer import Peer
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.chain import Handler
from drystone.routing.middleware.cors import CORS
from drystone.routing.pattern import RouteError
from drystone.routing.router import Router
from drystone.settings import SettingsError

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

SECURITY = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


async def ok(request: Request) -> Response:
    return Response.json({"template": request.template, "id": request.id})


@pytest.fixture(autouse=True)
def access_entries(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, logger="drystone.access")
    return caplog


def entries(caplog: pytest.LogCaptureFixture) -> list[tuple[object, ...]]:
    return [
        (record.levelname, vars(record)["method"], vars(record)["route"], vars(record)["status"])
        for record in caplog.records
        if record.name == "drystone.access"
    ]


# Addresses.


async def test_routes_are_relative_to_the_api_and_root_routes_are_not() -> None:
    app = App()
    app.get("/tasks/{id}", name="task")(ok)
    app.root.get("/robots.txt", name="robots")(ok)
    admin = Router()
    admin.get("/users")(ok)
    app.mount("/admin", admin)
    async with client.started(app):
        for target, template in [
            ("/api/v1/tasks/7", "/api/v1/tasks/{id}"),
            ("/robots.txt", "/robots.txt"),
            ("/api/v1/admin/users", "/api/v1/admin/users"),
        ]:
            assert (await client.get(app, target)).json()["template"] == template
        for target in ("/tasks/7", "/api/v1/robots.txt", "/admin/users", "/"):
            assert (await client.get(app, target)).status == 404
        assert app.url_for("task", id="a b") == "/api/v1/tasks/a%20b"
        assert app.url_for("robots") == "/robots.txt"


async def test_the_chain_of_each_route_can_be_listed_before_the_start() -> None:
    async def audit(request: Request, proceed: Handler) -> Response:
        return await proceed(request)

    app = App(
        middleware=[audit],
        allowed_hosts=["api.example.org"],
        cors=CORS(["https://app.example.org"]),
    )
    app.get("/tasks")(ok)
    app.get("/events", timeout_seconds=None)(ok)
    described = {route.path: route for route in app.routes()}
    outer = ("RequestID", "AccessLog", "SecurityHeaders", "CORS", "Compression", "Errors")
    inner = (*outer, "HostCheck", "DevelopmentCaller", audit.__qualname__)
    assert described["/api/v1/tasks"].middleware == (*inner, "Timeout", "BodyLimit")
    assert described["/api/v1/events"].middleware == (*inner, "BodyLimit")
    platform = {"/healthz", "/readyz", "/openapi.json", "/docs", "/docs/{file}"}
    platform |= {"/problems", "/problems/{code}"}
    assert set(described) == {"/api/v1/tasks", "/api/v1/events", *platform}


# What every answer carries.


async def test_every_answer_carries_an_id_and_the_security_fields(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = App()
    app.get("/tasks")(ok)

    @app.get("/broken")
    async def broken(_request: Request) -> Response:
        raise RuntimeError("secret")

    async with client.started(app):
        for target, status in [
            ("/api/v1/tasks", 200),
            ("/api/v1/tasks/", 308),
            ("/api/v1/none", 404),
            ("/api/v1/../etc", 400),
            ("/api/v1/broken", 500),
        ]:
            answer = await client.get(app, target, headers={"X-Request-ID": "mine"})
            assert answer.status == status
            assert answer.headers["x-request-id"] == "mine"
            assert answer.headers.items() >= SECURITY.items()
            if status >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["request_id"] == "mine"
                assert "secret" not in answer.body.decode()
    assert [status for *_, status in entries(caplog)] == [200, 308, 404, 400, 500]


async def test_the_methods_of_a_route_are_told_and_kept_to() -> None:
    app = App()
    app.get("/tasks")(ok)
    async with client.started(app):
        refused = await client.request(app, "PUT", "/api/v1/tasks")
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        told = await client.request(app, "OPTIONS", "/api/v1/tasks")
        assert (told.status, told.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
        head = await client.request(app, "HEAD", "/api/v1/tasks")
        assert (head.status, head.body) == (200, b"")


async def test_malformed_bytes_are_answered_like_anything_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = App()
    async with client.started(app):
        response = app.refuse(BadRequest("No Host."), Peer(address="192.0.2.9", secure=True))
    headers = {name.lower(): value for name, value in response.headers.items()}
    assert response.status == 400
    assert UUID7.fullmatch(headers["x-request-id"])
    assert json.loads(response.body)["request_id"] == headers["x-request-id"]
    assert headers.items() >= SECURITY.items()
    assert "strict-transport-security" in headers
    assert entries(caplog) == [("INFO", "", "", 400)]


async def test_a_refusal_keeps_the_fields_of_its_problem() -> None:
    response = App().refuse(Overloaded(), Peer())
    assert response.headers["Retry-After"] == "1"


async def test_a_client_that_goes_away_is_noted_and_passed_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = App()

    @app.get("/tasks")
    async def gone(_request: Request) -> Response:
        raise ClientDisconnected

    async with client.started(app):
        with pytest.raises(ClientDisconnected):
            await app.handle(client.make_request("GET", "/api/v1/tasks"))
    assert entries(caplog) == [("INFO", "GET", "/api/v1/tasks", 499)]


async def test_other_sites_and_hosts_are_told_apart() -> None:
    app = App(
        allowed_hosts=["api.example.org"],
        cors=CORS(["https://app.example.org"]),
    )
    app.get("/tasks")(ok)
    async with client.started(app):
        evil = await client.get(
            app,
            "/api/v1/tasks",
            headers={"Host": "evil.test", "Origin": "https://app.example.org"},
        )
        assert (evil.status, evil.json()["code"]) == (421, "misdirected_request")
        assert evil.headers["access-control-allow-origin"] == "https://app.example.org"
        good = await client.get(app, "/api/v1/tasks", headers={"Host": "api.example.org"})
        assert (good.status, good.headers["vary"]) == (200, "Origin")
        for target in ("/healthz", "/readyz"):
            assert (await client.get(app, target, headers={"Host": "10.0.0.1"})).status == 200


@pytest.mark.parametrize(
    "field", ["X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Host"]
)
async def test_fields_that_caches_do_not_know_of_change_nothing(field: str) -> None:
    app = App()
    app.get("/tasks")(ok)
    async with client.started(app):
        plain = await client.get(app, "/api/v1/tasks", headers={"X-Request-ID": "r"})
        answer = await client.get(
            app, "/api/v1/tasks", headers={"X-Request-ID": "r", field: "/healthz"}
        )
        assert (answer.status, answer.headers, answer.body) == (
            plain.status,
            plain.headers,
            plain.body,
        )
        assert (await client.get(app, "/api/v1/tasks/x.css")).status == 404


async def test_bounds_of_the_application_hold_unless_a_route_has_its_own() -> None:
    app = App(timeout_seconds=0.01, max_body_bytes=4)

    @app.post("/slow")
    async def slow(request: Request) -> Response:
        return Response(await request.bytes()) if request.query else await forever()

    async def forever() -> Response:
        await asyncio.Event().wait()
        return Response()

    @app.post("/large", max_body_bytes=8)
    async def large(request: Request) -> Response:
        return Response(await request.bytes())

    async with client.started(app):
        assert (await client.post(app, "/api/v1/slow")).status == 504
        assert (await client.post(app, "/api/v1/slow", content=b"12345")).status == 413
        assert (await client.post(app, "/api/v1/large", content=b"12345")).body == b"12345"
        assert (await client.post(app, "/api/v1/large", content=b"123456789")).status == 413


async def test_large_answers_are_compressed_and_errors_are_too() -> None:
    app = App()

    @app.get("/long")
    async def long(_request: Request) -> Response:
        raise NotFound("no such task " * 200)

    async with client.started(app):
        answer = await client.get(app, "/api/v1/long", headers={"Accept-Encoding": "gzip"})
        assert (answer.status, answer.headers["content-encoding"]) == (404, "gzip")


async def test_middleware_of_the_application_sees_every_request() -> None:
    seen: list[str] = []

    async def audit(request: Request, proceed: Handler) -> Response:
        seen.append(request.path)
        if request.path == "/api/v1/closed":
            raise NotFound
        return await proceed(request)

    app = App(middleware=[audit])
    app.get("/closed")(ok)
    async with client.started(app):
        assert (await client.get(app, "/api/v1/closed")).status == 404
        assert (await client.get(app, "/none")).status == 404
    assert seen == ["/api/v1/closed", "/none"]


async def test_a_bare_application_adds_nothing() -> None:
    app = App(defaults=False)
    app.get("/tasks")(ok)
    async with client.started(app):
        answer = await client.get(app, "/api/v1/tasks")
        assert answer.headers == {"content-type": "application/json"}
        assert (await client.get(app, "/healthz")).status == 404
        assert app.refuse(BadRequest(), Peer()).headers.get("X-Request-ID") is None
    assert [route.middleware for route in app.routes()] == [()]


# Lifespans.


def recording(app: App, name: str, trace: list[str], *, fails: bool = False) -> None:
    @app.lifespan
    async def lifespan(_app: App) -> AsyncIterator[None]:
        if fails:
            raise ConnectionError(name)
        trace.append(f"open {name}")
        try:
            yield
        finally:
            trace.append(f"close {name}")


async def test_lifespans_are_entered_in_order_and_left_in_reverse() -> None:
    app, trace = App(), list[str]()
    recording(app, "a", trace)
    recording(app, "b", trace)
    async with client.started(app):
        assert trace == ["open a", "open b"]
    assert trace == ["open a", "open b", "close b", "close a"]


async def test_a_start_that_fails_closes_what_was_open() -> None:
    app, trace = App(), list[str]()
    recording(app, "a", trace)
    recording(app, "b", trace, fails=True)
    recording(app, "c", trace)
    with pytest.raises(ConnectionError):
        await app.start()
    assert trace == ["open a", "close a"]


async def test_what_a_lifespan_opens_is_there_for_handlers() -> None:
    app = App()

    @app.lifespan
    async def pool(app: App) -> AsyncIterator[None]:
        app.state.pool = "open"
        yield
        app.state.pool = "closed"

    @app.get("/pool")
    async def read(_request: Request) -> Response:
        return Response.text(app.state.pool)

    async with client.started(app):
        assert (await client.get(app, "/api/v1/pool")).body == b"open"
    assert app.state.pool == "closed"


async def test_an_application_can_be_started_again() -> None:
    app, trace = App(), list[str]()
    app.get("/tasks")(ok)
    recording(app, "a", trace)
    for _ in range(2):
        async with client.started(app):
            assert (await client.get(app, "/api/v1/tasks")).status == 200
            assert (await client.get(app, "/readyz")).status == 200
            app.drain()
    assert trace == ["open a", "close a"] * 2


async def test_nothing_is_answered_before_the_start_and_after_the_stop() -> None:
    app = App()
    request = client.make_request("GET", "/healthz")
    with pytest.raises(RuntimeError, match="has not started"):
        await app.handle(request)
    async with client.started(app):
        assert (await app.handle(request)).status == 200
    with pytest.raises(RuntimeError, match="has not started"):
        await app.handle(request)


# Readiness.


async def test_readiness_asks_each_check_and_names_those_that_fail() -> None:
    app = App()

    @app.ready_check("database")
    async def database() -> None:
        raise ConnectionError("10.0.0.5")

    @app.ready_check("disk")
    async def disk() -> None:
        pass

    async with client.started(app):
        answer = await client.get(app, "/readyz")
        assert (answer.status, answer.json()["detail"]) == (503, "Not ready: database.")
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert "retry-after" in answer.headers
        assert "10.0.0.5" not in answer.body.decode()
        assert (await client.get(app, "/healthz")).json() == {"status": "ok"}


async def test_a_draining_application_is_alive_and_answers_but_is_not_ready() -> None:
    app = App()
    app.get("/tasks")(ok)
    async with client.started(app):
        app.drain()
        assert (await client.get(app, "/readyz")).status == 503
        assert (await client.get(app, "/healthz")).status == 200
        assert (await client.get(app, "/api/v1/tasks")).status == 200


async def test_probes_are_logged_at_debug_level(caplog: pytest.LogCaptureFixture) -> None:
    async with client.started(App()) as app:
        await client.get(app, "/healthz")
        await client.get(app, "/readyz")
        await client.get(app, "/healthz/")
    assert entries(caplog) == [
        ("DEBUG", "GET", "/healthz", 200),
        ("DEBUG", "GET", "/readyz", 200),
        ("INFO", "GET", "", 308),
    ]


# Mistakes stop the start, each with one line that names its place.


def refusal(error: pytest.ExceptionInfo[ValueError]) -> str:
    message = str(error.value)
    assert "\n" not in message
    assert re.match(r"\S*test_app\.py:\d+: ", message)
    return message


def test_production_names_its_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRYSTONE_ENV", "production")
    with pytest.raises(SettingsError, match="DRYSTONE_ALLOWED_HOSTS: is not set"):
        App()
    App(allowed_hosts=["api.example.org"])


async def test_the_environment_says_who_is_answered_and_whose_scripts_may_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DRYSTONE_ENV", "production")
    monkeypatch.setenv("DRYSTONE_ALLOWED_HOSTS", "api.example.org")
    monkeypatch.setenv("DRYSTONE_CORS_ORIGINS", "https://app.example.org")
    app = App(allowed_hosts=["declared.example.org"])
    app.get("/tasks")(ok)
    async with client.started(app):
        other = await client.get(app, "/api/v1/tasks", headers={"Host": "declared.example.org"})
        assert other.status == 421
        named = {"Host": "api.example.org", "Origin": "https://app.example.org"}
        answer = await client.get(app, "/api/v1/tasks", headers=named)
        assert answer.status == 200
        assert answer.headers["access-control-allow-origin"] == "https://app.example.org"


def test_a_lifespan_yields_once() -> None:
    async def lifespan(_app: App) -> None:
        pass

    with pytest.raises(RouteError, match="is not an async generator function; write") as error:
        App().lifespan(lifespan)  # type: ignore[arg-type]  # wrong on purpose
    refusal(error)


def test_a_readiness_check_is_async_and_has_a_name_of_its_own() -> None:
    app = App()

    async def check() -> None:
        pass

    with pytest.raises(RouteError, match="is not a coroutine function; write") as error:
        app.ready_check("disk")(lambda: None)  # type: ignore[type-var]  # wrong on purpose
    refusal(error)
    app.ready_check("disk")(check)
    with pytest.raises(RouteError, match="a readiness check 'disk' already; rename") as error:
        app.ready_check("disk")(check)
    refusal(error)


def test_a_middleware_takes_what_follows_it() -> None:
    with pytest.raises(RouteError, match="does not take exactly request and proceed") as error:
        App(middleware=[ok])  # type: ignore[list-item]  # wrong on purpose
    refusal(error)


async def test_a_conflict_stops_the_start_before_anything_is_opened() -> None:
    app, trace = App(), list[str]()
    recording(app, "a", trace)
    app.get("/tasks")(ok)
    app.root.get("/api/v1/tasks")(ok)
    with pytest.raises(RouteError, match=r"test_app\.py:\d+.* same requests .*test_app\.py:\d+"):
        await app.start()
    assert trace == []


async def test_nothing_is_declared_after_the_start() -> None:
    async def check() -> None:
        pass

    app, trace = App(), list[str]()
    async with client.started(app):
        for declare in (
            lambda: app.get("/late")(ok),
            lambda: app.root.get("/late")(ok),
            lambda: app.mount("/late", Router()),
            lambda: app.ready_check("late")(check),
            lambda: recording(app, "late", trace),
        ):
            with pytest.raises(RouteError, match="after the application has started") as error:
                declare()
            refusal(error)


def test_addresses_are_unknown_before_the_start() -> None:
    with pytest.raises(RouteError, match="known once the application has started"):
        App().url_for("task")
