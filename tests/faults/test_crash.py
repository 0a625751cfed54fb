"""Processes die, and the others carry on (or end with them, where they must)."""

import asyncio
import os
import re
import signal

import pytest

from drystone.http.server.listener import AddressInUse, close_all, open_tcp
from tests.faults.conftest import Launch
from tests.faults.load import Address, Load, ask
from tests.faults.supervised import QUICK_LIMITS, gone


async def test_a_killed_worker_is_replaced_and_the_other_unaffected(launch: Launch) -> None:
    supervised = await launch(workers=2)
    address = Address(await supervised.port())
    victim, survivor = await supervised.ready_workers(2)
    loads = [Load(address, clients=5, keep_alive=keep_alive) for keep_alive in (False, True)]
    for load in loads:
        await load.answered(50)
    os.kill(victim, signal.SIGKILL)
    await supervised.ready_workers(3)
    for load in loads:
        await load.answered(50)
    outcomes = [await load.stop() for load in loads]
    (died,) = supervised.find(r"died (.*)")
    assert died == f"(pid {victim}, killed by SIGKILL); the next one starts in 0.1 s"
    # Each client had at most one request with that worker.
    assert sum(len(outcome.failures) for outcome in outcomes) <= 10
    assert all(outcome.refused == 0 for outcome in outcomes)
    assert outcomes[0].answers[str(survivor)] > 0
    newcomer = (await supervised.ready_workers(3))[2]
    assert outcomes[0].answers[str(newcomer)] > 0


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_workers_do_not_outlive_their_supervisor(launch: Launch, loop: str) -> None:
    supervised = await launch(workers=2, loop=loop)
    port = await supervised.port()
    pids = await supervised.ready_workers(2)
    answer = asyncio.create_task(ask(Address(port), "/slow"))
    await supervised.logged("handling /slow")
    supervised.process.kill()
    await gone(supervised.process.pid, within=1)
    # The address is free before the last request is answered, and that one is.
    async with asyncio.timeout(0.3):
        while not port_is_free(port):
            await asyncio.sleep(0.01)
    assert not answer.done()
    assert await answer
    for pid in pids:
        await gone(pid, within=2)


def port_is_free(port: int) -> bool:
    try:
        close_all(open_tcp("127.0.0.1", port))
    except AddressInUse:
        return False
    return True


async def test_a_worker_that_cannot_live_is_restarted_ever_more_slowly(launch: Launch) -> None:
    supervised = await launch("dies_soon")
    await supervised.logged("died .* exit code 9", times=4)
    delays = supervised.find(r"the next one starts in ([\d.]+) s")
    assert delays[:4] == ["0.1", "0.2", "0.4", "0.8"]
    supervised.signal(signal.SIGTERM)
    assert await supervised.ended() == 0


@pytest.mark.parametrize(
    ("factory", "reason"),
    [
        ("fails_to_start", r"^LookupError: no database by that name \(.*services\.py:\d+\)$"),
        ("dies_at_once", r"^exit code 7 before it was ready$"),
        ("no_such_factory", r"^module 'tests.faults.services' has no 'no_such_factory'$"),
    ],
)
async def test_a_service_that_cannot_start_is_told_once(
    launch: Launch, factory: str, reason: str
) -> None:
    supervised = await launch(factory, workers=2)
    assert await supervised.ended() == 1
    (line,) = supervised.find(r"CRITICAL cannot start: (.*)")
    assert re.search(reason, line), line
    assert not any("Traceback" in logged for logged in supervised.log)


async def test_a_worker_that_is_never_ready_is_given_up(launch: Launch) -> None:
    supervised = await launch("never_ready", start_timeout_seconds=0.5)
    assert await supervised.ended(within=3) == 1
    assert supervised.find("killed .*: still starting")
    assert supervised.find("cannot start: killed by SIGKILL before it was ready")


async def test_a_worker_that_is_never_ready_can_be_interrupted(launch: Launch) -> None:
    supervised = await launch("never_ready")
    await supervised.logged("starting, workers: 1")
    supervised.signal(signal.SIGINT)
    assert await supervised.ended(within=3) == 0


async def test_an_address_in_use_is_one_line(launch: Launch) -> None:
    (taken,) = open_tcp("127.0.0.1", 0)
    port = taken.socket.getsockname()[1]
    try:
        supervised = await launch(port=port)
        assert await supervised.ended() == 1
    finally:
        taken.close()
    assert len(supervised.log) == 1
    assert supervised.find(rf"cannot start: 127.0.0.1:{port} is in use by another process")


async def test_a_stopped_worker_is_killed_in_the_end(launch: Launch) -> None:
    supervised = await launch(limits=QUICK_LIMITS | {"drain_seconds": 0.1})
    (pid,) = await supervised.ready_workers(1)
    os.kill(pid, signal.SIGSTOP)
    supervised.signal(signal.SIGTERM)
    await supervised.logged("ending in order")
    supervised.signal(signal.SIGTERM)  # the first would wait for the service's grace
    assert await supervised.ended(within=4) == 128 + signal.SIGTERM
    assert supervised.find(rf"killed \(pid {pid}\): still stopping")
