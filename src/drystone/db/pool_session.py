"""A pool as what runs statements: each on a connection of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .queries import Queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .pool.pool import Pool


class PoolSession:
    """The `Session` of a pool.

    Args:
        pool: lends the connections.
    """

    __slots__ = ("_pool", "execute", "fetch", "fetchrow")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        # The pool's own: one call less for each statement.
        self.fetch = pool.fetch
        self.fetchrow = pool.fetchrow
        self.execute = pool.execute

    async def copy_in(
        self,
        table: str,
        *,
        columns: Sequence[str],
        records: Iterable[Sequence[object]],
        schema: str | None = None,
        timeout_seconds: float | None = None,
    ) -> int:
        """Write rows by COPY."""
        async with self._pool.acquire() as connection:
            return await connection.copy_in(
                table,
                columns=columns,
                records=records,
                schema=schema,
                timeout_seconds=timeout_seconds,
            )


class PoolQueries(Queries):
    """Statements on a pool.

    Args:
        session: of the pool.
    """

    __slots__ = ("_session",)

    def __init__(self, session: PoolSession) -> None:
        self._session = session

    def session(self) -> PoolSession:
        """Return what sends them."""
        return self._session
