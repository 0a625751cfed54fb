"""A response as the messages that a foreign server sends.

Framing is that server's: it is told the length where there is one, and sends the rest
as its version of HTTP has it. What the body must not be is seen to here, by the same
rules as in `http/server/framing.py`.

Source: ASGI specification, HTTP format 2.4; RFC 9110, sections 8.6 and 9.3.2.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable

from drystone.asgi.fields import encode_fields
from drystone.asgi.protocol import Message, Send
from drystone.http.body import ClientDisconnected
from drystone.http.protocol.serializer import InvalidHeader
from drystone.http.response import WITHOUT_BODY, Response
from drystone.http.server.framing import declared_length, exactly


class Reply:
    """Sends the response to one request.

    Args:
        send: the server's.
        method: of the request.
    """

    __slots__ = ("_method", "_send_message", "begun", "finished")

    def __init__(self, send: Send, method: str) -> None:
        self._send_message = send
        self._method = method
        self.begun = False
        """Whether anything was sent: then no other response can be."""
        self.finished = False
        """Whether the last message was handed over, or is just being."""

    async def send(self, response: Response) -> None:
        """Send all of `response`, and close its stream.

        Raises:
            InvalidHeader: it cannot be sent; nothing was.
            ClientDisconnected: nobody takes it any more.
            Exception: its stream failed; the server is to break it off.
        """
        try:
            head = self._head(response)
            self.begun = True
            await self._pass_on(head)
            if response.stream is None or self._is_without_body(response):
                body = b"" if self._is_without_body(response) else response.body
                await self._finish(body)
            else:
                await self._send_stream(response, response.stream)
        finally:
            if isinstance(response.stream, AsyncGenerator):
                await response.stream.aclose()

    async def _send_stream(self, response: Response, stream: AsyncIterable[bytes]) -> None:
        length = declared_length(response)
        pieces = stream if length is None else exactly(stream, length)
        async for piece in pieces:
            await self._pass_on({"type": "http.response.body", "body": piece, "more_body": True})
        await self._finish(b"")

    async def _finish(self, body: bytes) -> None:
        self.finished = True
        await self._pass_on({"type": "http.response.body", "body": body, "more_body": False})

    async def _pass_on(self, message: Message) -> None:
        try:
            await self._send_message(message)
        except OSError:
            raise ClientDisconnected from None

    def _head(self, response: Response) -> Message:
        if not 200 <= response.status <= 599:
            raise InvalidHeader(f"{response.status!r} is not the status of a final response")
        fields = encode_fields(response.headers)
        length = self._length(response)
        if length is not None:
            fields.append((b"content-length", b"%d" % length))
        return {"type": "http.response.start", "status": response.status, "headers": fields}

    def _length(self, response: Response) -> int | None:
        """Return the length that the head declares, None where it declares none."""
        if response.status in WITHOUT_BODY:
            return None
        if response.stream is not None:
            return declared_length(response)
        if self._method == "HEAD" and not response.body:
            return declared_length(response) or 0
        return len(response.body)

    def _is_without_body(self, response: Response) -> bool:
        return self._method == "HEAD" or response.status in WITHOUT_BODY
