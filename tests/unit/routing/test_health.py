from __future__ import annotations

import json

import pytest
from tests.client import make_request

from drystone.observe.readiness import Readiness
from drystone.routing.health import health_routes
from drystone.routing.table import RouteTable


@pytest.fixture
def readiness() -> Readiness:
    return Readiness()


@pytest.fixture
def table(readiness: Readiness) -> RouteTable:
    return health_routes(readiness).prepare()


async def ask(table: RouteTable, path: str) -> tuple[int, dict[str, object], dict[str, str]]:
    response = await table.answer(make_request("GET", path))
    return response.status, json.loads(response.body), dict(response.headers.items())


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_both_are_ok_where_all_is_well(table: RouteTable, path: str) -> None:
    status, body, headers = await ask(table, path)
    assert (status, body) == (200, {"status": "ok"})
    assert headers["Cache-Control"] == "no-store"


async def test_a_failed_check_is_named_without_its_reason(
    table: RouteTable, readiness: Readiness
) -> None:
    async def away() -> None:
        raise ConnectionError("postgresql://user:hunter2@10.0.0.5")

    readiness.add("database", away)
    status, body, headers = await ask(table, "/readyz")
    assert (status, body["code"]) == (503, "unavailable")
    assert body["detail"] == "Not ready: database."
    assert "hunter2" not in json.dumps(body)
    assert int(headers["Retry-After"]) > 0
    assert (await ask(table, "/healthz"))[0] == 200


async def test_a_process_that_is_about_to_stop_is_alive_but_not_ready(
    table: RouteTable, readiness: Readiness
) -> None:
    readiness.draining = True
    assert (await ask(table, "/readyz"))[0] == 503
    assert (await ask(table, "/healthz"))[0] == 200
