"""Beginning transactions, and running again those that lost against another one.

At `repeatable_read` and `serializable` PostgreSQL ends a transaction that does not fit
with others (40001), and at any level one of two that wait for each other (40P01). Both
are cured by running it again from its start, reads included: what it read may have been
what was wrong. That takes a function; the body of a `with` runs once.

A connection lost before COMMIT was sent has left nothing either, so the function is run
again for that too, as long as its caller has not waited for long already. After COMMIT
was sent, never: see `CommitUnknown`.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Final, TypeVar

from drystone.db.backoff import full_jitter
from drystone.db.failures import DatabaseAway, TransactionConflict

from .mode import Isolation, TransactionMode
from .states import State
from .transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from drystone.db.pool.pool import Pool

T = TypeVar("T")

DEFAULT_ATTEMPTS: Final = 5
_BASE_SECONDS: Final = 0.02
_CAP_SECONDS: Final = 0.5
# A loss noticed later than this came from a network gone silent: the next attempt would
# most likely meet the same, and the caller has been promised an answer.
_LOST_WITHIN_SECONDS: Final = 2.0


class Transactions:
    """Begins transactions on a pool.

    Args:
        pool: lends the connections.
        chance: a number from 0 to below 1, each time another.
        sleep: waits for so many seconds.
        clock: seconds, from anywhere.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._chance = chance
        self._sleep = sleep
        self._clock = clock

    def open(
        self,
        *,
        isolation: Isolation = "read_committed",
        read_only: bool = False,
        deferrable: bool = False,
        attempts: int = 1,
    ) -> Transaction:
        """Return a transaction for an `async with`, whose body runs once.

        Args:
            isolation: see `TransactionMode`.
            read_only: see `TransactionMode`.
            deferrable: see `TransactionMode`.
            attempts: 1; more of them need a function, see `run`.

        Raises:
            ValueError: more than one attempt, or a mode that cannot be.
        """
        if attempts != 1:
            raise ValueError(
                f"a block cannot be run {attempts} times: put it into an `async def` that takes "
                "the transaction, and give that to `run`"
            )
        mode = TransactionMode(isolation=isolation, read_only=read_only, deferrable=deferrable)
        return Transaction(self._pool, mode)

    async def run(
        self,
        function: Callable[[Transaction], Awaitable[T]],
        *,
        isolation: Isolation = "read_committed",
        read_only: bool = False,
        deferrable: bool = False,
        attempts: int = DEFAULT_ATTEMPTS,
    ) -> T:
        """Run `function` in a transaction, again where it lost; return what it returned.

        Args:
            function: takes the transaction. It may run several times, so it has no
                effects but those in the database.
            isolation: see `TransactionMode`.
            read_only: see `TransactionMode`.
            deferrable: see `TransactionMode`.
            attempts: how often it may run.

        Raises:
            TransactionConflict: it lost every time.
            DatabaseAway: the connection was lost, and another one could not be had.
            CommitUnknown: it was lost after COMMIT was sent.
            ValueError: less than one attempt, or a mode that cannot be.
            Exception: what `function` raised.
        """
        if attempts < 1:
            raise ValueError(f"attempts is 1 or more, not {attempts}")
        mode = TransactionMode(isolation=isolation, read_only=read_only, deferrable=deferrable)
        began = self._clock()
        for attempt in range(1, attempts):
            tx = Transaction(self._pool, mode)
            try:
                async with tx:
                    return await function(tx)
            except TransactionConflict:
                pass
            except DatabaseAway:
                never_began = tx.state is State.NEW
                if never_began or self._clock() - began > _LOST_WITHIN_SECONDS:
                    raise
            pause = full_jitter(
                attempt, self._chance, base_seconds=_BASE_SECONDS, cap_seconds=_CAP_SECONDS
            )
            await self._sleep(pause)
        async with Transaction(self._pool, mode) as last:
            return await function(last)
