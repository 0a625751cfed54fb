"""The few things of asyncpg's inside that we use, all of them, in one place.

asyncpg's public calls wrap each statement in a guard, two coroutines and a closure, and
either keep the rows or the command's tag. `Wire` calls what they call in the end, with
a statement that stays prepared. What asyncpg shows publicly is used as it is shown.

What is relied on beyond asyncpg's public interface, pinned by `test_wire.py`:
- `Connection._protocol`, with `bind_execute(state, args, portal, limit, extra, timeout)`,
  `is_connected()`, `is_in_transaction()`, `query(sql, timeout)`;
- `PreparedStatement._state`;
- `_is_cancelling()` and `_wait_for_cancellation(timeout)`, which ends the connection
  where the server does not confirm in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import asyncpg
from asyncpg.pgproto import pgproto

if TYPE_CHECKING:
    from asyncpg.prepared_stmt import PreparedStatement
    from asyncpg.protocol.protocol import PreparedStatementState

# What the driver raises over bytes that are not of the type that it expects.
_MISREAD: Final = (AssertionError, BufferError, UnicodeDecodeError, pgproto.BufferError)


class Wire:
    """One asyncpg connection, by its inside.

    Attributes:
        bind_execute: runs a prepared statement; returns its rows, tag, and whether all came.
        query: runs SQL without parameters by the simple protocol; returns the last tag.
        in_transaction: whether the server has a transaction open here, failed ones too.
        connected: whether the socket is open, as far as is known.
    """

    __slots__ = ("_protocol", "bind_execute", "connected", "in_transaction", "query", "raw")

    def __init__(self, raw: asyncpg.Connection[asyncpg.Record]) -> None:
        inside: Any = raw
        protocol: Any = inside._protocol  # noqa: SLF001  (see the module's description)
        self.raw = raw
        self._protocol = protocol
        # Bound once: each of these is used for every statement.
        self.bind_execute = protocol.bind_execute
        self.query = protocol.query
        self.in_transaction = protocol.is_in_transaction
        self.connected = protocol.is_connected

    def cancelling(self) -> bool:
        """Say whether a statement was asked to end and has not confirmed yet."""
        return bool(self._protocol._is_cancelling())  # noqa: SLF001

    async def end_unsent(self, timeout_seconds: float) -> bool:
        """End what was prepared and will not be run; False where the connection is lost.

        The driver prepares without the Sync that ends an implicit transaction, and sends
        it when the statement is run. Where it is not, the parameters being refused, the
        server would keep the locks of the statement, and PgBouncer the server.
        """
        try:
            # Of no columns: of an empty query the driver cannot read the answer.
            await self.query("SELECT", timeout_seconds)
        except BaseException as error:
            self.raw.terminate()
            if not isinstance(error, Exception):
                raise
        return bool(self.connected())

    async def settle(self, timeout_seconds: float) -> bool:
        """Wait until a cancelled statement has ended; False where the connection is lost.

        A server that does not confirm in time may be running the statement still, so
        the connection is terminated: nothing else could be run on it.
        """
        if self.cancelling():
            try:
                await self._protocol._wait_for_cancellation(timeout_seconds)  # noqa: SLF001
            except (TimeoutError, asyncpg.InterfaceError, OSError):
                self.raw.terminate()
        return bool(self.connected())


def state_of(prepared: PreparedStatement[asyncpg.Record]) -> PreparedStatementState[asyncpg.Record]:
    """Return what `Wire.bind_execute` takes, of a statement that asyncpg prepared."""
    inside: Any = prepared
    state: PreparedStatementState[asyncpg.Record] = inside._state  # noqa: SLF001
    return state


def out_of_step(error: BaseException) -> BaseException:
    """Return an error of running a statement; a protocol out of step for a misread answer.

    The driver reads an answer by the types that it was told when the statement was
    prepared. A pooler that prepares it again, on another server and after a column has
    changed its type, answers with other ones.
    """
    if not isinstance(error, _MISREAD):
        return error
    step = asyncpg.InternalClientError("the answer has other types than were prepared for")
    step.__cause__ = error
    return step


def is_unsent(error: BaseException) -> bool:
    """Say whether the driver raised an error by itself, before the server had all of it."""
    # What comes from the server always has a severity.
    return isinstance(error, Exception) and getattr(error, "severity", None) is None
