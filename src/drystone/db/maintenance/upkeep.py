"""Maintenance that a server does by itself, quietly, while it serves.

    start ──► a while ──► a run, unless one was done ──► about an interval ──► … ──► stop

Every process of every node has one of these. When its time has come it looks whether
maintenance was done within the interval; it is the first to find that it was not that does
it, under the lock of `maintain`. The others find it done, or being done.

Invariants:
- Neither start nor stop waits for it: it is a task beside the requests, and is cut off.
- A run ends within `MAX_RUN_SECONDS`. What was done stays done; the rest is the next one's.
- A line is logged where something was done or has failed, and a failure that stays the
  same once: no lines of an hour in which nothing happened.
- Whatever fails, the database being away included, the next time comes.

The first run waits a while, so that servers which start together, or again and again, ask
nothing of a database that has enough to do then.
"""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import asynccontextmanager
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from drystone.db.failures import NOT_MIGRATED
from drystone.errors import Problem

from .maintain import Done, Skipped, maintain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from .maintain import Event
    from .policy import MaintenancePolicy

MAX_RUN_SECONDS: Final = 300.0

_LOGGER: Final = "drystone.db.maintenance"
_FIRST_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 1.0
# Processes that were started together must not look together for ever.
_SPREAD: Final = 0.1


class Upkeep:
    """Runs maintenance from time to time.

    Args:
        url: of the database, past a PgBouncer; by the role that owns the tables.
        models: all of the application.
        policy: what is wanted.
        interval_seconds: about how often, by all servers together.
        max_run_seconds: until a run is cut off.
        chance: a number from 0 to below 1, each time another.
    """

    def __init__(
        self,
        url: str,
        models: Sequence[type[Any]],
        policy: MaintenancePolicy,
        *,
        interval_seconds: float,
        max_run_seconds: float = MAX_RUN_SECONDS,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._url = url
        self._models = tuple(models)
        self._policy = policy
        self._interval_seconds = interval_seconds
        self._max_run_seconds = max_run_seconds
        self._chance = chance
        self._log = logging.getLogger(_LOGGER)
        self._failure: str | None = None

    async def go_on(self) -> None:
        """Run from time to time, until it is cancelled."""
        await asyncio.sleep(self._first_pause_seconds())
        while True:
            await self.run()
            await asyncio.sleep(self._pause_seconds())

    async def run(self) -> None:
        """Do what there is to do, unless it was done within the interval; never raise."""
        events: list[Event] = []
        began = perf_counter()
        # A process that comes a little early would leave it to nobody.
        within = timedelta(seconds=self._interval_seconds * (1 - 2 * _SPREAD))
        try:
            async with asyncio.timeout(self._max_run_seconds):
                await maintain(
                    self._url,
                    self._models,
                    self._policy,
                    on_event=events.append,
                    unless_within=within,
                )
        except TimeoutError:
            self._tell(events, began)
            self._fail("cut off: it took too long; the next run goes on")
        except Exception as error:  # noqa: BLE001  (a server goes on serving, whatever it is)
            self._tell(events, began)
            self._fail(_reason_of(error))
        else:
            self._tell(events, began)
            self._failure = None

    def _first_pause_seconds(self) -> float:
        """Return how long it waits after the start: one to two minutes, or intervals if shorter."""
        return min(_FIRST_SECONDS, self._interval_seconds) * (1 + self._chance())

    def _pause_seconds(self) -> float:
        return self._interval_seconds * (1 + _SPREAD * (2 * self._chance() - 1))

    def _tell(self, events: Sequence[Event], began: float) -> None:
        """Log what was done, if anything was."""
        done = [str(one) for one in events if isinstance(one, Done) and one.rows != 0]
        left = [str(one.step) for one in events if isinstance(one, Skipped)]
        if done or left:
            seconds = round(perf_counter() - began, 3)
            fields = {"done": done, "left": left, "seconds": seconds}
            self._log.info("maintenance", extra=fields)

    def _fail(self, reason: str) -> None:
        if reason != self._failure:
            self._failure = reason
            self._log.warning("maintenance failed", extra={"reason": reason})


@asynccontextmanager
async def keep_up(upkeep: Upkeep) -> AsyncIterator[None]:
    """Have maintenance done for as long as the block runs, which waits for none of it."""
    task = asyncio.create_task(upkeep.go_on(), name="drystone maintenance")
    try:
        yield
    finally:
        task.cancel()
        # Its connections are let go of; a database that is away keeps nobody waiting.
        await asyncio.wait([task], timeout=_STOP_SECONDS)


def _reason_of(error: Exception) -> str:
    """Return why it failed, on one line, with the mend where there is one."""
    if isinstance(error, NOT_MIGRATED):
        return f"{error}; run drystone migrate up"
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return (
            f"{error}; name the role that owns the tables in DRYSTONE_DATABASE_DIRECT_URL, or set "
            "DRYSTONE_MAINTENANCE_INTERVAL_SECONDS=0 and run drystone maintain as that role"
        )
    cause = error.__cause__ if isinstance(error, Problem) and error.__cause__ else error
    return " ".join(str(cause).split()) or type(cause).__name__
