"""Reads of single rows by id that travel together when every connection is busy.

    db.get(Task, a) ──┐
    db.get(Task, b) ──┼─► … FROM unnest($1) … ─► one record each
    db.get(Task, c) ──┘

While a connection is idle a read takes it and is sent at once: nothing is gained by
waiting. When all are busy, reads of one text gather until the next connection comes free,
and go as one statement. Each caller gets what its own statement would have answered, or
its error. Inside transactions nothing is joined: each has its own view of the rows.
"""

from __future__ import annotations

import asyncio
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from .pool.pool import Pool

    Answer: TypeAlias = asyncio.Future[asyncpg.Record | None]
    Waiting: TypeAlias = list[tuple[UUID, Answer]]

# A statement of more would keep its first caller waiting for the last one's row.
_MAX_JOINED: Final = 200
_PARAMETER: Final = re.compile(r"\$1\b")


class JoinedReads:
    """Reads rows by id on the connections of a pool.

    Args:
        pool: lends them.
    """

    __slots__ = ("_pool", "_tasks", "_waiting")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: dict[str, Waiting] = {}
        # Kept here, since the loop itself would forget them.
        self._tasks: set[asyncio.Task[None]] = set()

    async def fetchrow(self, sql: str, id: UUID) -> asyncpg.Record | None:  # noqa: A002  (the column's name)
        """Return the record of a statement whose only parameter is an id; None without one.

        A joined record has one column more, the last.
        """
        connection = self._pool.take_idle()
        if connection is None:
            return await self._join(sql, id)
        try:
            return await connection.fetchrow(sql, (id,))
        finally:
            self._pool.give_back(connection)

    def _join(self, sql: str, id: UUID) -> Answer:  # noqa: A002  (the column's name)
        answer: Answer = asyncio.get_running_loop().create_future()
        waiting = self._waiting.get(sql)
        if waiting is not None and len(waiting) < _MAX_JOINED:
            waiting.append((id, answer))
            return answer
        waiting = self._waiting[sql] = [(id, answer)]
        task = asyncio.create_task(self._send(sql, waiting))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return answer

    async def _send(self, sql: str, waiting: Waiting) -> None:
        """Wait for a connection, and answer all who wait by then."""
        try:
            connection = await self._pool.take()
            self._close(sql, waiting)
            try:
                wanted = [one for one, _ in waiting]
                records = await connection.fetch(join_text(sql), (wanted,))
            finally:
                self._pool.give_back(connection)
        except Exception as error:  # noqa: BLE001  (each caller is to get it, whatever it is)
            self._close(sql, waiting)
            _fail(waiting, error)
        except BaseException:
            self._close(sql, waiting)
            for _, answer in waiting:
                answer.cancel()
            raise
        else:
            _answer(waiting, records)

    def _close(self, sql: str, waiting: Waiting) -> None:
        """Let nobody else join."""
        if self._waiting.get(sql) is waiting:
            del self._waiting[sql]


@lru_cache(maxsize=512)
def join_text(sql: str) -> str:
    """Return the statement that reads for an array of ids what `sql` reads for one.

    Args:
        sql: compiled by `query/`: it holds no text in quotes that could look like `$1`.

    >>> print(join_text("SELECT t.id FROM t WHERE t.id = $1").partition(" CROSS JOIN ")[2])
    LATERAL (SELECT t.id FROM t WHERE t.id = wanted.id) AS one
    """
    return (
        "SELECT one.*, wanted.place FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place) "  # noqa: S608  (a compiled text)
        f"CROSS JOIN LATERAL ({_PARAMETER.sub('wanted.id', sql)}) AS one"
    )


def _answer(waiting: Waiting, records: list[asyncpg.Record]) -> None:
    # Places count from 1.
    found = {record["place"]: record for record in records}
    for place, (_, answer) in enumerate(waiting, 1):
        if not answer.done():
            answer.set_result(found.get(place))


def _fail(waiting: Waiting, error: Exception) -> None:
    for _, answer in waiting:
        if not answer.done():
            answer.set_exception(error)
