from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from drystone.db.connection.turns import take_turns


@pytest.mark.parametrize("count", [0, 1, 249, 250, 251, 1_000])
async def test_every_row_comes_once_and_in_order(count: int) -> None:
    assert [row async for row in take_turns(range(count))] == list(range(count))


async def test_others_run_meanwhile() -> None:
    seen: list[int] = []
    read = 0

    async def watch() -> None:
        while True:
            seen.append(read)
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    async for _ in take_turns(range(1_000)):
        read += 1
    watching.cancel()
    assert seen == [250, 500, 750, 1_000]


async def test_rows_are_read_as_they_are_wanted() -> None:
    read: list[int] = []

    def rows() -> Iterator[int]:
        for number in range(1_000):
            read.append(number)
            yield number

    async with aclosing(take_turns(rows())) as turns:
        assert [await anext(turns) for _ in range(3)] == [0, 1, 2]
    assert read == [0, 1, 2]
