"""What can be asked of a database and, in the same words, of a transaction.

    tasks = await db.all(select(Task).where(Task.status == "todo").limit(20))
    task = await db.one(select(Task).where(Task.id == id))
    body = await db.json(select(Task).limit(20))
    task = await db.insert(Task(project=project.id, title="Write it down"))
    await db.execute(update(Task).set(Task.status, "done").where(Task.id == id))
    rows = await db.all(sql("SELECT … WHERE id = $1", id).into(Report))

A statement is built in `query/`, sent by whatever `Session` is below, and its rows are
decoded here. Errors are those of `failures.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from drystone.errors import NotFound
from drystone.schema.model.model_meta import describe

from .copying import records_of
from .query.insert import insert
from .query.json_rows import json_row, json_rows
from .query.select import count_of, exists, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    import asyncpg

    from drystone.schema.model.model import Model

    from .query.select import Select
    from .query.statement import Command, Statement

T = TypeVar("T")
M = TypeVar("M", bound="Model")


class Session(Protocol):
    """What runs statements: a pool, or the connection of a transaction."""

    async def fetch(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> list[asyncpg.Record]:
        """Run a statement and return its rows."""

    async def fetchrow(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> asyncpg.Record | None:
        """Run a statement and return its first row."""

    async def execute(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> int:
        """Run a statement and return how many rows it changed."""

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


class Queries(ABC):
    """Runs statements on the session that a subclass has."""

    __slots__ = ()

    @abstractmethod
    def session(self) -> Session:
        """Return what sends them."""

    async def all(self, query: Statement[T], *, timeout_seconds: float | None = None) -> list[T]:
        """Return every row.

        Args:
            query: a select, a write with `returning`, or `sql(…)`.
            timeout_seconds: for this statement, in place of the pool's.

        Raises:
            Problem: what `drystone.db.failures` lists.
        """
        sql, values, decode = query.prepare()
        records = await self.session().fetch(sql, values, timeout_seconds=timeout_seconds)
        return [decode(record) for record in records]

    async def first(self, query: Statement[T], *, timeout_seconds: float | None = None) -> T | None:
        """Return the first row; None where there is none. Raises as `all` does."""
        sql, values, decode = query.prepare()
        record = await self.session().fetchrow(sql, values, timeout_seconds=timeout_seconds)
        return None if record is None else decode(record)

    async def one(self, query: Statement[T], *, timeout_seconds: float | None = None) -> T:
        """Return the only row. Raises as `all` does, and for any other number of rows.

        Raises:
            NotFound: there is none.
            ValueError: there are several: the query does not say which is meant.
        """
        rows = await self.all(query, timeout_seconds=timeout_seconds)
        if not rows:
            raise NotFound
        if len(rows) > 1:
            raise ValueError(f"{query!r} has {len(rows)} rows, and one was asked for")
        return rows[0]

    async def count(self, query: Select[Any], *, timeout_seconds: float | None = None) -> int:
        """Return how many rows a select has, its order and limits aside."""
        return await self.one(count_of(query), timeout_seconds=timeout_seconds)

    async def exists(self, query: Select[Any], *, timeout_seconds: float | None = None) -> bool:
        """Return whether a select has any row."""
        question = select(exists(query))
        return await self.one(question, timeout_seconds=timeout_seconds)

    async def json(self, query: Statement[Any], *, timeout_seconds: float | None = None) -> bytes:
        """Return all rows as a JSON array, written by PostgreSQL; see `query/json_rows.py`."""
        return await self.one(json_rows(query), timeout_seconds=timeout_seconds)

    async def json_one(
        self, query: Statement[Any], *, timeout_seconds: float | None = None
    ) -> bytes | None:
        """Return the first row as a JSON object, written by PostgreSQL; None without one."""
        return await self.first(json_row(query), timeout_seconds=timeout_seconds)

    async def get(self, model: type[M], id: UUID) -> M | None:  # noqa: A002  (the column's name)
        """Return the live row of this id; None where there is none."""
        return await self.first(by_id(model, id))

    async def get_json(self, model: type[Any], id: UUID) -> bytes | None:  # noqa: A002  (as above)
        """Return the live row of this id as JSON; None where there is none."""
        return await self.json_one(by_id(model, id))

    async def joined(self, query: Statement[T]) -> T | None:
        """Return the row of a select by id, whatever it shows of it; None without one.

        Reads at the same time may travel as one statement, where the id is its only value.
        """
        return await self.first(query)

    async def insert(self, row: M, *, timeout_seconds: float | None = None) -> M:
        """Store a row; return it as the database keeps it. Raises as `all` does."""
        return await self.one(insert(row), timeout_seconds=timeout_seconds)

    async def execute(
        self, command: Command | Statement[Any], *, timeout_seconds: float | None = None
    ) -> int:
        """Run a statement for its effect; return how many rows it changed or found."""
        sql, values, _ = command.prepare()
        return await self.session().execute(sql, values, timeout_seconds=timeout_seconds)

    async def copy(
        self, model: type[M], rows: Iterable[M], *, timeout_seconds: float | None = 60.0
    ) -> int:
        """Store many rows by COPY: all of them, or none.

        Nothing is returned but their number, and conflicts are errors; for the rows as
        they were stored, or `on_conflict`, write `insert(*rows)`.

        Args:
            model: theirs.
            rows: each gives the columns that the first one gives; read as they are sent,
                so a generator is never held as a whole. One that carries its version and
                times, such as a row of another database, keeps them.
            timeout_seconds: for all of it.

        Returns:
            How many were stored.

        Raises:
            TypeError: a row is of another model.
            ValueError: a row gives other columns than the first one, or a text that
                PostgreSQL cannot store.
        """
        info = describe(model)
        columns, records = records_of(info, rows)
        return await self.session().copy_in(
            info.table,
            columns=columns,
            records=records,
            timeout_seconds=timeout_seconds,
        )


def by_id(model: type[M], id: UUID) -> Select[M]:  # noqa: A002  (the column's name)
    """Return the statement for one live row."""
    return select(model).where(model.id == id)
