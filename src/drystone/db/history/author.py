"""On whose behalf a change is made: how the history's trigger is told.

By two settings that are local to a transaction, so that nothing is left on a connection
that others use next (a PgBouncer in between included):

    drystone.actor         who, as the application names them
    drystone.request_id    the request that asked for it

A statement that is a transaction of its own carries them itself (`attribute`): the
trigger fires at the end of the whole statement, when `set_config` has run. In a
transaction they are set once, before its first change (`name_author`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from drystone.db.queries import Queries
from drystone.db.query.raw import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import asyncpg

    from drystone.db.queries import Session
    from drystone.db.query.statement import Statement

T = TypeVar("T")

_NAME: Final = """
    SELECT set_config('drystone.actor', $1, true), set_config('drystone.request_id', $2, true)
    """
_WRITES: Final = ("INSERT ", "UPDATE ", "DELETE ")
_MAX_TEXTS: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who changes something.

    Attributes:
        actor: a user's id, or whatever the application calls them by; None for nobody.
        request_id: of the request; None outside of one.
    """

    actor: str | None = None
    request_id: str | None = None

    @property
    def settings(self) -> tuple[str, str]:
        """What the two settings are set to; empty is nothing."""
        # PostgreSQL has no U+0000 in a text, and a caller may have sent one.
        return tuple((one or "").replace("\0", "") for one in (self.actor, self.request_id))  # type: ignore[return-value]  # two of two


async def name_author(tx: Queries, author: Author) -> None:
    """Say who makes the changes of a transaction from here on.

    Args:
        tx: the transaction; outside of one, this would be forgotten at once.
        author: who it is.
    """
    await tx.all(sql(_NAME, *author.settings))


def attribute(text: str, values: Sequence[object], author: Author) -> tuple[str, tuple[Any, ...]]:
    """Return a statement that says by itself who makes its change.

    Args:
        text: an INSERT, UPDATE or DELETE that returns rows. Any other is not changed, nor
            is it said for it.
        values: its parameters.
        author: who it is.

    Returns:
        The text and its values; it yields the same rows.
    """
    if not text.startswith(_WRITES):
        return text, tuple(values)
    return _with_author(text, len(values)), (*values, *author.settings)


@lru_cache(maxsize=_MAX_TEXTS)
def _with_author(text: str, parameters: int) -> str:
    # A subquery with volatile functions is neither flattened nor left out.
    return (
        f"WITH written AS ({text}) SELECT written.* FROM written, "  # noqa: S608  (the text is a compiled one)
        f"(SELECT set_config('drystone.actor', ${parameters + 1}, true), "
        f"set_config('drystone.request_id', ${parameters + 2}, true)) AS author"
    )


@lru_cache(maxsize=_MAX_TEXTS)
def _returning(text: str) -> str:
    """Return a write that yields a row for each that it changes, to be counted."""
    return text if " RETURNING " in text else f"{text} RETURNING 1"


class AuthoredQueries(Queries):
    """Statements outside of transactions, each of which says who makes its change.

    Args:
        queries: what runs them.
        author: who it is.
    """

    __slots__ = ("_author", "_queries")

    def __init__(self, queries: Queries, author: Author) -> None:
        self._queries = queries
        self._author = author

    def session(self) -> Session:
        """Return what sends them."""
        return _AuthoredSession(self._queries.session(), self._author)

    async def joined(self, query: Statement[T]) -> T | None:
        """Return the first row of a read, as the queries underneath do."""
        return await self._queries.joined(query)


class _AuthoredSession:
    __slots__ = ("_author", "_session")

    def __init__(self, session: Session, author: Author) -> None:
        self._session = session
        self._author = author

    async def fetch(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> list[asyncpg.Record]:
        text, values = attribute(sql, args, self._author)
        return await self._session.fetch(text, values, timeout_seconds=timeout_seconds)

    async def fetchrow(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> asyncpg.Record | None:
        text, values = attribute(sql, args, self._author)
        return await self._session.fetchrow(text, values, timeout_seconds=timeout_seconds)

    async def execute(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> int:
        text = _returning(sql) if sql.startswith(_WRITES) else sql
        text, values = attribute(text, args, self._author)
        return await self._session.execute(text, values, timeout_seconds=timeout_seconds)

    async def copy_in(
        self,
        table: str,
        *,
        columns: Sequence[str],
        records: Iterable[Sequence[object]],
        schema: str | None = None,
        timeout_seconds: float | None = None,
    ) -> int:
        raise NotImplementedError("COPY carries no author: run it in a transaction that has one")
