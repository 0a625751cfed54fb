"""A connection that tells somebody of each of its statements, those that fail included.

For whoever explains what a request asks of the database: `drystone explain`. A pool makes
such connections only where it is given an observer, so the usual ones pay nothing for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Protocol, TypeVar

from .pooled import PooledConnection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from drystone.db.connection.runner import Result

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ObservedStatement:
    """A statement that was run.

    Attributes:
        sql: its text.
        values: its parameters, as they were given.
        seconds: from sending it to its last row.
        failure: what was raised in its place, if anything.
    """

    sql: str
    values: tuple[object, ...]
    seconds: float
    failure: BaseException | None = None


class Observer(Protocol):
    """Who is told."""

    def observe(self, statement: ObservedStatement) -> None:
        """Learn of a statement that has ended."""


class ObservedConnection(PooledConnection):
    """A connection of a pool; made as `PooledConnection` is, then given its observer."""

    __slots__ = ("observer",)

    observer: Observer

    async def _run(
        self, sql: str, args: Sequence[object], limit: int, timeout_seconds: float | None
    ) -> Result:
        return await self._tell(sql, args, super()._run(sql, args, limit, timeout_seconds))

    async def _perform(
        self,
        sql: str,
        operation: Callable[[float], Awaitable[T]],
        timeout_seconds: float | None,
        *,
        args: Sequence[object] = (),
    ) -> T:
        return await self._tell(
            sql, args, super()._perform(sql, operation, timeout_seconds, args=args)
        )

    async def _tell(self, sql: str, args: Sequence[object], running: Awaitable[T]) -> T:
        started = perf_counter()
        failure: BaseException | None = None
        try:
            return await running
        except BaseException as error:
            failure = error
            raise
        finally:
            seconds = perf_counter() - started
            self.observer.observe(ObservedStatement(sql, tuple(args), seconds, failure))
