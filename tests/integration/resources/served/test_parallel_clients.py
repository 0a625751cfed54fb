"""Clients in parallel, on sockets of their own, against a server of several processes.

What holds inside one process may hold by its one event loop; between processes only
PostgreSQL is shared, and nothing else keeps order.
"""

from __future__ import annotations

import asyncio
import random
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import AsyncExitStack, suppress
from typing import Any

import httpx
import pytest
from tests.integration.resources.served.workshop import Connection
from tests.integration.running import ROOT, Running, run_module

pytestmark = pytest.mark.slow

CLIENTS = 16


@pytest.fixture
async def address(database_url: str) -> AsyncIterator[str]:
    environ = {
        "DATABASE_URL": database_url,
        "DRYSTONE_DATABASE_POOL_SIZE": "4",
        "DRYSTONE_DATABASE_ACQUIRE_TIMEOUT_SECONDS": "20",
        "DRYSTONE_LOG_FORMAT": "console",
    }
    target = "tests.integration.resources.served.application:app"
    given = ("drystone", "serve", target, "--workers", "2", "--port", "0")
    async with run_module(*given, directory=ROOT, environ=environ) as running:
        while len(re.findall(r"ready \(pid|serving http", "".join(running.output))) < 3:
            await running.wait_for("")
        # Read on: a pipe that is full would stop the server.
        reading = asyncio.create_task(read_to_the_end(running))
        found = re.search(r"http://127\.0\.0\.1:\d+", "".join(running.output))
        assert found is not None
        yield f"{found[0]}/api/v1"
        running.send(signal.SIGTERM)
        await reading
        log = "".join(running.output)
        assert "[error" not in log, log


async def read_to_the_end(running: Running) -> None:
    with suppress(AssertionError):
        while True:
            with suppress(TimeoutError):
                await running.wait_for("what it never says")


