from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from drystone.db.pool.opener import Opener


class Database:
    """A database that is there or not, and an opener that wants some connections of it."""

    def __init__(self, *, there: bool = True, want: int = 1, chance: float = 0.0) -> None:
        self.there = there
        self.want = want
        self.gate = asyncio.Event()
        self.gate.set()
        self.attempts = self.at_once = self.most_at_once = self.misses = 0
        self.opened: list[Any] = []
        self.terminated = 0
        self.opener = Opener(
            self.connect,
            opened=self.opened.append,
            failed=self.miss,
            wanted=lambda: self.want - len(self.opened) - len(self.opener),
            chance=lambda: chance,
        )

    async def connect(self) -> Any:
        self.attempts += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            await self.gate.wait()
            if not self.there:
                raise ConnectionRefusedError
            return cast("Any", self)
        finally:
            self.at_once -= 1

    def terminate(self) -> None:
        self.terminated += 1

    def away(self) -> bool:
        return self.opener.failure is not None

    def miss(self) -> None:
        self.misses += 1


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


async def test_it_opens_what_is_wanted_a_few_at_a_time() -> None:
    database = Database(want=10)
    database.opener.work()
    database.opener.work()
    await until(lambda: len(database.opened) == 10)
    await asyncio.sleep(0)
    assert database.attempts == 10
    assert database.most_at_once == 3
    assert database.opener.opened_count == 10


async def test_while_the_database_is_away_one_at_a_time_tries() -> None:
    database = Database(there=False, want=10)
    database.opener.work()
    await until(lambda: database.attempts > 6)
    assert database.away()
    database.most_at_once = 0
    before = database.attempts
    database.opener.work()  # does not hurry the next attempt
    assert database.attempts == before
    await until(lambda: database.attempts > before + 5)
    assert database.most_at_once == 1
    assert database.misses >= before
    assert database.opener.failed_count >= before
    database.there = True
    await until(lambda: len(database.opened) == 10)
    assert not database.away()
    await database.opener.stop()


async def test_pauses_grow() -> None:
    database = Database(there=False, chance=1.0)
    database.opener.work()
    began = asyncio.get_running_loop().time()
    await until(lambda: database.attempts == 3)
    assert asyncio.get_running_loop().time() - began >= 0.3  # 0.1, then 0.2
    await database.opener.stop()


async def test_nobody_asks_so_nobody_tries() -> None:
    database = Database(there=False)
    database.opener.work()
    await until(lambda: database.misses >= 1)
    database.want = 0
    await until(lambda: database.opener.failure is None)
    attempts = database.attempts
    await asyncio.sleep(0.01)
    assert database.attempts == attempts


async def test_stopping_gives_up() -> None:
    database = Database(want=3)
    database.gate.clear()
    database.opener.work()
    await until(lambda: database.attempts == 3)
    await database.opener.stop()
    assert len(database.opener) == 0
    database.opener.work()
    assert database.attempts == 3
    assert database.opened == []


async def test_an_absence_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    database = Database(there=False)
    with caplog.at_level("INFO", logger="drystone.db.pool"):
        database.opener.work()
        await until(lambda: database.attempts > 4)
        database.there = True
        await until(lambda: database.opened)
    assert [record.message for record in caplog.records] == [
        "cannot connect to the database",
        "the database is back",
    ]
