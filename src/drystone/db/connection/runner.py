"""Running one statement at a time on a connection: its deadline, its errors, its end.

Invariants:
- A statement ends within its deadline, whatever the network does.
- An error that leaves here is one of `drystone.db.failures`, or a mistake of ours as
  asyncpg told it.
- A statement whose caller was cancelled is cancelled in the server. The connection can
  be used again once the server has confirmed it; `settle` waits for that.
- Nothing changes the session; see `session_state`.

A plan that the schema has left behind is prepared again and the statement run again,
once and outside transactions, where PostgreSQL has undone all of it. Inside one, the
error is a `TransactionConflict`: the transaction, run again, finds it mended.
"""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

import asyncpg

from drystone.db.failures import (
    DatabaseAway,
    StatementTimeout,
    WrongArgument,
    is_connection_lost,
    translate,
)

from .deadline import Deadline
from .session_state import check_session_state
from .statements import HeldStatement, HeldStatements
from .wire import Wire, is_unsent, out_of_step, state_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import TypeAlias

    from drystone.db.slow_log import SlowLog

    # Rows, command tag, and whether all rows came.
    Result: TypeAlias = tuple[list[asyncpg.Record], bytes, bool]

T = TypeVar("T")

# What a connection is doing. The usual case is zero, so that it is one test.
_FREE: Final = 0
_RUNNING: Final = 1
_UNSETTLED: Final = 2  # the last statement was asked to end, and has not said so
_RESTING: Final = 3  # nobody's: it is in the pool

# A plan, or a statement's name, that went stale while it was held: the schema changed,
# or a pooler between us put us on another session.
_STALE: Final = (asyncpg.InvalidCachedStatementError, asyncpg.InvalidSQLStatementNameError)

_READ_ONLY: Final = "25006"
_SETTLE_SECONDS: Final = 1.0


class ConnectionMisused(RuntimeError):
    """A connection was used by two tasks at a time, or after it was given back."""


