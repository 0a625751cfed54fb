from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drystone.db.pool.waiting_line import LineFull, WaitingLine

LONG = 60.0


def nothing() -> None:
    pass


def queue_up(
    line: WaitingLine[int],
    *,
    seconds: float = LONG,
    pass_on: Callable[[int], None] = lambda item: None,
) -> asyncio.Task[int]:
    async def wait() -> int:
        return await line.wait(seconds, joined=nothing, expired=TimeoutError, pass_on=pass_on)

    return asyncio.create_task(wait())


async def test_first_come_first_served() -> None:
    line: WaitingLine[int] = WaitingLine(10)
    tasks = [queue_up(line) for _ in range(5)]
    await asyncio.sleep(0)
    assert all(line.serve(number) for number in range(5))
    assert await asyncio.gather(*tasks) == [0, 1, 2, 3, 4]
    assert not line.serve(5)


async def test_a_full_line_refuses_at_once() -> None:
    line: WaitingLine[int] = WaitingLine(1)
    task = queue_up(line)
    await asyncio.sleep(0)
    with pytest.raises(LineFull):
        await queue_up(line)
    line.serve(1)
    assert await task == 1


async def test_whoever_waited_too_long_is_told_and_out_of_the_line() -> None:
    line: WaitingLine[int] = WaitingLine(10)
    task = queue_up(line, seconds=0.01)
    with pytest.raises(TimeoutError):
        await task
    assert len(line) == 0
    assert not line.serve(1)


async def test_a_cancelled_caller_is_skipped() -> None:
    line: WaitingLine[int] = WaitingLine(10)
    first, second = queue_up(line), queue_up(line)
    await asyncio.sleep(0)
    first.cancel()  # not run yet: still in the line
    assert line.serve(1)
    assert await second == 1
    assert len(line) == 0


async def test_what_a_cancelled_caller_was_handed_is_passed_on() -> None:
    line: WaitingLine[int] = WaitingLine(10)
    passed: list[int] = []
    task = queue_up(line, pass_on=passed.append)
    await asyncio.sleep(0)
    line.serve(7)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert passed == [7]


async def test_all_can_be_refused() -> None:
    line: WaitingLine[int] = WaitingLine(10)
    tasks = [queue_up(line) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    line.refuse_all(lambda: ConnectionError("away"))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [
        ConnectionError,
        asyncio.CancelledError,
        ConnectionError,
    ]
    assert len(line) == 0


async def test_a_refused_caller_that_is_cancelled_passes_nothing_on() -> None:
    line: WaitingLine[int] = WaitingLine(10)
    passed: list[int] = []
    task = queue_up(line, pass_on=passed.append)
    await asyncio.sleep(0)
    line.refuse_all(ConnectionError)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert passed == []


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["join", "serve", "cancel", "turn"]), max_size=40))
def test_no_item_is_lost_and_nobody_overtakes(steps: list[str]) -> None:
    async def play() -> None:
        line: WaitingLine[int] = WaitingLine(100)
        passed: list[int] = []
        tasks: list[asyncio.Task[int]] = []
        handed = 0
        for step in steps:
            if step == "join":
                tasks.append(queue_up(line, pass_on=passed.append))
            elif step == "serve":
                handed += line.serve(handed)
            elif step == "cancel" and tasks:
                tasks[len(tasks) // 2].cancel()
            else:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        line.refuse_all(ConnectionError)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        got = [result for result in results if isinstance(result, int)]
        assert got == sorted(got)
        assert sorted(got + passed) == list(range(handed))

    asyncio.run(play())
