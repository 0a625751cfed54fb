"""The pool: a bounded number of connections, lent first come, first served.

A caller gets an idle connection at once, or waits in line for whatever comes first: one
given back, or one just opened. Too many in line, or too long a wait, is refused with
503, and so is everybody at once while the database is away; see `stock.py` for the
connections' way, `opener.py` for how they are opened.

It leaves out: several databases (one pool each), and running again what failed (see
`drystone.db.transaction`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from drystone.db.failures import DatabaseAway
from drystone.errors import Overloaded, Unavailable

from .lease import Lease
from .statistics import PoolStatistics
from .stock import PoolMisused, Stock
from .waiting_line import LineFull

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from .pooled import PooledConnection

_CLOSE_SECONDS: Final = 1.0


class Pool(Stock):
    """Connections to one database; made as `Stock` is.

    For the hottest path there is a quick pair, without a context manager:

        connection = pool.take_idle() or await pool.take()
        try:
            ...
        finally:
            pool.give_back(connection)
    """

    _refused = 0
    _timed_out = 0

    async def start(self) -> None:
        """Open `min_size` connections. A pool that is not started opens them when asked.

        Raises:
            DatabaseAway: an attempt failed; the pool goes on trying.
        """
        self._begin_sweeping()
        self._opener.work()
        if self._size() < self.config.min_size:
            await self._warmed.wait()
        if self._size() < self.config.min_size:
            raise DatabaseAway from self._opener.failure

    async def stop(self, timeout_seconds: float = 5.0) -> None:
        """Refuse new callers, wait for those who have a connection, end all.

        Args:
            timeout_seconds: how long to wait for them; then their connections are cut.
        """
        self._closed = True
        self._line.refuse_all(_stopping)
        if self._sweeper is not None:
            self._sweeper.cancel()
        await self._opener.stop()
        idle, self._idle = self._idle, []
        await asyncio.gather(*(connection.close(_CLOSE_SECONDS) for connection in idle))
        await self._drain(timeout_seconds)

    def acquire(self) -> Lease:
        """Borrow a connection: `async with pool.acquire() as connection:`."""
        return Lease(self.take, self.give_back)

    async def take(self) -> PooledConnection:
        """Return a connection, after those who asked before; to be given back.

        Raises:
            Overloaded: too many wait, or none came free in time.
            DatabaseAway: the database cannot be reached.
            PoolMisused: this task holds one already, and could wait for itself.
            Unavailable: the pool is stopping.
        """
        if self._closed:
            raise _stopping()
        if connection := self.take_idle():
            return connection
        self.refuse_second()
        self._begin_sweeping()
        if self._is_hopeless():
            raise DatabaseAway from self._opener.failure
        timeout = self.config.acquire_timeout_seconds
        try:
            return await self._line.wait(
                timeout, joined=self._opener.work, expired=self._expired, pass_on=self.give_back
            )
        except LineFull:
            self._refused += 1
            raise Overloaded from None

    def statistics(self) -> PoolStatistics:
        """Return the pool's numbers at this moment."""
        return PoolStatistics(
            size=self._size(),
            idle=len(self._idle),
            in_use=len(self._in_use),
            opening=len(self._opener),
            waiting=len(self._line),
            away=self._opener.failure is not None,
            opened=self._opener.opened_count,
            failed=self._opener.failed_count,
            evicted=self._evicted,
            retired=self._retired,
            refused=self._refused,
            timed_out=self._timed_out,
        )

    async def fetch(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> list[asyncpg.Record]:
        """Run one statement on a connection of its own; see `Connection.fetch`."""
        connection = self.take_idle() or await self.take()
        try:
            return await connection.fetch(sql, args, timeout_seconds=timeout_seconds)
        finally:
            self.give_back(connection)

    async def fetchrow(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> asyncpg.Record | None:
        """Run one statement and return its first row; see `Connection.fetchrow`."""
        connection = self.take_idle() or await self.take()
        try:
            return await connection.fetchrow(sql, args, timeout_seconds=timeout_seconds)
        finally:
            self.give_back(connection)

    async def fetchval(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> Any:
        """Run one statement and return its first value; see `Connection.fetchval`."""
        connection = self.take_idle() or await self.take()
        try:
            return await connection.fetchval(sql, args, timeout_seconds=timeout_seconds)
        finally:
            self.give_back(connection)

    async def execute(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> int:
        """Run one statement and return its count; see `Connection.execute`."""
        connection = self.take_idle() or await self.take()
        try:
            return await connection.execute(sql, args, timeout_seconds=timeout_seconds)
        finally:
            self.give_back(connection)

    def refuse_second(self) -> None:
        """Refuse a task that would wait while it holds a connection of this pool.

        It may be waiting for itself, and every other task for the same reason. Looked for
        where one has to wait anyway, so that it costs nobody else anything.

        Raises:
            PoolMisused: this task holds one.
        """
        holders = [one.holder for one in self._in_use if one.holder is not None]
        if holders and asyncio.current_task() in holders:
            raise PoolMisused(
                "this task holds a connection of this pool and asks for a second one: use "
                "the one it has, such as the transaction it is in"
            )

    def _expired(self) -> Exception:
        self._timed_out += 1
        return Overloaded() if self._size() else self._away()

    async def _drain(self, timeout_seconds: float) -> None:
        if self._in_use or self._mending:
            self._drained.clear()
            try:
                async with asyncio.timeout(timeout_seconds):
                    await self._drained.wait()
            except TimeoutError:
                for connection in self._in_use:
                    connection.terminate()
        mending = list(self._mending)
        for task in mending:
            task.cancel()
        await asyncio.gather(*mending, return_exceptions=True)


def _stopping() -> Unavailable:
    return Unavailable("The service is stopping.")
