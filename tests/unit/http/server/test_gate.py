"""Admission: as many as are allowed, in order, and never a place lost."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.errors import Overloaded
from drystone.http.limits import Limits
from drystone.http.server.gate import Gate


def gate_of(places: int, *, queue: int = 8, wait: float = 30.0) -> Gate:
    return Gate(
        Limits(max_concurrent_requests=places, max_queued_requests=queue, max_queue_seconds=wait)
    )


async def settle() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def queue_up(gate: Gate, count: int) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(gate.enter()) for _ in range(count)]
    await settle()
    return tasks


async def test_as_many_as_there_are_places_enter_at_once() -> None:
    gate = gate_of(2)
    assert (gate.free, gate.running) == (2, 0)
    await gate.enter()
    await gate.enter()
    assert (gate.free, gate.running) == (0, 2)
    (third,) = await queue_up(gate, 1)
    assert not third.done()
    gate.leave()
    await third
    assert (gate.free, gate.running) == (0, 2)


async def test_who_waits_longest_is_next() -> None:
    gate = gate_of(1)
    await gate.enter()
    tasks = await queue_up(gate, 4)
    for present in range(4):
        gate.leave()
        await settle()
        assert [task.done() for task in tasks] == [n <= present for n in range(4)]


async def test_a_newcomer_does_not_overtake_one_whose_turn_has_come() -> None:
    gate = gate_of(1)
    await gate.enter()
    (waiting,) = await queue_up(gate, 1)
    gate.leave()
    # The turn is given away although its owner has not run yet.
    assert gate.free == 0
    (newcomer,) = await queue_up(gate, 1)
    assert waiting.done()
    assert not newcomer.done()
    gate.leave()
    await newcomer


async def test_a_full_queue_refuses_at_once() -> None:
    gate = gate_of(1, queue=2)
    await gate.enter()
    tasks = await queue_up(gate, 2)
    with pytest.raises(Overloaded):
        await gate.enter()
    assert not any(task.done() for task in tasks)
    for _ in range(3):
        gate.leave()
        await settle()
    assert all(task.done() for task in tasks)
    assert gate.free == 1


async def test_without_a_queue_nobody_waits() -> None:
    gate = gate_of(1, queue=0)
    await gate.enter()
    with pytest.raises(Overloaded):
        await gate.enter()
    gate.leave()
    await gate.enter()


async def test_whoever_waits_too_long_is_shed_and_that_is_the_oldest() -> None:
    gate = gate_of(1, wait=0.05)
    await gate.enter()
    (old,) = await queue_up(gate, 1)
    while not old.done():
        (young,) = await queue_up(gate, 1)
        if not old.done():
            young.cancel()
    with pytest.raises(Overloaded):
        old.result()
    assert not young.done()
    gate.leave()
    await young
    assert (gate.free, gate.running) == (0, 1)


async def test_one_that_was_shed_does_not_take_a_place() -> None:
    gate = gate_of(1, wait=0.0)
    await gate.enter()
    with pytest.raises(Overloaded):
        await gate.enter()
    gate.leave()
    assert gate.free == 1


async def test_a_cancelled_one_leaves_the_queue() -> None:
    gate = gate_of(1, queue=2)
    await gate.enter()
    first, second = await queue_up(gate, 2)
    first.cancel()
    await settle()
    (third,) = await queue_up(gate, 1)  # there is room in the queue again
    gate.leave()
    await second
    assert not third.done()
    gate.leave()
    await third


async def test_a_turn_that_comes_with_a_cancellation_is_passed_on() -> None:
    gate = gate_of(1)
    await gate.enter()
    first, second = await queue_up(gate, 2)
    gate.leave()
    first.cancel()  # before it could run
    await settle()
    assert first.cancelled()
    await second
    gate.leave()
    assert gate.free == 1


async def test_a_turn_that_comes_with_a_cancellation_to_nobody_frees_the_place() -> None:
    gate = gate_of(1)
    await gate.enter()
    (only,) = await queue_up(gate, 1)
    gate.leave()
    only.cancel()
    await settle()
    assert gate.free == 1


@given(st.lists(st.sampled_from(["enter", "leave", "cancel", "run"]), max_size=60), st.data())
def test_no_order_of_events_loses_or_invents_a_place(
    events: list[str], data: st.DataObject
) -> None:
    async def play() -> None:
        gate = gate_of(3, queue=4)
        tasks: list[asyncio.Task[None]] = []
        inside = 0
        for event in events:
            if event == "enter":
                tasks.append(asyncio.create_task(gate.enter()))
            elif event == "leave" and inside:
                gate.leave()
                inside -= 1
            elif event == "cancel" and tasks:
                tasks[data.draw(st.integers(0, len(tasks) - 1))].cancel()
            elif event == "run":
                await settle()
            inside += take_finished(tasks)
            assert gate.running <= 3
        await settle()
        inside += take_finished(tasks)
        while inside:
            gate.leave()
            inside -= 1
            await settle()
            inside += take_finished(tasks)
        assert tasks == []
        assert gate.free == 3

    asyncio.run(play())


def take_finished(tasks: list[asyncio.Task[None]]) -> int:
    """Remove what is done; return how many of them are inside now."""
    finished = [task for task in tasks if task.done()]
    tasks[:] = [task for task in tasks if not task.done()]
    return sum(not task.cancelled() and task.exception() is None for task in finished)
