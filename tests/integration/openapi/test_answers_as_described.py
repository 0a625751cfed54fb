"""What is answered is what was described: real requests, each judged by the document."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from tests import client
from tests.described import Judge
from tests.integration.openapi.everything import create_everything, make_app
from tests.postgres import Migrate

from drystone import App
from drystone.settings import Settings

ADMIN = "01890000-0000-7000-8000-000000000001; roles=admin"
NOBODY = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def migrate() -> Migrate:
    return create_everything


class Judged:
    """The application; each answer is judged before it is returned."""

    def __init__(self, app: App, judge: Judge) -> None:
        self._app = app
        self._judge = judge

    async def send(
        self, method: str, target: str, body: Any = None, status: int = 200, **fields: str
    ) -> Any:
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        answer = await client.request(self._app, method, target, json=body, headers=fields)
        assert answer.status == status, answer.body
        content = json.loads(answer.body) if answer.body else None
        path = target.partition("?")[0]
        faults = self._judge.faults(method, path, answer.status, answer.headers, content)
        assert faults == [], answer.body
        return content


@pytest.fixture
async def api(database_url: str) -> AsyncIterator[Judged]:
    app = make_app(Settings(database_url=database_url))
    async with client.started(app):
        document = (await client.get(app, "/openapi.json")).json()
        yield Judged(app, Judge(document))


@pytest.fixture
async def quarry(api: Judged) -> dict[str, Any]:
    body = {"name": "Portland", "owner_email": "ada@example.com", "pass_phrase": "open"}
    row: dict[str, Any] = await api.send("POST", "/api/v1/quarries", body, 201)
    return row


def stone_of(quarry: dict[str, Any], label: str = "AB-1") -> dict[str, Any]:
    return {
        "quarry_id": quarry["id"],
        "label": label,
        "grade": "fine",
        "weight": 12.5,
        "price": "10.50",
        "ratio": "0.333",
        "laid_at": "2026-01-31T12:00:00.5+02:00",
        "cut_on": "2026-01-31",
        "opens_at": "08:30:00",
        "took": "P1DT2H3.5S",
        "mark": "AAECAw==",
        "tags": ["old"],
        "extra": {"any": [1, None]},
        "size": {"width": 1.5},
    }


async def test_a_row_of_every_type_is_as_described(api: Judged, quarry: dict[str, Any]) -> None:
    stone = await api.send("POST", "/api/v1/stones", stone_of(quarry), 201)
    here = f"/api/v1/stones/{stone['id']}"
    assert "pass_phrase" not in quarry
    await api.send("GET", here)
    await api.send("GET", f"{here}?fields=label,is_heavy&expand=quarry,on_top_of.quarry")
    await api.send("GET", here, status=304, If_None_Match='"1"')
    await api.send("PUT", here, stone | {"label": "AB-2", "is_heavy": None}, 422)
    row = {name: value for name, value in stone.items() if name != "is_heavy"}
    await api.send("PUT", here, row | {"label": "AB-2"})
    await api.send("PATCH", here, {"took": "-PT5S", "extra": {"any": None}})
    await api.send("PATCH", here, {"pieces": 2}, 204, Prefer="return=minimal")
    await api.send("PATCH", here, {"pieces": 3}, Prefer="dry-run")
    await api.send("GET", f"{here}/history")
    await api.send("GET", f"{here}/history?cursor=&limit=1&count=exact")
    await api.send("POST", f"{here}/revert", {"version": 1})
    await api.send("GET", f"{here}?as_of=2999-01-01T00:00:00Z")
    await api.send("DELETE", here, status=204)
    await api.send("GET", here, status=404)
    await api.send("POST", f"{here}/restore")
    await api.send("POST", f"{here}/restore", status=409)


async def test_lists_are_as_described(api: Judged, quarry: dict[str, Any]) -> None:
    for number in range(3):
        body = stone_of(quarry, f"AB-{number}") | {"tags": []}
        await api.send("POST", "/api/v1/stones", body, 201)
    for query in (
        "",
        "limit=1&page=2",
        "limit=1&cursor=",
        "count=none&fields=id",
        "sort=-label,weight&search=AB-1",
        "weight[gte]=1&label[in]=AB-1,AB-2&expand=quarry",
        "filter=" + quote('price > 1 AND NOT tags contains "x"'),
        "deleted=include",
    ):
        page = await api.send("GET", f"/api/v1/stones?{query}")
        assert page["data"], query
    for query in ("limit=0", "colour=red", "cursor=AAAA", "sort=size", "filter=("):
        await api.send("GET", f"/api/v1/stones?{query}", status=400)
    expanded = await api.send("GET", "/api/v2/quarries?expand=stones.on_top_of")
    assert len(expanded["data"][0]["stones"]["data"]) == 3


async def test_refusals_are_as_described(api: Judged, quarry: dict[str, Any]) -> None:
    here = f"/api/v1/quarries/{quarry['id']}"
    stones = "/api/v1/stones"
    await api.send("PATCH", here, {"name": "Ham"}, 428)
    await api.send("PATCH", here, {"name": "Ham"}, 412, If_Match='"7"')
    await api.send("PATCH", here, {"name": "Ham"}, If_Match='"1"')
    await api.send("DELETE", f"{here}?purge=true", status=401, If_Match='"2"')
    await api.send("GET", f"{here}?deleted=include", status=403)
    await api.send("GET", f"{here}?deleted=include", X_Drystone_Caller=ADMIN)
    await api.send("POST", "/api/v1/quarries", {"name": "Ham"}, 409)
    await api.send("POST", stones, {"label": "x", "quarry_id": NOBODY, "colour": 1}, 422)
    await api.send("POST", stones, None, 415)
    await api.send("POST", f"{stones}?page=1", stone_of(quarry), 400)
    await api.send("POST", stones, stone_of(quarry), 400, Idempotency_Key="a,b")
    await api.send("POST", stones, stone_of(quarry), 201, Idempotency_Key="one")
    await api.send("POST", stones, stone_of(quarry), 201, Idempotency_Key="one")
    await api.send("POST", stones, stone_of(quarry) | {"level": 2}, 422, Idempotency_Key="one")
    await api.send("GET", f"{stones}/nobody", status=404)


async def test_many_at_once_are_as_described(api: Judged, quarry: dict[str, Any]) -> None:
    stones = "/api/v1/stones/bulk"
    made = await api.send("POST", stones, {"create": [stone_of(quarry)]})
    stone = made["create"][0]["data"]
    mixed = {"create": [{}], "update": [{"id": stone["id"], "level": 2}], "delete": [NOBODY]}
    await api.send("POST", stones, mixed, 422)
    done = await api.send("POST", stones, mixed | {"atomic": False})
    assert [done[kind][0]["status"] for kind in done] == [422, 200, 404]


async def test_rows_below_others_are_as_described(api: Judged, quarry: dict[str, Any]) -> None:
    stones = f"/api/v1/quarries/{quarry['id']}/stones"
    row = {name: value for name, value in stone_of(quarry).items() if name != "quarry_id"}
    await api.send("POST", stones, row, 201)
    page = await api.send("GET", f"{stones}?label=AB-1&expand=quarry")
    assert page["data"][0]["quarry"]["id"] == quarry["id"]
    await api.send("GET", f"{stones}?quarry={quarry['id']}", status=400)
    await api.send("GET", f"/api/v1/quarries/{NOBODY}/stones", status=404)
    await api.send("POST", f"/api/v1/quarries/{NOBODY}/stones", row, 404)
    both = {"name": "Ham", "stones": [row, row | {"label": "AB-2"}]}
    await api.send("POST", "/api/v1/quarries", both, 201)
    both["stones"] = [{"label": "x"}]
    await api.send("POST", "/api/v1/quarries", both, 422)


async def test_routes_of_ones_own_are_as_described(api: Judged, quarry: dict[str, Any]) -> None:
    stone = await api.send("POST", "/api/v1/stones", stone_of(quarry), 201)
    here = f"/api/v1/stones/{stone['id']}"
    await api.send("POST", f"{here}/lift", {"by": "Ada", "height": 2})
    await api.send("POST", f"{here}/lift", {"by": "Ada", "height": 10}, 409)
    await api.send("POST", f"{here}/lift", {"by": "", "height": 11}, 422)
    await api.send("POST", "/api/v1/stones/import", [{"by": "Ada"}], 204)
    await api.send("GET", "/api/v1/walls/7")
    await api.send("GET", "/healthz")
    await api.send("GET", "/readyz")
    await api.send("GET", "/problems", Accept="application/json")
    await api.send("GET", "/problems/not_found", Accept="application/json")
    await api.send("GET", "/problems/none", status=404)
