"""Reads of single rows by id that travel together: those of one turn, or that wait.

    db.get(Task, a) ──┐
    db.get(Task, b) ──┼─► … FROM unnest($1) … ─► one record each
    db.get(Task, c) ──┘

A turn of the loop is what runs before it looks at its sockets again. The first read of a
text in a turn is sent at once, where a connection is idle: a read that is alone must not
wait. Those that follow in the same turn gather until it ends, or until a connection comes
free, and go as one statement. With 64 callers and 10 connections that takes two thirds of
the CPU time, here and in PostgreSQL together, of sending on as long as one is idle. Inside
transactions nothing is joined: each has its own view of the rows.

Invariants:
- Each caller gets what its own statement would have answered, or an error of its own.
- Who has joined is known before the statement is sent, so a row that was committed before
  a read began is seen by it.
- A caller that leaves takes nobody with it; when the last one leaves, the statement ends.

The wait for a connection is that of the first: those who join later may be refused sooner
than they would have been alone, and never later.
"""

from __future__ import annotations

import asyncio
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import UUID

from drystone.errors import Unavailable

from .shared_errors import copy_error

if TYPE_CHECKING:
    import asyncpg

    from .pool.pool import Pool
    from .pool.pooled import PooledConnection

    # An error comes as a value: one that nobody fetches is no fault of anybody's.
    Outcome: TypeAlias = asyncpg.Record | Exception | None

# A statement of more would keep its first caller waiting for the last one's row.
_MAX_JOINED: Final = 200
_PARAMETER: Final = re.compile(r"\$1\b")


class _Group:
    """Callers of one text who wait for the same statement."""

    __slots__ = ("callers", "sql", "task")

    task: asyncio.Task[None]

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.callers: list[tuple[UUID, asyncio.Future[Outcome]]] = []

    def present(self) -> list[tuple[UUID, asyncio.Future[Outcome]]]:
        """Return those who have not left."""
        return [caller for caller in self.callers if not caller[1].done()]

    def fail(self, error: Exception) -> None:
        """Tell those who are left."""
        for _, answer in self.present():
            answer.set_result(error)


class JoinedReads:
    """Reads rows by id on the connections of a pool.

    Args:
        pool: lends them.
    """

    __slots__ = ("_open", "_pool", "_sent", "_tasks")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._open: dict[str, _Group] = {}
        # The texts that were sent alone in this turn.
        self._sent: set[str] = set()
        # Kept here, since the loop itself would forget them.
        self._tasks: set[asyncio.Task[None]] = set()

    async def fetchrow(self, sql: str, id: object) -> asyncpg.Record | None:  # noqa: A002  (the column's name)
        """Return the record of a statement whose only parameter is an id; None without one.

        A joined record has one column more, the last. Raises as `Pool.fetchrow` does.
        """
        connection = None if sql in self._sent else self._pool.take_idle()
        if connection is None:
            if isinstance(id, UUID):
                return await self._join(sql, id)
            # What is no id must not spoil the statement of others.
            connection = await self._pool.take()
        if not self._sent:
            asyncio.get_running_loop().call_soon(self._sent.clear)
        self._sent.add(sql)
        try:
            return await connection.fetchrow(sql, (id,))
        finally:
            self._pool.give_back(connection)

    async def _join(self, sql: str, id: UUID) -> asyncpg.Record | None:  # noqa: A002  (the column's name)
        # The statement is another task's, in which the pool could not tell.
        if not self._pool.has_idle():
            self._pool.refuse_second()
        group = self._open.get(sql) or self._begin(sql)
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        group.callers.append((id, answer))
        if len(group.callers) == _MAX_JOINED:
            self._close(group)
        try:
            outcome = await answer
        except asyncio.CancelledError:
            if not group.present():
                self._close(group)
                group.task.cancel()
            raise
        if isinstance(outcome, Exception):
            raise copy_error(outcome)
        return outcome

    def _begin(self, sql: str) -> _Group:
        group = self._open[sql] = _Group(sql)
        group.task = asyncio.create_task(self._send(group))
        self._tasks.add(group.task)
        group.task.add_done_callback(self._tasks.discard)
        return group

    async def _send(self, group: _Group) -> None:
        """Wait for a connection, and answer all who wait by then."""
        try:
            connection = await self._pool.take()
            self._close(group)
            try:
                callers = group.present()
                records = await _ask(connection, group.sql, [one for one, _ in callers])
            finally:
                self._pool.give_back(connection)
        except Exception as error:  # noqa: BLE001  (each caller is to get it, whatever it is)
            self._close(group)
            group.fail(error)
        except BaseException:
            # All have left, or the loop ends.
            self._close(group)
            group.fail(Unavailable("The service is stopping."))
            raise
        else:
            for (_, answer), record in zip(callers, records, strict=True):
                if not answer.done():
                    answer.set_result(record)

    def _close(self, group: _Group) -> None:
        """Let nobody else join."""
        if self._open.get(group.sql) is group:
            del self._open[group.sql]


async def _ask(
    connection: PooledConnection, sql: str, asked: list[UUID]
) -> list[asyncpg.Record | None]:
    """Return the record of each id, in their order."""
    if len(asked) == 1:
        return [await connection.fetchrow(sql, asked)]
    records = await connection.fetch(join_text(sql), (asked,))
    # The last column is the place, from 1.
    found = {record[len(record) - 1]: record for record in records}
    return [found.get(place) for place in range(1, len(asked) + 1)]


@lru_cache(maxsize=512)
def join_text(sql: str) -> str:
    """Return the statement that reads for an array of ids what `sql` reads for one.

    Args:
        sql: compiled by `query/`: it holds no text in quotes that could look like `$1`.

    >>> print(join_text("SELECT t.id FROM t WHERE t.id = $1").partition(" CROSS JOIN ")[2])
    LATERAL (SELECT t.id FROM t WHERE t.id = "Asked".id) AS one
    """
    # No model's table has a capital in its name, so `sql` has no "Asked" of its own.
    # The array comes through a subquery so that PostgreSQL does not see how long it is:
    # a plan for just these ids would look cheaper each time, and be made each time.
    return (
        'SELECT one.*, "Asked".place '  # noqa: S608  (a compiled text)
        'FROM unnest((SELECT $1::uuid[])) WITH ORDINALITY AS "Asked" (id, place) '
        f"CROSS JOIN LATERAL ({_PARAMETER.sub(_ASKED, sql)}) AS one"
    )


_ASKED: Final = '"Asked".id'
