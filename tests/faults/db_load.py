"""Writers that keep books of what they were told, and what must hold at the end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from drystone.db.failures import CommitUnknown
from drystone.db.pool.pool import Pool
from drystone.db.transaction.transaction import Transaction
from drystone.db.transaction.transactions import Transactions
from drystone.errors import Unavailable
from tests.integration.db.opening import open_connection

ACCOUNTS = 10
TOTAL = ACCOUNTS * 1_000


async def create_books(url: str) -> None:
    """Fill a database with accounts, and a table of the transfers between them."""
    async with open_connection(url) as connection:
        await connection.script(
            "CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL);"
            "CREATE TABLE transfer (id bigint PRIMARY KEY);"
            f"INSERT INTO account SELECT n, 1000 FROM generate_series(1, {ACCOUNTS}) AS n"
        )


@dataclass(slots=True)
class Books:
    """What the writers were told.

    Attributes:
        kept: transfers that were acknowledged.
        unknown: those whose COMMIT was lost.
        refused: those that failed with 503.
        other: every other error.
    """

    kept: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    other: list[BaseException] = field(default_factory=list)

    async def check(self, url: str) -> None:
        """Check that nothing acknowledged is lost, and nothing refused was done."""
        async with open_connection(url) as connection:
            there = {row[0] for row in await connection.fetch("SELECT id FROM transfer")}
            total = await connection.fetchval("SELECT sum(balance) FROM account")
        assert self.other == []
        assert total == TOTAL  # K4
        assert self.kept <= there  # K1
        assert there <= self.kept | self.unknown  # K2, K3


class Writers:
    """Transfers between random accounts, from many tasks.

    Args:
        pool: what they use.
        seed: of their chance.
    """

    def __init__(self, pool: Pool, *, seed: int = 1) -> None:
        self.books = Books()
        self._transactions = Transactions(pool)
        self._chance = random.Random(seed)
        self._next = 0

    @asynccontextmanager
    async def working(self, count: int) -> AsyncIterator[Books]:
        """Let so many tasks work for the length of the block."""
        ending = asyncio.Event()

        async def work() -> None:
            while not ending.is_set():
                await self.transfer()

        tasks = [asyncio.create_task(work()) for _ in range(count)]
        try:
            yield self.books
        finally:
            ending.set()
            await asyncio.gather(*tasks)

    async def transfer(self) -> None:
        """Move something between two accounts, and note what came of it."""
        self._next += 1
        number = self._next
        giver, taker = self._chance.sample(range(1, ACCOUNTS + 1), 2)

        async def move(tx: Transaction) -> None:
            await tx.connection.execute("INSERT INTO transfer VALUES ($1)", (number,))
            await tx.connection.execute(
                "UPDATE account SET balance = balance - 1 WHERE id = $1", (giver,)
            )
            await tx.connection.execute(
                "UPDATE account SET balance = balance + 1 WHERE id = $1", (taker,)
            )

        try:
            await self._transactions.run(move, attempts=10)
        except CommitUnknown:
            self.books.unknown.add(number)
        except Unavailable:
            self.books.refused.add(number)
            await asyncio.sleep(0.01)
        except Exception as error:
            self.books.other.append(error)
            await asyncio.sleep(0.01)
        else:
            self.books.kept.add(number)
