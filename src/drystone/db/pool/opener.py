"""Opens connections: several at a time while that works, one at a time while it does not.

A database that comes back must not be met by every process with every connection at
once. So a failed attempt is followed by a pause, doubled each time and spread by
chance, and by one attempt, until it succeeds. It needs no caller for that: recovery is
found within a second, and while there is none, callers are told at once.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING, Final

from drystone.db.backoff import full_jitter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg

_MAX_AT_ONCE: Final = 3
_BASE_SECONDS: Final = 0.1
_CAP_SECONDS: Final = 1.0

log: Final = logging.getLogger("drystone.db.pool")


class Opener:
    """Opens as many connections as are wanted.

    Args:
        connect: opens one, within a time of its own.
        opened: is given each.
        failed: is told of each attempt that failed.
        wanted: says how many more would be welcome, those being opened counted.
        chance: a number from 0 to below 1, each time another.

    Attributes:
        failure: why the last attempt failed; None after one that did not.
        opened_count: how many were opened.
        failed_count: how many attempts failed.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection[asyncpg.Record]]],
        *,
        opened: Callable[[asyncpg.Connection[asyncpg.Record]], None],
        failed: Callable[[], None],
        wanted: Callable[[], int],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._connect = connect
        self._opened = opened
        self._failed = failed
        self._wanted = wanted
        self._chance = chance
        self._attempts: set[asyncio.Task[None]] = set()
        self._retry: asyncio.TimerHandle | None = None
        self._failures = 0
        self._closed = False
        self.failure: Exception | None = None
        self.opened_count = 0
        self.failed_count = 0

    def __len__(self) -> int:
        """Return how many attempts are under way."""
        return len(self._attempts)

    def work(self) -> None:
        """Begin as many attempts as are wanted and may be; again does no harm."""
        if self.failure is not None or self._closed:
            return  # the next attempt has its time already
        for _ in range(min(self._wanted(), _MAX_AT_ONCE - len(self._attempts))):
            self._begin()

    async def stop(self) -> None:
        """Give up all attempts."""
        self._closed = True
        if self._retry is not None:
            self._retry.cancel()
        for attempt in self._attempts:
            attempt.cancel()
        await asyncio.gather(*self._attempts, return_exceptions=True)

    def _begin(self) -> None:
        attempt = asyncio.get_running_loop().create_task(self._open())
        self._attempts.add(attempt)

    async def _open(self) -> None:
        attempt = asyncio.current_task()
        raw = None
        try:
            raw = await self._connect()
        except Exception as error:  # noqa: BLE001  (whatever keeps us from the database)
            self._note_failure(error)
        finally:
            if attempt is not None:
                self._attempts.discard(attempt)
        if raw is None:
            self._failed()
        elif self._closed:
            raw.terminate()
        else:
            self._note_success()
            self._opened(raw)
            self.work()

    def _note_success(self) -> None:
        if self.failure is not None:
            log.info("the database is back", extra={"attempts": self._failures})
        self.opened_count += 1
        self.failure, self._failures = None, 0

    def _note_failure(self, error: Exception) -> None:
        if self.failure is None:
            # Once per absence, not once per attempt.
            reason = f"{type(error).__name__}: {error}"
            log.warning("cannot connect to the database", extra={"reason": reason})
        self.failed_count += 1
        self._failures += 1
        self.failure = error
        if self._retry is None and not self._closed:
            pause = full_jitter(
                self._failures, self._chance, base_seconds=_BASE_SECONDS, cap_seconds=_CAP_SECONDS
            )
            self._retry = asyncio.get_running_loop().call_later(pause, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        if self._attempts:
            return  # one that began before the failure: it will tell
        if self._wanted() > 0:
            self._begin()
        else:
            self.failure = None  # nobody asks: the next who does will find out
