"""How many statements an answer takes: counted on the wire, for one row and for a hundred."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.integration.counting_relay import CountingRelay
from tests.integration.resources.served.workshop import Api, open_workshop

MANY = 100


@pytest.fixture
async def relay(database_url: str) -> AsyncIterator[CountingRelay]:
    relay = CountingRelay(database_url)
    await relay.open()
    yield relay
    await relay.close()


@pytest.fixture
async def api(relay: CountingRelay) -> AsyncIterator[Api]:
    async with open_workshop(relay.url, database_pool_size=1) as api:
        yield api


async def fill(api: Api, count: int) -> str:
    """Add cuts of parts of makers, all of them different ones; return the last part's id."""
    makers = {"create": [{"name": f"maker {n} of {count}"} for n in range(count)]}
    ids = await made(api, "/makers", makers)
    parts = {"create": [{"label": f"part of {one}", "maker_id": one} for one in ids]}
    ids = await made(api, "/parts", parts)
    await made(api, "/cuts", {"create": [{"part_id": one} for one in ids]})
    for number in range(count):
        await api.send("PATCH", f"/parts/{ids[-1]}", {"amount": number})
    return ids[-1]


async def made(api: Api, path: str, body: dict[str, Any]) -> list[str]:
    answer = await api.send("POST", f"{path}/bulk", body)
    assert answer.status == 200, answer.body
    listed = await api.get(path, limit=100, sort="-id")
    return [row["id"] for row in listed["data"][: len(body["create"])]]


async def count(api: Api, relay: CountingRelay, path: str, params: dict[str, Any]) -> int:
    """Return how many statements an answer takes, once its statements are prepared."""
    await api.get(path, **params)
    before = relay.statements
    await api.get(path, **params)
    return relay.statements - before


# What is asked for, and the most statements that it may take.
LISTS: list[tuple[str, dict[str, Any], int]] = [
    ("/parts", {}, 1),
    ("/parts", {"page": 2}, 1),
    ("/parts", {"count": "none"}, 1),
    ("/parts", {"count": "estimated"}, 1),
    ("/parts", {"cursor": ""}, 1),
    ("/parts", {"cursor": "", "count": "exact"}, 2),
    ("/parts", {"search": "part", "fields": "label"}, 1),
    ("/parts", {"sort": "-maker.name", "filter": 'maker.name != "x" AND amount = null'}, 1),
    ("/parts", {"expand": "maker"}, 1),
    ("/parts", {"expand": "cuts"}, 1),
    ("/parts", {"expand": "maker,cuts,maker.siblings", "cursor": ""}, 1),
    ("/cuts", {"expand": "part,part.maker"}, 1),
    ("/cuts", {"expand": "part,part.maker", "cursor": "", "count": "exact"}, 2),
    ("/parts/{part}", {}, 1),
    ("/parts/{part}", {"expand": "maker,cuts,maker.siblings"}, 1),
    ("/parts/{part}", {"expand": "maker", "fields": "label"}, 1),
    ("/parts/{part}/history", {}, 2),
    ("/parts/{part}", {"as_of": "2100-01-01T00:00:00Z"}, 1),
]


async def test_an_answer_takes_as_many_statements_for_many_rows_as_for_one(
    api: Api, relay: CountingRelay
) -> None:
    taken: list[list[int]] = []
    # A hundred rows with the first one: a whole page of them.
    for rows in (1, MANY - 1):
        part = await fill(api, rows)
        found = []
        for path, params, _ in LISTS:
            limit = {} if path.endswith("{part}") else {"limit": MANY}
            found.append(await count(api, relay, path.format(part=part), {**limit, **params}))
        taken.append(found)
    assert (await api.get("/cuts"))["pagination"]["total"] == MANY
    assert taken[0] == taken[1]
    over = [ask for ask, found in zip(LISTS, taken[1], strict=True) if not 1 <= found <= ask[2]]
    assert not over, taken
    # Where the end is not in sight, an estimate is a statement of its own.
    assert await count(api, relay, "/parts", {"count": "estimated", "limit": 1}) == 2


async def test_a_bulk_takes_as_many_statements_for_many_rows_as_for_one(
    api: Api, relay: CountingRelay
) -> None:
    maker = await api.make("/makers", {"name": "a"})
    taken = []
    for rows in (1, MANY):
        created = {"create": [{"label": "n", "maker_id": maker["id"]}] * rows}
        # Once before: what is prepared then counts too.
        for _ in range(2):
            before = relay.statements
            assert (await api.send("POST", "/parts/bulk", created)).status == 200
        taken.append(relay.statements - before)
    assert taken[0] == taken[1]
