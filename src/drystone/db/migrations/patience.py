"""Locks that are not to be had at once: wait a little, let others through, try again.

A statement that waits for a lock blocks everybody who comes after it, even readers. So
it waits briefly (`lock_timeout`), gives up, pauses while the queue drains, and tries
again, each time with a longer pause. Half of a pause is chance, so that two who met do
not meet again.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from .errors import StatementFailed
from .events import Retrying
from .execute import WORTH_RETRYING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .events import OnEvent

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often a lock is waited for.

    Attributes:
        lock_timeout_seconds: for one lock; 0 waits without end.
        attempts: in all, at least 1.
        first_delay_seconds: before the second attempt; doubled for each further one.
        longest_delay_seconds: bounds that.
    """

    lock_timeout_seconds: float = 2.0
    attempts: int = 10
    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 30.0

    def delay(self, attempt: int, chance: float) -> float:
        """Return the seconds to pause after an attempt, the first being 1.

        Args:
            attempt: that failed.
            chance: between 0 and 1.

        >>> Patience().delay(1, 1.0), Patience().delay(2, 0.0), Patience().delay(20, 1.0)
        (0.5, 0.5, 30.0)
        """
        longest = min(self.first_delay_seconds * 2.0 ** (attempt - 1), self.longest_delay_seconds)
        return longest * (0.5 + chance / 2)


async def retry(
    work: Callable[[], Awaitable[T]], *, label: str, patience: Patience, on_event: OnEvent
) -> T:
    """Return what `work` returns, tried again when it could not have a lock.

    Args:
        work: leaves nothing behind when it raises StatementFailed for a lock.
        label: of the migration, for the events.
        patience: how often.
        on_event: is told of each pause.

    Raises:
        StatementFailed: it failed otherwise, or for the last time.
    """
    attempt = 1
    while True:
        try:
            return await work()
        except StatementFailed as error:
            if error.sqlstate not in WORTH_RETRYING or attempt >= patience.attempts:
                raise
            delay = patience.delay(attempt, random.random())  # noqa: S311  (spreads, hides nothing)
            reason = str(error).splitlines()[0]
            on_event(Retrying(label, reason, attempt, patience.attempts, delay))
        await asyncio.sleep(delay)
        attempt += 1
