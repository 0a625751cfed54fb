"""The body of a request: a stream of pieces, bounded while it arrives.

A `Body` is read once, piece by piece, from whoever holds the bytes: the connection,
or an ASGI server around us. It knows the largest size it may have and refuses more
as soon as that is declared or seen, so that nothing larger is ever kept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from drystone.errors import PayloadTooLarge

Receive = Callable[[], Awaitable[bytes]]
"""Return the next bytes of a body, and `b""` once it is complete."""


class ClientDisconnected(Exception):
    """The client went away; there is nobody left to answer."""


async def _nothing() -> bytes:
    return b""


class Body:
    """What follows the head of one request.

    Args:
        receive: where the bytes come from.
        declared_length: what Content-Length says; None for a chunked body.
        max_bytes: the largest size allowed; a route may lower it.
    """

    __slots__ = ("_content", "_max_bytes", "_receive", "_received", "declared_length")

    def __init__(
        self, receive: Receive = _nothing, *, declared_length: int | None = 0, max_bytes: int = 0
    ) -> None:
        self._receive = receive
        self._received = 0
        self._content: bytes | None = None
        self._max_bytes = max_bytes
        self.declared_length = declared_length

    @classmethod
    def of(cls, content: bytes) -> Body:
        """Return a body that was read already, to be read again."""
        pieces = [content] if content else []

        async def receive() -> bytes:
            return pieces.pop() if pieces else b""

        return cls(receive, declared_length=len(content), max_bytes=len(content))

    @property
    def is_empty(self) -> bool:
        """Whether the request was sent without a body."""
        return self.declared_length == 0

    @property
    def max_bytes(self) -> int:
        """The size over which the body is refused."""
        return self._max_bytes

    def limit(self, max_bytes: int) -> None:
        """Let the body be at most `max_bytes` long; a lower bound that is set stays.

        Raises:
            PayloadTooLarge: it is declared, or already seen, to be longer.
        """
        self._max_bytes = min(max_bytes, self._max_bytes)
        self._check(max(self.declared_length or 0, self._received))

    async def read(self) -> bytes:
        """Return the next piece, `b""` after the last one.

        Raises:
            PayloadTooLarge: more is declared, or came, than is allowed.
            RequestTimeout: it comes too slowly.
            ClientDisconnected: the client went away before the end.
        """
        # Before the first byte, so that a client that waits for 100 need not send any.
        self._check(self.declared_length or 0)
        data = await self._receive()
        self._received += len(data)
        self._check(self._received)
        return data

    async def read_all(self, *, max_bytes: int | None = None) -> bytes:
        """Return the whole body, also when it is asked for again; errors as for `read`.

        Args:
            max_bytes: a smaller bound for this reading.
        """
        if self.declared_length == 0:
            return b""
        if max_bytes is not None:
            self.limit(max_bytes)
        if self._content is None:
            pieces = []
            while piece := await self.read():
                pieces.append(piece)
            self._content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return self._content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await self.read():
            yield piece

    def _check(self, size: int) -> None:
        if size > self._max_bytes:
            raise PayloadTooLarge(f"The body is over {self._max_bytes} bytes.")
