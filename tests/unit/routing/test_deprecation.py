"""A deprecated route tells so in every answer (RFC 9745, RFC 8594, RFC 5829)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from tests import client

from drystone import App, Deprecation, Request, Response
from drystone.errors import Conflict
from drystone.http.protocol.headers import ResponseHeaders
from drystone.observe.deprecated_use import DEPRECATED_USE
from drystone.routing.deprecation import announce

OLD = Deprecation(since=date(2026, 1, 1), sunset=date(2027, 1, 1), successor="/api/v2/tasks/{id}")
TOLD = {
    "deprecation": "@1767225600",
    "sunset": "Fri, 01 Jan 2027 00:00:00 GMT",
    "link": '</api/v2/tasks/a%20b>; rel="successor-version"',
}


@pytest.fixture(autouse=True)
def counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DEPRECATED_USE, "_counts", type(DEPRECATED_USE._counts)())


async def test_every_answer_of_the_route_tells_it() -> None:
    app = App()

    @app.get("/tasks/{id}", deprecated=OLD)
    async def read(request: Request) -> Response:
        match request.query.get("as"):
            case "problem":
                raise Conflict
            case "fault":
                raise RuntimeError
            case "linked":
                return Response(status=304, headers=[("Link", '</x>; rel="next"')])
        return Response.empty()

    @app.get("/tasks")
    async def listed(request: Request) -> Response:
        return Response.empty()

    async with client.started(app):
        for query, status in (("", 204), ("?as=problem", 409)):
            answer = await client.get(app, f"/api/v1/tasks/a%20b{query}")
            assert answer.status == status
            assert answer.headers.items() >= TOLD.items()
        linked = await client.get(app, "/api/v1/tasks/a%20b?as=linked")
        assert linked.headers["link"] == f'</x>; rel="next", {TOLD["link"]}'
        assert (await client.get(app, "/api/v1/tasks/a?as=fault")).status == 500
        assert "deprecation" not in (await client.get(app, "/api/v1/tasks")).headers
    assert DEPRECATED_USE.totals() == {("route", "GET /api/v1/tasks/{id}"): 4}


def test_a_route_that_stays_has_no_layer_for_it() -> None:
    app = App()

    async def handle(request: Request) -> Response:
        return Response.empty()

    app.get("/old", deprecated=OLD)(handle)
    app.get("/new")(handle)
    layers = {route.path: route.middleware for route in app.routes()}
    assert "Deprecated" in layers["/api/v1/old"]
    assert "Deprecated" not in layers["/api/v1/new"]


def test_the_earliest_is_told_where_several_meet() -> None:
    headers = ResponseHeaders()
    later = Deprecation(since=date(2026, 3, 1), sunset=date(2026, 12, 1), successor="name")
    for one in (later, OLD, later):
        announce(headers, one, {"id": 7})
    assert headers["Deprecation"] == "@1767225600"
    assert headers["Sunset"] == "Tue, 01 Dec 2026 00:00:00 GMT"
    assert headers["Link"] == '</api/v2/tasks/7>; rel="successor-version"'


@pytest.mark.parametrize(
    ("since", "told"),
    [
        (date(1969, 12, 31), "@-86400"),
        (datetime(2026, 1, 1, 12), "@1767268800"),
        (datetime(2026, 1, 1, tzinfo=UTC), "@1767225600"),
        (datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), "@1767225600"),
    ],
)
def test_days_and_moments_are_unix_seconds(since: date, told: str) -> None:
    headers = ResponseHeaders()
    announce(headers, Deprecation(since=since), {})
    assert list(headers.items()) == [("Deprecation", told)]


def test_what_a_handler_says_otherwise_is_replaced() -> None:
    headers = ResponseHeaders.of([("Deprecation", "true"), ("Sunset", "soon")])
    announce(headers, OLD, {"id": 7})
    assert (headers["Deprecation"], headers["Sunset"]) == (TOLD["deprecation"], TOLD["sunset"])


def test_what_stands_below_has_its_successor_below() -> None:
    old = Deprecation(since=date(2026, 1, 1), successor="/api/v2/tasks/")
    assert old.below("/{id:uuid}/history").successor == "/api/v2/tasks/{id}/history"
    assert old.below("/").successor == "/api/v2/tasks"
    field = Deprecation(since=date(2026, 1, 1), successor="size")
    assert field.below("/{id}") is field
