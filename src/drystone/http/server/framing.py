"""How the end of a response is told: by length, by chunks, or by closing.

The choice is made from the request and the response alone, here, and nowhere else.

    status 204, 304              no body, no length
    method HEAD                  no body; the length that GET would have, if known, or
                                 that it would come in chunks
    bytes                        Content-Length
    stream, declared length      Content-Length; exactly that many bytes
    stream, HTTP/1.1             Transfer-Encoding: chunked
    stream, HTTP/1.0             until the connection closes

Source: RFC 9112, sections 6.1, 6.3, 7.1 and 9.3.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterable, AsyncIterator
from typing import Final

from drystone.http.protocol.head import RequestHead
from drystone.http.protocol.serializer import (
    CHUNK_END,
    LAST_CHUNK,
    InvalidHeader,
    encode_chunk_size,
)
from drystone.http.response import WITHOUT_BODY, Response

CLOSE: Final = b"Connection: close\r\n"
KEEP_ALIVE: Final = b"Connection: keep-alive\r\n"


_LENGTH_LINES: Final = tuple(b"Content-Length: %d\r\n" % length for length in range(1024))


class Content(enum.Enum):
    """What follows the head of a response."""

    NONE = "nothing"
    BYTES = "the response's bytes"
    EXACT = "a stream of a declared length"
    CHUNKED = "a stream in chunks"
    UNTIL_CLOSE = "a stream that ends with the connection"


class LengthMismatch(Exception):
    """A stream is longer or shorter than the length that was declared for it."""


def frame(response: Response, head: RequestHead, *, close: bool) -> tuple[bytes, Content]:
    """Return the framing lines of a response, and what follows its head.

    Args:
        response: what the service answers.
        head: the request that it answers.
        close: whether the connection closes afterwards.

    Raises:
        InvalidHeader: the declared length is not a number, or the status is 101, which
            only an `Upgrade` may have.
    """
    persistence = persistence_line(head, close=close)
    if response.status in WITHOUT_BODY:
        if response.status == 101:
            raise InvalidHeader("101 without an Upgrade")
        return persistence, Content.NONE
    if response.stream is None:
        size = len(response.body)
        if head.method != "HEAD":
            return length_line(size) + persistence, Content.BYTES
        return length_line(size or declared_length(response) or 0) + persistence, Content.NONE
    length = declared_length(response)
    if length is not None:
        lines, content = length_line(length) + persistence, Content.EXACT
    elif head.http_minor == 1:
        lines, content = b"Transfer-Encoding: chunked\r\n" + persistence, Content.CHUNKED
    elif head.method == "HEAD":
        lines, content = persistence, Content.NONE  # there is no body to end
    else:
        lines, content = CLOSE, Content.UNTIL_CLOSE
    return lines, Content.NONE if head.method == "HEAD" else content


def declared_length(response: Response) -> int | None:
    """Return what the service set as `Content-Length`; None where it did not.

    Raises:
        InvalidHeader: it is not a plain decimal number.
    """
    declared = response.headers.get("Content-Length")
    if declared is None:
        return None
    if not (declared.isascii() and declared.isdigit()):
        raise InvalidHeader(f"the declared length {declared!r} is not a number")
    return int(declared)


def persistence_line(head: RequestHead, *, close: bool) -> bytes:
    """Return the line that says whether the connection goes on, where one is needed."""
    if close:
        return CLOSE
    # RFC 9112, section 9.3: 1.1 persists by default, 1.0 must be told.
    return b"" if head.http_minor == 1 else KEEP_ALIVE


def length_line(length: int) -> bytes:
    """Return the `Content-Length` line of a body of `length` bytes."""
    return (
        _LENGTH_LINES[length] if length < len(_LENGTH_LINES) else b"Content-Length: %d\r\n" % length
    )


async def exactly(stream: AsyncIterable[bytes], length: int) -> AsyncIterator[bytes]:
    """Yield the pieces of `stream`, which must add up to `length` bytes.

    Raises:
        LengthMismatch: they do not. A reader would take the rest for the next answer.
    """
    left = length
    async for piece in stream:
        left -= len(piece)
        if left < 0:
            raise LengthMismatch(f"the stream is longer than its declared {length} bytes")
        yield piece
    if left:
        raise LengthMismatch(f"the stream ended {left} bytes short of its declared {length}")


async def chunks(stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces of `stream` as chunks, and the last chunk after them."""
    async for piece in stream:
        if piece:  # an empty chunk would end the body
            yield b"%b%b%b" % (encode_chunk_size(len(piece)), piece, CHUNK_END)
    yield LAST_CHUNK
