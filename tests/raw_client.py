"""An HTTP client that hides nothing: bytes out, whole answers in, in any state it is told.

It reads answers by their framing alone and strictly, so that a body that is too long,
too short or there twice shows at the next answer.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import Self

_PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        fields: lower-case names and values, in order.
        body: without its framing.
    """

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes = b""

    def get(self, name: str) -> str | None:
        """Return the value of a field that is there at most once."""
        values = [value for other, value in self.fields if other == name]
        assert len(values) < 2, f"{name} is there more than once"
        return values[0] if values else None

    @property
    def closes(self) -> bool:
        return self.get("connection") == "close"


class RawClient:
    """One connection; made by `connect`, closed by leaving `async with`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port: int, *, receive_buffer: int | None = None) -> RawClient:
        """Connect; `receive_buffer` makes the kernel keep little for a slow reader."""
        if receive_buffer is None:
            return cls(*await asyncio.open_connection("127.0.0.1", port))
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        return cls(*await asyncio.open_connection(sock=sock, limit=1024))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self.vanish()
        await asyncio.sleep(0)

    def send(self, *pieces: bytes) -> None:
        self.writer.write(b"".join(pieces))

    async def ask(self, *pieces: bytes) -> Answer:
        """Send a request, and return its answer."""
        self.send(*pieces)
        return await self.answer(head_only=pieces[0].startswith(b"HEAD"))

    async def answer(self, *, head_only: bool = False) -> Answer:
        """Return the next answer; interim ones have a body of none.

        Args:
            head_only: the request was HEAD.

        Raises:
            EOFError: the connection ended before or within it.
        """
        async with asyncio.timeout(_PATIENCE_SECONDS):
            head = await self.answer_head()
            bodiless = head_only or head.status < 200 or head.status in {204, 304}
            if bodiless:
                return head
            return Answer(head.status, head.fields, await self.body(head))

    async def answer_head(self) -> Answer:
        """Return the next head alone."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            block = await self.reader.readuntil(b"\r\n\r\n")
        status_line, *lines = block[:-4].decode("latin-1").split("\r\n")
        version, status, _ = status_line.split(" ", 2)
        assert version == "HTTP/1.1"
        fields = [line.split(": ", 1) for line in lines]
        return Answer(int(status), tuple((name.lower(), value) for name, value in fields))

    async def body(self, head: Answer) -> bytes:
        """Return what follows a head."""
        length = head.get("content-length")
        if length is not None:
            assert head.get("transfer-encoding") is None
            return await self.reader.readexactly(int(length))
        if head.get("transfer-encoding") is None:
            return await self.reader.read()
        assert head.get("transfer-encoding") == "chunked"
        body = b""
        while size := int((await self.reader.readuntil(b"\r\n")).removesuffix(b"\r\n"), 16):
            body += await self.reader.readexactly(size)
            assert await self.reader.readexactly(2) == b"\r\n"
        assert await self.reader.readexactly(2) == b"\r\n"
        return body

    async def rest(self) -> bytes:
        """Return all that comes until the server closes."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await self.reader.read()

    async def is_cut_off(self) -> bool:
        """Wait for the connection's end; tell whether it was a reset."""
        try:
            await self.rest()
        except ConnectionResetError:
            return True
        return False

    def finish_sending(self) -> None:
        """Close this side alone, as a client does that waits for its last answer."""
        self.writer.write_eof()

    def reset(self) -> None:
        """Go away so that the server learns of it at once."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.vanish()

    def vanish(self) -> None:
        """Go away without a word more."""
        self.writer.transport.abort()


def get(target: str = "/", *fields: str, method: str = "GET", minor: int = 1) -> bytes:
    """Return a request without a body."""
    lines = [f"{method} {target} HTTP/1.{minor}", "Host: localhost", *fields, "", ""]
    return "\r\n".join(lines).encode()


def post(target: str, body: bytes, *fields: str) -> bytes:
    """Return a request with a body of a declared length."""
    return get(target, f"Content-Length: {len(body)}", *fields, method="POST") + body


def chunked(target: str, *pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a request whose body comes in chunks."""
    head = get(target, "Transfer-Encoding: chunked", method="POST")
    return head + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + end
