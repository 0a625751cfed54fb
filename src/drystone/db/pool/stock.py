"""Where each connection of a pool is, and where it goes next.

    opened ──┐                  ┌─ clean ─────► whoever waits longest, or idle
             ├─► in use ─► given back
    idle ────┘                  ├─ cancelled, or in a transaction ─► mended aside
                                └─ lost, or still running ─► terminated

Invariants:
- Every connection is in exactly one place: idle, in use, or being mended.
- Nobody overtakes: while somebody waits, nothing is idle.
- Giving back sends nothing. There is no reset round trip, because nothing that would
  need one can be done: see `drystone.db.connection.session_state`. It does not wait
  either, so that a cancellation cannot cut it short.
- Once one connection is found dead or read-only, the idle ones go with it: what ended
  it (a restart, a failover, a cut network) has ended them too, and each would cost its
  next caller an error.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Final

from drystone.db.failures import DatabaseAway
from drystone.db.slow_log import SlowLog

from .config import PoolConfig
from .mending import mend
from .observed import ObservedConnection, Observer
from .opener import Opener
from .pooled import PooledConnection
from .waiting_line import WaitingLine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import asyncpg

_SWEEP_SECONDS: Final = 1.0
# Connections that were opened together must not all be replaced together.
_LIFETIME_SPREAD: Final = 0.1


class PoolMisused(RuntimeError):
    """A connection was given back twice, or a task asked for a second one."""


class Stock:
    """The connections of a pool.

    Args:
        connect: opens one, with `statement_cache_size=0`; see `connecting.py`.
        config: sizes and times.
        log_context: fields for each line of the slow log, such as the request's id.
        observer: is told of each statement, where there is one.
        chance: a number from 0 to below 1, each time another.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection[asyncpg.Record]]],
        *,
        config: PoolConfig | None = None,
        log_context: Callable[[], Mapping[str, object]] | None = None,
        observer: Observer | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.config = config or PoolConfig()
        slow = self.config.slow_statement_seconds
        self._slow_log = None if slow is None else SlowLog(slow, context=log_context)
        self._observer = observer
        self._chance = chance
        self._idle: list[PooledConnection] = []
        self._in_use: set[PooledConnection] = set()
        self._mending: dict[asyncio.Task[None], PooledConnection] = {}
        self._line: WaitingLine[PooledConnection] = WaitingLine(self.config.max_waiting)
        self._opener = Opener(
            connect, opened=self._welcome, failed=self._miss, wanted=self._wanted, chance=chance
        )
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False
        self._warmed, self._drained = asyncio.Event(), asyncio.Event()
        self._evicted = self._retired = 0

    def take_idle(self) -> PooledConnection | None:
        """Return an idle connection at once, or None; to be given back."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_connected():
                connection.wake()
                self._in_use.add(connection)
                return connection
            self._evict(connection)
        return None

    def has_idle(self) -> bool:
        """Say whether a connection could be had at once, as far as is known."""
        return bool(self._idle)

    def give_back(self, connection: PooledConnection) -> None:
        """Return a connection; sends nothing and does not wait.

        Raises:
            PoolMisused: it was not lent by this pool, or was given back before.
        """
        try:
            self._in_use.remove(connection)
        except KeyError:
            raise PoolMisused("this connection was given back before") from None
        if connection.is_clean() and not self._closed:
            self._offer(connection)
        else:
            self._sort_out(connection)

    def _size(self) -> int:
        return len(self._idle) + len(self._in_use) + len(self._mending)

    def _is_hopeless(self) -> bool:
        """Say whether there is no connection, and none about to be."""
        return self._opener.failure is not None and not self._size() and not len(self._opener)

    def _wanted(self) -> int:
        """Return how many connections should be opened, beside those being opened."""
        size = self._size()
        # While the database is away and nothing is left, one attempt looks for it.
        look = 1 if self._opener.failure is not None and not size else 0
        needed = max(len(self._line), self.config.min_size - size, look)
        return min(needed, self.config.max_size - size) - len(self._opener)

    def _welcome(self, raw: asyncpg.Connection[asyncpg.Record]) -> None:
        """Take in a connection that was just opened."""
        config = self.config
        spread = 1 + _LIFETIME_SPREAD * (2 * self._chance() - 1)
        now = asyncio.get_running_loop().time()
        kind = PooledConnection if self._observer is None else ObservedConnection
        connection = kind(
            raw,
            expires_at=now + config.max_lifetime_seconds * spread,
            statement_timeout_seconds=config.statement_timeout_seconds,
            prepared_statements=config.prepared_statements,
            slow_log=self._slow_log,
        )
        if isinstance(connection, ObservedConnection) and self._observer is not None:
            connection.observer = self._observer
        self._offer(connection)
        if self._size() >= config.min_size:
            self._warmed.set()

    def _miss(self) -> None:
        """Tell those who wait that the database is away, unless somebody has a connection."""
        self._warmed.set()
        if self._is_hopeless():
            self._line.refuse_all(self._away)

    def _away(self) -> DatabaseAway:
        """Return what those who wait are told, with the reason for whoever operates it."""
        away = DatabaseAway()
        away.__cause__ = self._opener.failure
        return away

    def _offer(self, connection: PooledConnection) -> None:
        """Hand a clean connection to whoever waits longest, or keep it."""
        if self._line:
            connection.wake()
            self._in_use.add(connection)
            if self._line.serve(connection):
                return
            self._in_use.remove(connection)
        connection.rest()
        connection.idle_since = asyncio.get_running_loop().time()
        self._idle.append(connection)

    def _sort_out(self, connection: PooledConnection) -> None:
        """Do what must be done with a connection that cannot be lent as it is."""
        if connection.lost or not connection.is_connected():
            self._evict(connection)
            self._evict_idle()
        elif self._closed or connection.running:
            self._evict(connection)
        elif connection.unsettled or connection.in_transaction():
            task = asyncio.get_running_loop().create_task(self._mend(connection))
            self._mending[task] = connection
        else:
            self._retire(connection)
        self._after_departure()

    async def _mend(self, connection: PooledConnection) -> None:
        mended = False
        try:
            mended = await mend(connection)
        finally:
            del self._mending[_this_task()]
            if mended and not self._closed and connection.is_clean():
                self._offer(connection)
            else:
                self._evict(connection)
                self._after_departure()

    def _evict(self, connection: PooledConnection) -> None:
        self._evicted += 1
        connection.terminate()

    def _evict_idle(self) -> None:
        while self._idle:
            self._evict(self._idle.pop())

    def _retire(self, connection: PooledConnection) -> None:
        self._retired += 1
        connection.terminate()

    def _after_departure(self) -> None:
        if not (self._in_use or self._mending):
            self._drained.set()
        if self._is_hopeless():
            self._line.refuse_all(self._away)
        self._opener.work()

    def _begin_sweeping(self) -> None:
        if self._sweeper is None and not self._closed:
            loop = asyncio.get_running_loop()
            self._sweeper = loop.call_later(_SWEEP_SECONDS, self._sweep)

    def _sweep(self) -> None:
        """Let go of what is dead, old or unused; open what is missing."""
        now = asyncio.get_running_loop().time()
        spare = self._size() - self.config.min_size
        kept: list[PooledConnection] = []
        for connection in self._idle:
            unused = now - connection.idle_since >= self.config.max_idle_seconds
            if not connection.is_connected():
                self._evict(connection)
            elif now >= connection.expires_at or (unused and spare > 0):
                self._retire(connection)
            else:
                kept.append(connection)
                continue
            spare -= 1
        self._idle = kept
        for connection in self._in_use:
            connection.retiring = now >= connection.expires_at
        self._sweeper = None
        self._begin_sweeping()
        self._opener.work()


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a connection is mended by a task")
    return task
