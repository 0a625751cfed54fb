"""The statements that a connection holds prepared, by their text.

PostgreSQL parses, rewrites and describes a statement once; from then on its name and
the parameters are enough (PostgreSQL manual, "Extended Query"). The number is bounded:
each costs memory in the server. The one unused for longest goes first; asyncpg closes
it on the server with the next statement that is prepared.

Two things are for poolers. A PgBouncer before 1.21 hands one connection's names to the
session of another: names begin with what only this connection has, so that a statement
may be missing there, and never be somebody else's. From 1.21 on it knows statements by
their text, and goes on giving out the one whose plan the schema left behind: `renew`
makes the texts others.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.prepared_stmt import PreparedStatement
    from asyncpg.protocol.protocol import PreparedStatementState


@dataclass(frozen=True, slots=True)
class HeldStatement:
    """A prepared statement.

    Attributes:
        prepared: asyncpg's own; the server's side is closed after it is let go.
        state: its inside, for `Wire.bind_execute`.
    """

    prepared: PreparedStatement[asyncpg.Record]
    state: PreparedStatementState[asyncpg.Record]


class HeldStatements:
    """At most so many prepared statements.

    Args:
        limit: how many are held; 0 holds none.
    """

    __slots__ = ("_by_sql", "_mark", "_named", "_owner", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._by_sql: OrderedDict[str, HeldStatement] = OrderedDict()
        self._mark = ""
        self._named = 0
        self._owner = secrets.token_hex(6)

    def __len__(self) -> int:
        return len(self._by_sql)

    def __contains__(self, sql: str) -> bool:
        return sql in self._by_sql

    def find(self, sql: str) -> HeldStatement | None:
        """Return the statement with this text, now the one used last, or None."""
        held = self._by_sql.get(sql)
        if held is not None:
            self._by_sql.move_to_end(sql)
        return held

    def keep(self, sql: str, held: HeldStatement) -> None:
        """Hold a statement, and let go of the one unused for longest where too many are."""
        if self.limit:
            self._by_sql[sql] = held
            if len(self._by_sql) > self.limit:
                self._by_sql.popitem(last=False)

    def forget(self, sql: str) -> bool:
        """Let go of a statement; False where it was not held."""
        return self._by_sql.pop(sql, None) is not None

    def renew(self) -> None:
        """Prepare all that follows by a text that nobody has prepared before."""
        self._mark = f" /* {secrets.token_hex(6)} */"

    def text(self, sql: str) -> str:
        """Return what to prepare for a statement."""
        return sql + self._mark

    def clear(self) -> None:
        """Let go of all."""
        self._by_sql.clear()

    def next_name(self) -> str:
        """Return a name that no statement has had, of this connection or another.

        The empty one where none are held: PostgreSQL's unnamed statement, which an old
        PgBouncer can pass on.
        """
        if not self.limit:
            return ""
        self._named += 1
        return f"drystone_{self._owner}_{self._named}"
