"""How the end of a response is told, for every kind of request and response."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from drystone.http.limits import Limits
from drystone.http.protocol.head import RequestHead, parse_head
from drystone.http.protocol.serializer import InvalidHeader
from drystone.http.response import Response
from drystone.http.server.framing import (
    Content,
    LengthMismatch,
    chunks,
    exactly,
    frame,
    length_line,
    persistence_line,
)


async def pieces_of(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def head_of(method: str, minor: int) -> RequestHead:
    return parse_head(f"{method} / HTTP/1.{minor}\r\nHost: a\r\n\r\n".encode(), Limits())


class Kind(NamedTuple):
    """A kind of response: its body, or a stream, and the length declared for it."""

    body: bytes = b""
    stream: bool = False
    length: str | None = None

    def response(self, status: int) -> Response:
        headers = [] if self.length is None else [("Content-Length", self.length)]
        stream = pieces_of(b"abc") if self.stream else None
        return Response(self.body, status=status, headers=headers, stream=stream)


EMPTY, BYTES = Kind(), Kind(b"abc")
STREAM, MEASURED = Kind(stream=True), Kind(stream=True, length="3")
LIED, HEADS_ONLY = Kind(b"abc", length="99"), Kind(length="7")
LENGTH = b"Content-Length: %d\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
NOTHING, EXACT = Content.NONE, Content.EXACT

# What a response that may have a body gets, by kind, HTTP/1.1 and a client that stays.
TABLE = {
    ("GET", EMPTY): (LENGTH % 0, Content.BYTES),
    ("GET", BYTES): (LENGTH % 3, Content.BYTES),
    ("GET", LIED): (LENGTH % 3, Content.BYTES),  # the bytes are there: they count
    ("GET", HEADS_ONLY): (LENGTH % 0, Content.BYTES),
    ("GET", STREAM): (CHUNKED, Content.CHUNKED),
    ("GET", MEASURED): (LENGTH % 3, EXACT),
    ("HEAD", EMPTY): (LENGTH % 0, NOTHING),
    ("HEAD", BYTES): (LENGTH % 3, NOTHING),
    ("HEAD", LIED): (LENGTH % 3, NOTHING),
    ("HEAD", HEADS_ONLY): (LENGTH % 7, NOTHING),
    ("HEAD", STREAM): (CHUNKED, NOTHING),
    ("HEAD", MEASURED): (LENGTH % 3, NOTHING),
}
rows = pytest.mark.parametrize(("method", "kind"), TABLE)
WITH_BODY = (200, 201, 206, 301, 404, 500)


@rows
@pytest.mark.parametrize("status", WITH_BODY)
def test_an_http_1_1_client_that_stays(method: str, kind: Kind, status: int) -> None:
    assert frame(kind.response(status), head_of(method, 1), close=False) == TABLE[method, kind]


@rows
@pytest.mark.parametrize("status", WITH_BODY)
def test_an_http_1_1_connection_that_closes(method: str, kind: Kind, status: int) -> None:
    lines, content = TABLE[method, kind]
    framed = frame(kind.response(status), head_of(method, 1), close=True)
    assert framed == (lines + b"Connection: close\r\n", content)


@rows
@pytest.mark.parametrize("close", [False, True])
def test_an_http_1_0_client_is_told_whether_the_connection_goes_on(
    method: str, kind: Kind, close: bool
) -> None:
    persistence = b"Connection: close\r\n" if close else b"Connection: keep-alive\r\n"
    framed = frame(kind.response(200), head_of(method, 0), close=close)
    lines, content = TABLE[method, kind]
    if kind is not STREAM:
        assert framed == (lines + persistence, content)
    elif method == "HEAD":
        assert framed == (persistence, NOTHING)
    else:
        # HTTP/1.0 knows no chunks: only the end of the connection ends the body.
        assert framed == (b"Connection: close\r\n", Content.UNTIL_CLOSE)


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("kind", [EMPTY, BYTES, STREAM, MEASURED, HEADS_ONLY])
@pytest.mark.parametrize("minor", [0, 1])
def test_a_status_without_a_body_has_neither_body_nor_length(
    status: int, method: str, kind: Kind, minor: int
) -> None:
    lines, content = frame(kind.response(status), head_of(method, minor), close=False)
    assert lines == (b"" if minor else b"Connection: keep-alive\r\n")
    assert content is NOTHING


@pytest.mark.parametrize("length", ["", "x", "-1", "+1", "1 ", "1_0", "٣", "0x1", "1, 1"])
@pytest.mark.parametrize(("method", "stream"), [("GET", True), ("HEAD", True), ("HEAD", False)])
def test_a_declared_length_that_is_no_number_cannot_be_sent(
    length: str, method: str, stream: bool
) -> None:
    response = Kind(stream=stream, length=length).response(200)
    with pytest.raises(InvalidHeader):
        frame(response, head_of(method, 1), close=False)


def test_only_an_upgrade_switches_protocols() -> None:
    with pytest.raises(InvalidHeader):
        frame(Response(status=101), head_of("GET", 1), close=False)


@pytest.mark.parametrize("length", [0, 1, 1023, 1024, 10**12])
def test_a_length_is_written_out(length: int) -> None:
    assert length_line(length) == f"Content-Length: {length}\r\n".encode()


def test_persistence_is_only_said_where_it_is_not_understood() -> None:
    assert persistence_line(head_of("GET", 1), close=False) == b""
    assert persistence_line(head_of("GET", 0), close=False) == b"Connection: keep-alive\r\n"
    for minor in (0, 1):
        assert persistence_line(head_of("GET", minor), close=True) == b"Connection: close\r\n"


async def test_chunks_are_written_and_ended() -> None:
    written = [piece async for piece in chunks(pieces_of(b"a" * 16, b"b"))]
    assert written == [b"10\r\n" + b"a" * 16 + b"\r\n", b"1\r\nb\r\n", b"0\r\n\r\n"]


async def test_an_empty_piece_does_not_end_the_body() -> None:
    written = [piece async for piece in chunks(pieces_of(b"a", b"", b"b"))]
    assert written == [b"1\r\na\r\n", b"1\r\nb\r\n", b"0\r\n\r\n"]


async def test_a_stream_of_its_declared_length_passes() -> None:
    assert [piece async for piece in exactly(pieces_of(b"ab", b"c"), 3)] == [b"ab", b"c"]


async def test_a_stream_is_cut_before_it_exceeds_its_length() -> None:
    pieces = exactly(pieces_of(b"ab", b"cd"), 3)
    assert await anext(pieces) == b"ab"
    with pytest.raises(LengthMismatch, match="longer"):
        await anext(pieces)


async def test_a_stream_that_ends_early_is_noticed() -> None:
    with pytest.raises(LengthMismatch, match="1 bytes short"):
        async for _ in exactly(pieces_of(b"ab"), 3):
            pass
