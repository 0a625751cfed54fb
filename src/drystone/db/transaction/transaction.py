"""A transaction: statements that take effect together, or not at all.

    async with transactions.open() as tx:
        await tx.execute("UPDATE …")

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
from typing import TYPE_CHECKING, Any, Final, Self

from drystone.db.failures import (
    CommitUnknown,
    DatabaseAway,
    StatementTimeout,
    TransactionAborted,
)

from .lock_key import KeyPart, lock_key
from .mode import TransactionMode
from .states import Event, State, TransactionMisused, advance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from types import TracebackType

    import asyncpg

    from drystone.db.pool.pool import Pool
    from drystone.db.pool.pooled import PooledConnection

_ROLLBACK_SECONDS: Final = 1.0


class Transaction:
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

    async def fetch(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> list[asyncpg.Record]:
        """Run a statement and return all its rows; see `Connection.fetch`."""
        return await self.connection.fetch(sql, args, timeout_seconds=timeout_seconds)

    async def fetchrow(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> asyncpg.Record | None:
        """Run a statement and return its first row, or None."""
        return await self.connection.fetchrow(sql, args, timeout_seconds=timeout_seconds)

    async def fetchval(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> Any:
        """Run a statement and return its first row's first value, or None."""
        return await self.connection.fetchval(sql, args, timeout_seconds=timeout_seconds)

    async def execute(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> int:
        """Run a statement and return how many rows it found or changed."""
        return await self.connection.execute(sql, args, timeout_seconds=timeout_seconds)

    async def execute_many(
        self, sql: str, args: Iterable[Sequence[object]], *, timeout_seconds: float | None = None
    ) -> None:
        """Run a statement once for each set of parameters."""
        await self.connection.execute_many(sql, args, timeout_seconds=timeout_seconds)

    async def copy_in(
        self,
        table: str,
        *,
        columns: Sequence[str],
        records: Iterable[Sequence[object]],
        schema: str | None = None,
        timeout_seconds: float | None = None,
    ) -> int:
        """Write many rows by COPY; see `Connection.copy_in`."""
        return await self.connection.copy_in(
            table, columns=columns, records=records, schema=schema, timeout_seconds=timeout_seconds
        )

    def stream(
        self,
        sql: str,
        args: Sequence[object] = (),
        *,
        prefetch: int = 500,
        timeout_seconds: float | None = None,
    ) -> AsyncIterator[asyncpg.Record]:
        """Yield a statement's rows, a portion at a time; see `Connection.stream`."""
        return self.connection.stream(sql, args, prefetch=prefetch, timeout_seconds=timeout_seconds)

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
