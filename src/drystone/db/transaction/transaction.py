"""A transaction: statements that take effect together, or not at all.

    async with db.transaction() as tx:
        await tx.execute(update(Task).set(Task.status, "done").where(Task.id == id))

It holds one connection from BEGIN to the end of the block. Leaving the block commits;
an error that leaves it rolls back. Both are over before the block is, except where the
caller was cancelled: it leaves at once, and the pool rolls back aside.

Invariants:
- What was acknowledged is committed. COMMIT of a transaction that had failed, which
  PostgreSQL answers with ROLLBACK and no error, raises.
- Whether a lost COMMIT took effect is never guessed: `CommitUnknown`.

BEGIN costs a round trip of its own. Sending it with the first statement would save one,
but asyncpg's protocol awaits each answer; a statement that needs no transaction is
cheaper still, and needs none.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, Self, TypeVar

from drystone.db.failures import (
    CommitUnknown,
    DatabaseAway,
    StatementTimeout,
    TransactionAborted,
)
from drystone.db.queries import Queries

from .lock_key import KeyPart, lock_key
from .mode import TransactionMode
from .states import Event, State, TransactionMisused, advance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from drystone.db.pool.pool import Pool
    from drystone.db.pool.pooled import PooledConnection
    from drystone.db.query.statement import Statement

T = TypeVar("T")

_ROLLBACK_SECONDS: Final = 1.0


class Transaction(Queries):
    """One transaction, on a connection of `pool`; an async context manager, used once.

    Args:
        pool: lends the connection.
        mode: its isolation, and what it may do.

    Attributes:
        state: where it is; see `states.py`.
    """

    __slots__ = ("_connection", "_mode", "_pool", "_savepoints", "state")

    def __init__(self, pool: Pool, mode: TransactionMode | None = None) -> None:
        self._pool = pool
        self._mode = mode or TransactionMode()
        self._connection: PooledConnection | None = None
        self._savepoints = 0
        self.state = State.NEW

    async def __aenter__(self) -> Self:
        following = advance(self.state, Event.BEGIN)
        connection = self._pool.take_idle() or await self._pool.take()
        connection.hold()
        self._connection = connection
        try:
            await connection.script(self._mode.begin())
        except BaseException:
            self._release()
            raise
        connection.read_only = self._mode.read_only
        self.state = following
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                await self._commit()
            else:
                await self._roll_back(error)
        finally:
            self._release()

    @property
    def connection(self) -> PooledConnection:
        """The connection, while the transaction is open.

        Raises:
            TransactionMisused: it is not.
        """
        if self.state is not State.OPEN or self._connection is None:
            raise TransactionMisused(f"cannot use a transaction that is {self.state.value}")
        return self._connection

    async def stream(
        self,
        query: Statement[T],
        *,
        prefetch: int = 500,
        timeout_seconds: float | None = None,
    ) -> AsyncIterator[T]:
        """Yield the rows of a query without holding all of them; see `Connection.stream`.

        Args:
            query: a select, or `sql(…)`.
            prefetch: how many rows travel at a time.
            timeout_seconds: for each such portion.
        """
        sql, values, decode = query.prepare()
        async for record in self.connection.stream(
            sql, values, prefetch=prefetch, timeout_seconds=timeout_seconds
        ):
            yield decode(record)

    def session(self) -> PooledConnection:
        """Return the connection: statements go there."""
        return self.connection

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo this block alone where an error leaves it; the error goes on.

        The transaction can be used on by whoever catches the error outside the block.
        Savepoints nest.
        """
        self._savepoints += 1
        name = f"s{self._savepoints}"
        await self.connection.script(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            # A caller that was cancelled too: a timeout around the block is caught by
            # code that goes on with the transaction.
            if not self.connection.lost:
                await self.connection.script(
                    f"ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}",
                    timeout_seconds=_ROLLBACK_SECONDS,
                )
            raise
        await self.connection.script(f"RELEASE SAVEPOINT {name}")

    async def lock(self, *key: KeyPart) -> None:
        """Wait for the advisory lock that `key` names, and hold it until the end.

        Args:
            key: what is locked, such as `"invoice", 17`; see `lock_key`.
        """
        await self.connection.fetchval("SELECT pg_advisory_xact_lock($1)", (lock_key(key),))

    async def try_lock(self, *key: KeyPart) -> bool:
        """Take the advisory lock that `key` names, if nobody has it; say whether."""
        sql = "SELECT pg_try_advisory_xact_lock($1)"
        taken: bool = await self.connection.fetchval(sql, (lock_key(key),))
        return taken

    async def _commit(self) -> None:
        connection = self.connection
        if connection.lost:  # noticed, and swallowed, before COMMIT: nothing was kept
            self.state = advance(self.state, Event.ROLL_BACK)
            raise DatabaseAway
        self.state = advance(self.state, Event.COMMIT)
        try:
            tag = await connection.script("COMMIT")
        except (DatabaseAway, StatementTimeout) as error:
            self.state = advance(self.state, Event.LOST)
            if self._mode.read_only:
                raise  # there was nothing to be lost
            raise CommitUnknown from error
        except Exception:
            self.state = advance(self.state, Event.REFUSED)
            raise
        except BaseException:
            self.state = advance(self.state, Event.LOST)
            raise
        if tag != "COMMIT":
            self.state = advance(self.state, Event.REFUSED)
            raise TransactionAborted
        self.state = advance(self.state, Event.COMMITTED)

    async def _roll_back(self, error: BaseException) -> None:
        connection = self.connection
        self.state = advance(self.state, Event.ROLL_BACK)
        # A caller that was cancelled does not wait: the pool rolls back. Nor is there
        # anything to be said to a server that is gone: it has rolled back.
        if isinstance(error, Exception) and not connection.lost:
            try:
                await connection.script("ROLLBACK", timeout_seconds=_ROLLBACK_SECONDS)
            except Exception as failure:  # noqa: BLE001  (the first error is the one to tell)
                error.add_note(f"and ROLLBACK failed: {failure}")

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.let_go()
            connection.read_only = False
            self._pool.give_back(connection)