class Runner:
    """One connection, one statement at a time.

    Args:
        raw: as asyncpg opened it, with `statement_cache_size=0`.
        statement_timeout_seconds: for statements that are not given a time of their own.
        prepared_statements: how many are held prepared; 0 for a PgBouncer before 1.21.
        slow_log: where slow statements are written, if anywhere.

    Attributes:
        lost: whether it must not be used again.
        read_only: whether its transaction is; a refused write is then a mistake of ours,
            and not a sign that the server became a standby.
        in_transaction: whether the server has a transaction open here, failed ones too.
        is_connected: whether the socket is open, as far as is known.
    """

    __slots__ = (
        "_bind_execute",
        "_deadline",
        "_slow_log",
        "_slow_seconds",
        "_statements",
        "_use",
        "_wire",
        "in_transaction",
        "is_connected",
        "lost",
        "read_only",
    )

    def __init__(
        self,
        raw: asyncpg.Connection[asyncpg.Record],
        *,
        statement_timeout_seconds: float = 5.0,
        prepared_statements: int = 200,
        slow_log: SlowLog | None = None,
    ) -> None:
        self._wire = Wire(raw)
        self._bind_execute = self._wire.bind_execute
        self._deadline = Deadline.of(statement_timeout_seconds)
        self._slow_log = slow_log
        self._slow_seconds = slow_log.threshold_seconds if slow_log else float("inf")
        self._statements = HeldStatements(prepared_statements)
        self._use = _FREE
        self.in_transaction = self._wire.in_transaction
        self.is_connected = self._wire.connected
        self.lost = False
        self.read_only = False

    @property
    def running(self) -> bool:
        """Whether a statement is running that nobody has asked to end."""
        return self._use == _RUNNING

    @property
    def unsettled(self) -> bool:
        """Whether a statement was asked to end, and the server has not confirmed it."""
        return self._use == _UNSETTLED

    def rest(self) -> None:
        """Refuse to be used, until `wake`: it is nobody's now."""
        self._use = _RESTING

    def wake(self) -> None:
        """Be used again."""
        self._use = _FREE

    async def settle(self, timeout_seconds: float) -> bool:
        """Wait for a cancelled statement to end; False where the connection is lost."""
        if not await self._wire.settle(timeout_seconds):
            self.lost = True
        elif self._use == _UNSETTLED:
            self._use = _FREE
        return not self.lost

    def terminate(self) -> None:
        """End the connection at once, without a word to a server that may not answer."""
        self.lost = True
        self._statements.clear()
        self._wire.raw.terminate()

    async def close(self, timeout_seconds: float) -> None:
        """End the connection in order, or at once where that takes too long."""
        self.lost = True
        self._statements.clear()
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._wire.raw.close()
        except (TimeoutError, OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
            self._wire.raw.terminate()

    async def _run(
        self, sql: str, args: Sequence[object], limit: int, timeout_seconds: float | None
    ) -> Result:
        """Run one statement: the way of nearly everything, and kept short."""
        if self._use:
            await self._make_ready()
        deadline = self._deadline if timeout_seconds is None else Deadline.of(timeout_seconds)
        started = perf_counter()
        self._use = _RUNNING
        result: Result
        try:
            held = self._statements.find(sql)
            if held is None:
                result = await self._run_new(sql, args, limit, deadline.patience_seconds)
            else:
                result = await self._bind_execute(
                    held.state, args, "", limit, True, deadline.patience_seconds
                )
        except BaseException as error:  # noqa: BLE001  (a cancelled caller's too)
            result = await self._run_renewed(
                out_of_step(error), sql, args, limit, deadline, started
            )
        self._use = _FREE
        if (seconds := perf_counter() - started) >= self._slow_seconds:
            self._log_slow(sql, args, seconds, len(result[0]) or count_of(result[1]))
        return result

    async def _run_new(
        self, sql: str, args: Sequence[object], limit: int, patience_seconds: float
    ) -> Result:
        async with asyncio.timeout(patience_seconds):
            held = await self._prepare(sql)
            result: Result = await self._bind_execute(held.state, args, "", limit, True, None)
            return result

    async def _run_renewed(  # noqa: PLR0917  (what `_run` knows)
        self,
        error: BaseException,
        sql: str,
        args: Sequence[object],
        limit: int,
        deadline: Deadline,
        started: float,
    ) -> Result:
        """Run a statement again whose plan went stale; raise where it was something else."""
        if stale := isinstance(error, _STALE):
            self._statements.forget(sql)
            self._statements.renew()
        if not stale or self.in_transaction():
            await self._fail(error, deadline)
        left = deadline.patience_seconds - (perf_counter() - started)
        try:
            return await self._run_new(sql, args, limit, left)
        except BaseException as again:  # noqa: BLE001
            await self._fail(again, deadline)

    async def _prepare(self, sql: str) -> HeldStatement:
        check_session_state(sql)
        prepared = await self._wire.raw.prepare(
            self._statements.text(sql), name=self._statements.next_name()
        )
        held = HeldStatement(prepared, state_of(prepared))
        self._statements.keep(sql, held)
        return held

    async def _perform(
        self,
        sql: str,
        operation: Callable[[float], Awaitable[T]],
        timeout_seconds: float | None,
        *,
        args: Sequence[object] = (),
    ) -> T:
        """Do anything else than `_run`, under the same rules.

        Args:
            sql: for the slow log.
            operation: given its patience in seconds.
            timeout_seconds: for all of it.
            args: for the slow log.
        """
        if self._use:
            await self._make_ready()
        deadline = self._deadline if timeout_seconds is None else Deadline.of(timeout_seconds)
        started = perf_counter()
        self._use = _RUNNING
        try:
            result = await operation(deadline.patience_seconds)
        except BaseException as error:  # noqa: BLE001
            await self._fail(error, deadline)
        self._use = _FREE
        if (seconds := perf_counter() - started) >= self._slow_seconds:
            self._log_slow(sql, args, seconds, _rows_of(result))
        return result

    async def _make_ready(self) -> None:
        if self._use == _UNSETTLED:
            if not await self.settle(_SETTLE_SECONDS):
                raise DatabaseAway
        elif self._use == _RUNNING:
            raise ConnectionMisused("another task is using this connection: each takes its own")
        else:
            raise ConnectionMisused("this connection was given back to its pool: take one anew")

    async def _fail(self, error: BaseException, deadline: Deadline) -> NoReturn:
        """Raise what `error` means, and know what it means for the connection."""
        if isinstance(error, TimeoutError) and not self.lost:
            self._use = _UNSETTLED
            settled = await self.settle(deadline.grace_seconds)
            raise (StatementTimeout() if settled else DatabaseAway()) from error
        # A caller that was cancelled leaves at once: whoever is next waits for the server.
        self._use = _UNSETTLED if self._wire.cancelling() else _FREE
        if self.read_only and getattr(error, "sqlstate", None) == _READ_ONLY:
            raise error
        self.lost = self.lost or is_connection_lost(error)
        if not self.lost and is_unsent(error) and not self.in_transaction():
            self.lost = not await self._wire.end_unsent(deadline.grace_seconds)
        failure = translate(error)
        if failure is error:
            raise error
        raise failure from (None if isinstance(failure, WrongArgument) else error)

    def _log_slow(self, sql: str, args: Sequence[object], seconds: float, rows: int) -> None:
        if self._slow_log is not None:
            self._slow_log.write(sql, args, seconds=seconds, rows=rows)


def _rows_of(result: object) -> int:
    """Return how many rows came, or were changed as a command tag says."""
    if isinstance(result, str):
        return count_of(result.encode())
    return len(result) if isinstance(result, list) else 0


def count_of(tag: bytes) -> int:
    """Return how many rows a command tag speaks of.

    >>> count_of(b"INSERT 0 3"), count_of(b"CREATE TABLE")
    (3, 0)
    """
    last = tag.rpartition(b" ")[2]
    return int(last) if last.isdigit() else 0
