"""Borrowing a connection for a block of code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from .pooled import PooledConnection


class Lease:
    """A connection for the length of an `async with`; made by `Pool.acquire`.

    Args:
        take: gets a connection.
        give_back: returns it.
    """

    __slots__ = ("_connection", "_give_back", "_take")

    def __init__(
        self,
        take: Callable[[], Awaitable[PooledConnection]],
        give_back: Callable[[PooledConnection], None],
    ) -> None:
        self._take = take
        self._give_back = give_back
        self._connection: PooledConnection | None = None

    async def __aenter__(self) -> PooledConnection:
        if self._connection is not None:
            raise RuntimeError("this lease has a connection already: acquire another one")
        connection = await self._take()
        connection.hold()
        self._connection = connection
        return connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.let_go()
            self._give_back(connection)
