"""However requests end, nothing of them stays: files, tasks, places, memory."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from tests.faults.one_worker import State, one_worker
from tests.raw_client import RawClient, chunked, get, post

REQUESTS = 200_000
ROUNDS = 5
CLIENTS = 16
# The slope that is borne after warm-up, which is the first of the rounds. An object of
# 100 bytes kept for each request would be twenty times as much.
MOST_ADDED_BYTES = 1024 * 1024

CLOSE = get("/", "Connection: close")


async def ask_in_order(port: int, chance: random.Random) -> int:
    """Pipeline a few hundred ordinary requests, and read what comes."""
    request = get("/", f"X-Request-ID: {chance.randrange(50)}")
    count = chance.randrange(200, 400)
    rare = [get("/missing"), post("/", b"body"), chunked("/", b"body"), get("/", method="HEAD")]
    expected = Counter({b"200": count + 1 + 3, b"404": 1})
    async with await RawClient.connect(port) as client:
        client.send(request * count, *chance.sample(rare, len(rare)), CLOSE)
        data = await client.rest()
    assert statuses(data) == expected
    return expected.total()


async def ask_for_errors(port: int, chance: random.Random) -> int:
    """Have the application fail, and go on."""
    async with await RawClient.connect(port) as client:
        client.send(get("/error") * 5, CLOSE)
        assert statuses(await client.rest()) == {b"500": 5, b"200": 1}
    return 6


async def send_nonsense(port: int, chance: random.Random) -> int:
    """End with bytes that are no request."""
    nonsense = chance.choice(
        [
            b"\x16\x03\x01\x02",
            b"GET  /\r\n\r\n",
            chunked("/", end=b"zz\r\n"),
            get("/\x01"),
            b"\r\n\r\n",
        ]
    )
    async with await RawClient.connect(port) as client:
        client.send(get("/"), nonsense)
        assert statuses(await client.rest()) == {b"200": 1, b"400": 1}
    return 2


async def go_away(port: int, chance: random.Random) -> int:
    """Disappear somewhere in a request or an answer."""
    unfinished = chance.choice(
        [
            b"",
            b"GET / HT",
            get("/stream"),
            get("/hang"),
            get("/", "Content-Length: 100", method="POST") + b"x",
            chunked("/", b"x", end=b""),
            get("/stream") * 10,
        ]
    )
    async with await RawClient.connect(port) as client:
        client.send(get("/"), unfinished)
        await client.answer()
        chance.choice([RawClient.reset, RawClient.vanish])(client)
    return 2


Way = Callable[[int, random.Random], Awaitable[int]]
WAYS: list[Way] = [*[ask_in_order] * 4, ask_for_errors, send_nonsense, go_away, go_away]


def statuses(data: bytes) -> Counter[bytes]:
    return Counter(part[:3] for part in data.split(b"HTTP/1.1 ")[1:])


async def load(port: int, requests: int, chance: random.Random) -> None:
    """Send about so many requests, in every way."""
    left = requests

    async def one_client() -> None:
        nonlocal left
        while left > 0:
            sent = await chance.choice(WAYS)(port, chance)
            left -= sent

    await asyncio.gather(*(one_client() for _ in range(CLIENTS)))


async def state_of(watcher: RawClient) -> State:
    return State(**json.loads((await watcher.ask(get("/state"))).body))


async def state_at_rest(watcher: RawClient) -> State:
    """Return the state once nobody but the watcher is there, and it alone is served."""
    async with asyncio.timeout(10):
        while (state := await state_of(watcher)).connections > 1 or state.running > 1:
            await asyncio.sleep(0.05)
    return state


@pytest.mark.slow
async def test_nothing_grows_with_the_number_of_requests() -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    states: list[State] = []
    files: list[int] = []
    resident: list[int] = []
    with one_worker(keep_alive_timeout_seconds=600, half_close_grace_seconds=0.1) as worker:
        async with await RawClient.connect(worker.port) as watcher:
            await state_of(watcher)
            for _ in range(ROUNDS):
                await load(worker.port, REQUESTS // ROUNDS, chance)
                states.append(await state_at_rest(watcher))
                files.append(worker.descriptors())
                resident.append(worker.resident())
    print(f"seed {seed}, resident bytes after each round: {resident}")  # shown by -rP
    assert {(state.tasks, state.connections, state.running) for state in states} == {
        (states[0].tasks, 1, 1)
    }
    assert set(files) == {files[0]}
    assert resident[-1] - resident[0] <= MOST_ADDED_BYTES


async def test_a_lack_of_descriptors_passes() -> None:
    with one_worker(descriptors=40) as worker:
        async with await RawClient.connect(worker.port) as watcher:
            await state_of(watcher)
            before = worker.descriptors()
            room = 40 - before
            clients = [await RawClient.connect(worker.port) for _ in range(room + 10)]
            for client in clients:
                client.send(get("/"))
            answered = await asyncio.gather(*map(is_answered, clients))
            served = [client for client, well in zip(clients, answered, strict=True) if well]
            waiting = [client for client in clients if client not in served]
            assert len(served) >= room - 2
            assert waiting

            # It looks again from time to time, and not in a loop.
            errors = (await state_of(watcher)).errors
            await asyncio.sleep(1.2)
            assert 1 <= (await state_of(watcher)).errors - errors <= 4

            for client in served:
                client.vanish()
            for client in waiting:
                assert (await client.answer()).body == b"ok"
                client.vanish()
            await state_at_rest(watcher)
            assert worker.descriptors() == before


async def is_answered(client: RawClient) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            return (await client.answer()).status == 200
    return False