@pytest.fixture
async def clients(address: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """So many clients, each with a connection of its own."""
    async with AsyncExitStack() as opened:
        yield [
            await opened.enter_async_context(httpx.AsyncClient(base_url=address, timeout=30))
            for _ in range(CLIENTS)
        ]


async def make(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


async def statuses(calls: Iterable[Awaitable[httpx.Response]]) -> Counter[int]:
    return Counter(one.status_code for one in await asyncio.gather(*calls))


async def test_no_update_is_lost_with_if_match(
    clients: list[httpx.AsyncClient], beside: Connection
) -> None:
    part = await make(clients[0], "/parts", {"label": "counter", "amount": 0})
    here, rounds = f"/parts/{part['id']}", 5

    async def count(client: httpx.AsyncClient, number: int) -> int:
        """Read, add one, write; as often as it takes. Return how often it was refused."""
        refused = done = 0
        # Whoever reads a part of the row has a tag that is good for writing, too.
        params = {"fields": "amount"} if number % 2 else {}
        while done < rounds:
            read = await client.get(here, params=params)
            body = {"amount": read.json()["amount"] + 1}
            answer = await client.patch(here, json=body, headers={"If-Match": read.headers["etag"]})
            assert answer.status_code in (200, 412), answer.text
            done += answer.status_code == 200
            refused += answer.status_code == 412
        return refused

    refused = await asyncio.gather(*(count(one, n) for n, one in enumerate(clients)))
    assert sum(refused) > 0, "nobody was in anybody's way"
    row = (await clients[0].get(here)).json()
    assert (row["amount"], row["version"]) == (CLIENTS * rounds, CLIENTS * rounds + 1)
    changes = await beside.fetch("SELECT version FROM drystone.history ORDER BY sequence")
    assert [one["version"] for one in changes] == [*range(1, row["version"] + 1)]


async def test_the_sum_of_what_is_transferred_never_changes(
    clients: list[httpx.AsyncClient],
) -> None:
    created = {"create": [{"label": str(n), "amount": 10} for n in range(5)]}
    answer = await clients[0].post("/parts/bulk", json=created)
    assert answer.status_code == 200, answer.text
    listed = (await clients[0].get("/parts")).json()["data"]
    ids = [row["id"] for row in listed]
    ended = asyncio.Event()

    async def transfer(client: httpx.AsyncClient, chance: random.Random) -> int:
        moved = 0
        for _ in range(10):
            giver, taker = chance.sample(ids, 2)
            body = {"giver": giver, "taker": taker, "amount": chance.randint(1, 8)}
            answer = await client.post("/transfers", json=body)
            assert answer.status_code == 200, answer.text
            moved += answer.json()["moved"]
        return moved

    async def watch(client: httpx.AsyncClient) -> int:
        looks = 0
        while not ended.is_set():
            amounts = [one["amount"] for one in (await client.get("/parts")).json()["data"]]
            assert (sum(amounts), min(amounts) >= 0) == (50, True)
            looks += 1
        return looks

    watching = asyncio.create_task(watch(clients[0]))
    movers = (transfer(one, random.Random(n)) for n, one in enumerate(clients[1:]))
    moved = await asyncio.gather(*movers)
    ended.set()
    assert await watching > 1
    assert sum(moved) > 0
    listed = (await clients[0].get("/parts")).json()["data"]
    assert sum(row["amount"] for row in listed) == 50


async def test_a_key_that_is_sent_fifty_times_at_once_writes_once(
    clients: list[httpx.AsyncClient], beside: Connection
) -> None:
    key = {"Idempotency-Key": "order-7"}

    async def send(number: int) -> httpx.Response:
        client = clients[number % CLIENTS]
        return await client.post("/parts", json={"label": "once"}, headers=key)

    answers = await asyncio.gather(*map(send, range(50)))
    made = [one for one in answers if one.status_code == 201]
    others = [one for one in answers if one.status_code != 201]
    assert {(one.text, one.headers["location"]) for one in made} == {
        (made[0].text, made[0].headers["location"])
    }
    assert {(one.status_code, one.json()["code"]) for one in others} <= {
        (409, "idempotency_conflict")
    }
    assert ["idempotency-replayed" in one.headers for one in made].count(False) == 1
    again = await asyncio.gather(*map(send, range(4)))
    assert {(one.status_code, one.text) for one in again} == {(201, made[0].text)}
    assert await beside.fetchval("SELECT count(*) FROM parts") == 1
    assert await beside.fetchval("SELECT count(*) FROM drystone.history") == 1


async def test_unique_conflicts_are_409_and_never_500(
    clients: list[httpx.AsyncClient], beside: Connection
) -> None:
    names = [f"n{n % 5}" for n in range(60)]
    crowd = [clients[n % CLIENTS] for n in range(60)]
    found = await statuses(
        one.post("/makers", json={"name": name}) for one, name in zip(crowd, names, strict=True)
    )
    assert found == {201: 5, 409: 55}
    others = [await make(clients[0], "/makers", {"name": f"other {n}"}) for n in range(6)]
    moved = await statuses(
        one.patch(f"/makers/{row['id']}", json={"name": "wanted"})
        for one, row in zip(clients, others, strict=False)
    )
    assert moved == {200: 1, 409: 5}
    # A name is free once its row is deleted, and taken back by one restoration at most.
    holders = [row for row in others if row["name"] != "wanted"][:3]
    wanted = await beside.fetchval("SELECT id FROM makers WHERE name = 'wanted'")
    assert (await clients[0].delete(f"/makers/{wanted}")).status_code == 204
    await beside.execute(
        "UPDATE makers SET deleted_at = now(), name = 'wanted' WHERE id = ANY($1::uuid[])",
        [row["id"] for row in holders],
    )
    back = await statuses(
        one.post(f"/makers/{row['id']}/restore")
        for one, row in zip(clients, [{"id": wanted}, *holders], strict=False)
    )
    assert set(back) <= {200, 409}
    assert back[200] == 1
    bulk = {"create": [{"name": "m1"}, {"name": "m2"}]}
    assert await statuses(one.post("/makers/bulk", json=bulk) for one in clients) == {
        200: 1,
        422: CLIENTS - 1,
    }
    twice = "SELECT name FROM makers WHERE deleted_at IS NULL GROUP BY name HAVING count(*) > 1"
    assert await beside.fetch(twice) == []


async def test_no_live_row_refers_to_one_that_was_deleted_meanwhile(
    clients: list[httpx.AsyncClient], beside: Connection
) -> None:
    makers = [await make(clients[0], "/makers", {"name": f"m{n}"}) for n in range(12)]
    parts = [await make(clients[0], "/parts", {"label": f"p{n}"}) for n in range(12)]
    chance = random.Random(4)

    def calls(client: httpx.AsyncClient) -> list[Awaitable[httpx.Response]]:
        made: list[Awaitable[httpx.Response]] = []
        for maker, part in zip(makers, parts, strict=True):
            refer = {"maker_id": maker["id"]}
            created = {"label": "new", **refer}
            made += [
                client.post("/parts", json=created),
                client.patch(f"/parts/{part['id']}", json=refer),
                client.post("/parts/bulk", json={"create": [created]}),
                client.delete(f"/makers/{maker['id']}"),
                client.post(f"/makers/{maker['id']}/restore"),
            ]
        chance.shuffle(made)
        return made

    answers = await asyncio.gather(*(one for client in clients[:4] for one in calls(client)))
    found = Counter((one.request.method, one.status_code) for one in answers)
    expected = {
        "POST": {200, 201, 404, 409, 422},  # 404 and 409 are restorations'
        "PATCH": {200, 422},
        "DELETE": {204, 404, 409},
    }
    assert all(status in expected[method] for method, status in found), found
    assert found["DELETE", 204] > 0
    refused = [one.json()["errors"][0] for one in answers if one.status_code == 422]
    assert {one["code"] for one in refused} <= {"not_found"}
    dangling = (
        "SELECT count(*) FROM parts JOIN makers ON makers.id = maker_id"
        " WHERE parts.deleted_at IS NULL AND makers.deleted_at IS NOT NULL"
    )
    assert await beside.fetchval(dangling) == 0
