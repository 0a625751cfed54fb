"""A connection, with what its pool knows of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from drystone.db.connection.connection import Connection

if TYPE_CHECKING:
    import asyncpg

    from drystone.db.slow_log import SlowLog


class PooledConnection(Connection):
    """A connection of a pool.

    Attributes:
        expires_at: by the loop's clock; from then on it is replaced when given back.
        idle_since: by the loop's clock, while nobody has it.
        retiring: whether it is closed, not kept, when it is given back.
        holder: the task that holds it over several statements, where that is known.
    """

    __slots__ = ("expires_at", "holder", "idle_since", "retiring")

    def __init__(
        self,
        raw: asyncpg.Connection[asyncpg.Record],
        *,
        expires_at: float,
        statement_timeout_seconds: float,
        prepared_statements: int,
        slow_log: SlowLog | None,
    ) -> None:
        super().__init__(
            raw,
            statement_timeout_seconds=statement_timeout_seconds,
            prepared_statements=prepared_statements,
            slow_log=slow_log,
        )
        self.expires_at = expires_at
        self.idle_since = 0.0
        self.retiring = False
        self.holder: asyncio.Task[Any] | None = None

    def hold(self) -> None:
        """Note that the current task keeps this connection over several statements."""
        self.holder = asyncio.current_task()

    def let_go(self) -> None:
        """Note that it does no longer."""
        self.holder = None

    def is_clean(self) -> bool:
        """Say whether it can go to the next caller as it is."""
        # `_use` is zero when nothing is running here, nor being cancelled.
        return not (self._use or self.lost or self.retiring or self.in_transaction()) and bool(
            self.is_connected()
        )
