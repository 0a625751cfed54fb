"""`Database`: what an application holds, and asks.

    async with Database(url) as db:
        tasks = await db.all(select(Task).where(Task.priority >= 3).limit(20))
        async with db.transaction() as tx:
            await tx.execute(update(Task).set(Task.status, "done").where(Task.id == id))
        await db.transaction(isolation="serializable", attempts=5).run(close_project)

A statement outside a transaction takes a connection of the pool for as long as it runs.
Reads may go to a replica where the application says so: `db.read`.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from .dsn.parse import parse_dsn
from .joined_reads import JoinedReads
from .pool.config import PoolConfig
from .pool.connecting import make_pool
from .pool_session import PoolQueries, PoolSession
from .queries import Queries, by_id
from .query.json_rows import json_row
from .transaction.block import TransactionBlock
from .transaction.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from uuid import UUID

    from drystone.schema.model.model import Model
    from drystone.settings import Settings

    from .history.author import Author
    from .pool.observed import Observer
    from .pool.pool import Pool
    from .pool.statistics import PoolStatistics
    from .query.statement import Statement
    from .transaction.mode import Isolation

T = TypeVar("T")
M = TypeVar("M", bound="Model")

_PING_SECONDS: Final = 2.0


class Database(Queries):
    """Connections to a database, and to its replica where there is one.

    Nothing is opened before `start`, and the database may come later than we: statements
    fail with 503 until it is there.

    Args:
        url: a connection string, as libpq takes it, `PG…` variables included.
        read_url: of a replica that may answer what is asked of `read`.
        config: sizes and times of each pool.
        log_context: fields for each line about a slow statement.
        observer: is told of each statement, where there is one.

    Raises:
        DSNError: one of the connection strings cannot be read.
    """

    __slots__ = ("_joined", "_pool", "_read_pool", "_session", "_transactions", "read")

    def __init__(
        self,
        url: str,
        *,
        read_url: str | None = None,
        config: PoolConfig | None = None,
        log_context: Callable[[], Mapping[str, object]] | None = None,
        observer: Observer | None = None,
    ) -> None:
        def open_pool(text: str) -> Pool:
            dsn = parse_dsn(text, environment=os.environ)
            return make_pool(dsn, config=config, log_context=log_context, observer=observer)

        self._pool = open_pool(url)
        self._session = PoolSession(self._pool)
        self._transactions = Transactions(self._pool)
        self._joined = JoinedReads(self._pool)
        self._read_pool: Pool | None = None
        self.read: Queries = self
        if read_url is not None:
            self._read_pool = open_pool(read_url)
            self.read = PoolQueries(PoolSession(self._read_pool))

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        log_context: Callable[[], Mapping[str, object]] | None = None,
    ) -> Self:
        """Return the database that the operator named.

        Args:
            settings: say which, and how it is used.
            log_context: fields for each line about a slow statement.

        Raises:
            ValueError: none is named, or it cannot be read.
        """
        if settings.database_url is None:
            raise ValueError(
                "DATABASE_URL: is not set; write postgresql://user:password@host:5432/database"
            )
        slow = settings.slow_statement_seconds
        config = PoolConfig(
            max_size=settings.database_pool_size,
            acquire_timeout_seconds=settings.database_acquire_timeout_seconds,
            statement_timeout_seconds=settings.database_statement_timeout_seconds,
            prepared_statements=settings.database_prepared_statements,
            slow_statement_seconds=slow or None,
        )
        return cls(
            settings.database_url,
            read_url=settings.database_read_url,
            config=config,
            log_context=log_context,
        )

    async def start(self) -> None:
        """Open the connections that are kept open.

        Raises:
            DatabaseAway: it could not be reached; it will be tried again.
        """
        for pool in self._pools():
            await pool.start()

    async def stop(self, timeout_seconds: float = 5.0) -> None:
        """Wait for what is running, and close every connection.

        Args:
            timeout_seconds: for what is running.
        """
        await asyncio.gather(*(pool.stop(timeout_seconds) for pool in self._pools()))

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            # There will be no block whose end would stop it.
            await self.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    def transaction(
        self,
        *,
        isolation: Isolation = "read_committed",
        read_only: bool = False,
        deferrable: bool = False,
        attempts: int | None = None,
        author: Author | None = None,
    ) -> TransactionBlock:
        """Return a transaction, for `async with` or for `run`.

        Args:
            isolation: what it sees of others (chapter 13.2).
            read_only: it writes nothing.
            deferrable: wait for a view that cannot fail; serializable and read-only.
            attempts: how often `run` may run its function, where it lost against another
                transaction; five times, where not given. A block runs once.
            author: in whose name the history records what it changes.

        Raises (when it is begun):
            ValueError: the arguments do not go together.
        """
        return TransactionBlock(
            transactions=self._transactions,
            isolation=isolation,
            read_only=read_only,
            deferrable=deferrable,
            attempts=attempts,
            author=author,
        )

    def session(self) -> PoolSession:
        """Return what sends statements outside of transactions."""
        return self._session

    async def get(self, model: type[M], id: UUID) -> M | None:  # noqa: A002  (the column's name)
        """Return the live row of this id; None where there is none.

        Reads at the same time may travel as one statement; see `joined_reads.py`.
        """
        sql, (value,), decode = by_id(model, id).prepare()
        record = await self._joined.fetchrow(sql, value)
        return None if record is None else decode(record)

    async def get_json(self, model: type[Any], id: UUID) -> bytes | None:  # noqa: A002  (as above)
        """Return the live row of this id as JSON; None where there is none. See `get`."""
        sql, (value,), decode = json_row(by_id(model, id)).prepare()
        record = await self._joined.fetchrow(sql, value)
        return None if record is None else decode(record)

    async def joined(self, query: Statement[T]) -> T | None:
        """Return the row of a select by id; see `Queries.joined`."""
        sql, values, decode = query.prepare()
        if len(values) != 1:
            return await self.first(query)
        record = await self._joined.fetchrow(sql, values[0])
        return None if record is None else decode(record)

    async def ping(self) -> None:
        """Return if the database answers.

        Raises:
            Unavailable: it does not.
        """
        await self._pool.fetchval("SELECT 1", timeout_seconds=_PING_SECONDS)

    def statistics(self) -> PoolStatistics:
        """Return the numbers of the pool at this moment."""
        return self._pool.statistics()

    def _pools(self) -> list[Pool]:
        return [self._pool] if self._read_pool is None else [self._pool, self._read_pool]
