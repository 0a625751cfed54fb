"""Drive the request parser over bytes, and say what it made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from drystone.errors import Problem
from drystone.http.limits import Limits
from drystone.http.protocol.parser import RequestParser

SECOND_REQUEST = b"GET /second HTTP/1.1\r\nHost: second\r\n\r\n"


@dataclass
class Message:
    """One request: what it asks, and its body as far as it came."""

    method: str
    target: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""
    complete: bool = False
    keep_alive: bool = True
    upgrade: str | None = None


@dataclass
class Reading:
    """What a parser made of some bytes.

    `refused` is the status of the refusal; None where nothing was refused.
    """

    messages: list[Message] = field(default_factory=list)
    refused: int | None = None
    left_over: int = 0

    @property
    def complete(self) -> bool:
        return (
            self.refused is None and not self.left_over and all(m.complete for m in self.messages)
        )


def read(pieces: Iterable[bytes], limits: Limits | None = None) -> Reading:
    """Read requests until the bytes are used up, refused, or the client says close."""
    parser = RequestParser(limits or Limits())
    reading = Reading()
    try:
        for piece in pieces:
            parser.feed(piece)
            while _advance(parser, reading):
                pass
    except Problem as problem:
        reading.refused = problem.status
    reading.left_over = parser.buffered
    return reading


def _advance(parser: RequestParser, reading: Reading) -> bool:
    current = reading.messages[-1] if reading.messages else None
    if current is None or current.complete:
        if current is not None and not current.keep_alive:
            return False
        head = parser.next_head()
        if head is None:
            return False
        current = Message(
            head.method,
            head.target,
            head.raw_fields,
            keep_alive=head.keep_alive,
            upgrade=head.upgrade,
        )
        reading.messages.append(current)
    data = parser.next_data()
    if data is None:
        return False
    current.body += data
    current.complete = data == b"" or not parser.in_body
    return True


def byte_by_byte(data: bytes) -> list[bytes]:
    """Split `data` into single bytes."""
    return [data[i : i + 1] for i in range(len(data))]
