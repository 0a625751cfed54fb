"""The ceiling: a uvloop protocol that hardly reads what it is sent.

It looks for the empty line, looks at the fifth letter of the path, and writes a
prepared answer. No header is read, nothing is refused. A server written in
Python can come near this and not pass it.

Run as `python -m bench.peers.bare_protocol PORT`.
"""

from __future__ import annotations

import asyncio
import sys
from email.utils import formatdate
from typing import cast

import msgspec
import uvloop

_encode = msgspec.json.Encoder().encode

HEAD = (
    "HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Type: {content_type}\r\n"
    "Content-Length: {length}\r\n\r\n"
)
TEXT = b"Hello, World!"


class Answers:
    """The two answers, made anew each second for the sake of `Date`."""

    def __init__(self) -> None:
        self.text = b""
        self.json_head = b""
        self.refresh()

    def refresh(self) -> None:
        """Write the heads with the present date, and again in a second."""
        date = formatdate(usegmt=True)
        text = HEAD.format(date=date, content_type="text/plain; charset=utf-8", length=len(TEXT))
        json = HEAD.format(date=date, content_type="application/json", length=27)
        self.text = text.encode() + TEXT
        self.json_head = json.encode()
        asyncio.get_running_loop().call_later(1, self.refresh)


class BareProtocol(asyncio.Protocol):
    """One connection; requests are found by the empty line that ends them."""

    __slots__ = ("_answers", "_rest", "_transport")

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._transport: asyncio.Transport
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have the methods, but not the class.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        *heads, self._rest = data.split(b"\r\n\r\n")
        for head in heads:
            if head.startswith(b"GET /json"):
                body = _encode({"message": "Hello, World!"})
                self._transport.write(self._answers.json_head + body)
            else:
                self._transport.write(self._answers.text)


async def serve(port: int) -> None:
    """Serve on the loopback until the process is ended."""
    answers = Answers()
    server = await asyncio.get_running_loop().create_server(
        lambda: BareProtocol(answers), "127.0.0.1", port, backlog=2048
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
