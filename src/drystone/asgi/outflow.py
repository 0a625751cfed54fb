"""The body of a response on its way from a hosted application to the connection.

The application puts pieces in from whichever task it likes; the connection takes them
out from its own, all that are there at once. Neither runs ahead: past a bound `put`
waits until the connection, which itself waits for the client, comes for more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

from drystone.asgi.protocol import ClientGone

MAX_WAITING_BYTES: Final = 64 * 1024


class Outflow(AsyncGenerator[bytes, None]):
    """A stream of body pieces; an async generator, so that the connection closes it.

    It is a class because a generator function that was closed before its first step
    never learns of it, and the application has to.

    Args:
        on_closed: called when the connection takes no more before the end.
    """

    __slots__ = ("_closed", "_ended", "_error", "_on_closed", "_pieces", "_room", "_size", "_taker")

    def __init__(self, on_closed: Callable[[], None]) -> None:
        self._on_closed = on_closed
        self._pieces: list[bytes] = []
        self._size = 0
        self._ended = False
        self._closed = False
        self._error: BaseException | None = None
        self._taker: asyncio.Future[None] | None = None
        self._room = asyncio.Event()

    # The application's side.

    async def put(self, piece: bytes) -> None:
        """Add a piece; wait while too much was not taken yet.

        Raises:
            ClientGone: nobody takes it any more.
        """
        if piece:
            self._pieces.append(piece)
            self._size += len(piece)
            self._wake()
        while self._size >= MAX_WAITING_BYTES and not self._closed:
            self._room.clear()
            await self._room.wait()
        if self._closed:
            raise ClientGone("the client is gone")

    def end(self, piece: bytes) -> None:
        """Add the last piece."""
        if piece:
            self._pieces.append(piece)
        self._ended = True
        self._wake()

    def fail(self, error: BaseException) -> None:
        """End with an error, so that the response is cut off."""
        self._error = error
        self._wake()

    def _wake(self) -> None:
        if self._taker is not None and not self._taker.done():
            self._taker.set_result(None)

    # The connection's side.

    async def __anext__(self) -> bytes:
        while not self._pieces:
            if self._error is not None:
                raise self._error
            if self._ended or self._closed:
                raise StopAsyncIteration
            self._taker = asyncio.get_running_loop().create_future()
            await self._taker
        pieces, self._pieces, self._size = self._pieces, [], 0
        self._room.set()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def aclose(self) -> None:
        """Take no more."""
        if not self._closed:
            self._closed = True
            self._room.set()
            if not self._ended:
                self._on_closed()

    async def asend(self, value: None) -> bytes:
        """Return the next pieces; what is sent in has no meaning."""
        return await self.__anext__()

    async def athrow(self, *error: Any) -> bytes:
        """Take no more, and raise what was thrown in."""
        await self.aclose()
        raise error[0]
