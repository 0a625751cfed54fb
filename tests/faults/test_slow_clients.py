"""Clients that are slow on purpose: they are cut off, and nobody else waits for them."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import pytest

from drystone.http.limits import Limits
from drystone.http.request import Request
from drystone.http.response import Response
from tests.handled import Handled, until
from tests.raw_client import RawClient, get
from tests.serving import Served, serving

# All far below their defaults, of which the smallest would outlast these tests.
LIMITS = Limits(
    first_byte_timeout_seconds=0.3,
    head_timeout_seconds=0.3,
    body_grace_seconds=0.3,
    min_body_bytes_per_second=1000,
    keep_alive_timeout_seconds=0.3,
    write_timeout_seconds=0.3,
    linger_seconds=0.3,
    drain_seconds=2,
    idle_drain_seconds=0.05,
)
ATTACKERS = 100
ASKS = 200
# By how much the machine may disturb a median of 200; an attack that works stops all.
TOLERATED_FACTOR = 10
DRIP_SECONDS = 0.1


class Attack(NamedTuple):
    """A way to be slow: what is sent at first, what again and again, and what comes back."""

    name: str
    begin: bytes
    drip: bytes
    answered: bytes
    reads: bool = True


ATTACKS = [
    Attack("says nothing", b"", b"", b""),
    Attack("slow head", b"GET / HTTP/1.1\r\n", b"X: y\r\n", b"HTTP/1.1 408 "),
    Attack("head without an end", b"GET / HTTP/1.1\r\nX: ", b"y", b"HTTP/1.1 408 "),
    Attack(
        "slow body", get("/", "Content-Length: 9999", method="POST"), b"x" * 20, b"HTTP/1.1 408 "
    ),
    Attack(
        "slow chunks",
        get("/", "Transfer-Encoding: chunked", method="POST"),
        b"1\r\nx\r\n",
        b"HTTP/1.1 408 ",
    ),
    Attack("idle", get("/"), b"", b"HTTP/1.1 200 "),
    Attack("reads nothing", get("/large"), b"", b"", reads=False),
]
attacks = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


async def handle(request: Request) -> Response:
    if request.path == "/large":
        return Response(b"x" * 8_000_000)
    await request.bytes()
    return Response.text("fine")


async def perform(attack: Attack, port: int) -> bytes:
    """Attack on one connection until it is cut off; return what came."""
    async with await RawClient.connect(
        port, receive_buffer=None if attack.reads else 4096
    ) as client:
        client.send(attack.begin)
        dripping = asyncio.create_task(drip(client, attack.drip))
        try:
            if attack.reads:
                return await client.rest()
            while not client.reader.at_eof() and client.reader.exception() is None:
                await asyncio.sleep(DRIP_SECONDS)
        except ConnectionError:
            pass
        finally:
            dripping.cancel()
    return b""


async def drip(client: RawClient, data: bytes) -> None:
    with suppress(ConnectionError):
        while data:
            await asyncio.sleep(DRIP_SECONDS)
            client.send(data)
            await client.writer.drain()


async def attack_again_and_again(attack: Attack, port: int) -> None:
    while True:
        await perform(attack, port)


async def times_of_asks(port: int) -> list[float]:
    """Ask as an honest client does; return how long each answer took."""
    times = []
    async with await RawClient.connect(port) as client:
        for _ in range(ASKS):
            began = time.perf_counter()
            answer = await client.ask(get("/honest"))
            times.append(time.perf_counter() - began)
            assert (answer.status, answer.body) == (200, b"fine")
            await asyncio.sleep(0.001)
    return times


def abandoned(server: Served) -> Callable[[], bool]:
    return lambda: not server.server.context.connections


@attacks
async def test_an_attacker_is_cut_off(attack: Attack) -> None:
    async with serving(Handled(handle), limits=LIMITS) as server:
        if attack.reads:
            async with asyncio.timeout(8):
                answered = await perform(attack, server.port)
            assert answered.startswith(attack.answered)
            assert answered.count(b"HTTP/1.1 ") == bool(attack.answered)
        else:
            attacking = asyncio.create_task(perform(attack, server.port))
            await until(lambda: server.server.context.requests == 1)
            await until(abandoned(server), within=8)
            attacking.cancel()
        await until(abandoned(server))
        assert server.server.context.gate.running == 0


@attacks
async def test_others_are_served_as_before(attack: Attack) -> None:
    async with serving(Handled(handle), limits=LIMITS) as server:
        before = await times_of_asks(server.port)
        attackers = [
            asyncio.create_task(attack_again_and_again(attack, server.port))
            for _ in range(ATTACKERS if attack.reads else ATTACKERS // 10)
        ]
        await until(lambda: len(server.server.context.connections) >= len(attackers))
        during = await times_of_asks(server.port)
        for attacker in attackers:
            attacker.cancel()
        await asyncio.gather(*attackers, return_exceptions=True)
        assert statistics.median(during) < TOLERATED_FACTOR * statistics.median(before)
        await until(abandoned(server))
