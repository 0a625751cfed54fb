from __future__ import annotations

import asyncio
import doctest
import threading
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
import zstandard
from tests.client import make_request

from drystone.http.request import Request
from drystone.http.response import Response, close_stream
from drystone.routing.middleware import codings, compression
from drystone.routing.middleware.compression import MIN_BYTES, THREAD_BYTES, Compression

TEXT = b"All work and no play. " * 100


def gunzip(data: bytes) -> bytes:
    return zlib.decompress(data, 16 + zlib.MAX_WBITS)


def unzstd(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)


DECODERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gunzip, "zstd": unzstd}


def text_response(body: bytes = TEXT, **options: object) -> Response:
    response = Response(body, media_type="text/plain")
    for name, value in options.items():
        if name == "status":
            response.status = int(str(value))
        else:
            response.headers[name.replace("_", "-")] = str(value)
    return response


async def send(
    response: Response, accept: str | None = "gzip", *, method: str = "GET", **fields: str
) -> Response:
    async def handler(_request: Request) -> Response:
        return response

    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    if accept is not None:
        headers["Accept-Encoding"] = accept
    return await Compression()(make_request(method, "/", headers=headers), handler)


def test_the_documented_examples_hold() -> None:
    assert doctest.testmod(compression).failed == 0


@pytest.mark.parametrize("size", [MIN_BYTES, THREAD_BYTES - 1, THREAD_BYTES, THREAD_BYTES * 3])
@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_a_body_comes_back_as_it_was(coding: str, size: int) -> None:
    body = (TEXT * (size // len(TEXT) + 1))[:size]
    response = await send(text_response(body), coding)
    assert response.headers["Content-Encoding"] == coding
    assert len(response.body) < size
    assert DECODERS[coding](response.body) == body


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, zstd;q=0.5", "gzip"),
        ("br", None),
        ("*", "zstd"),
        ("gzip;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0, *;q=0", None),
        ("", None),
        (None, None),
        ("garbage;;", None),
    ],
)
async def test_the_coding_is_the_one_that_the_client_likes(
    accept: str | None, coding: str | None
) -> None:
    response = await send(text_response(), accept)
    assert response.headers.get("Content-Encoding") == coding
    assert response.headers["Vary"] == "Accept-Encoding"
    if coding is None:
        assert response.body == TEXT


async def test_a_small_body_is_not_compressed() -> None:
    response = await send(text_response(b"x" * (MIN_BYTES - 1)))
    assert list(response.headers.items()) == [("Content-Type", "text/plain")]


@pytest.mark.parametrize(
    "media_type",
    ["image/png", "application/zip", "video/mp4", "application/octet-stream", "", "font/woff2"],
)
async def test_what_is_compressed_by_nature_is_not_compressed_again(media_type: str) -> None:
    response = await send(Response(TEXT, media_type=media_type))
    assert "Content-Encoding" not in response.headers
    assert "Vary" not in response.headers


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "application/problem+json",
        "Application/JSON; charset=utf-8",
        "text/html; charset=utf-8",
        "image/svg+xml",
        "application/x-ndjson",
    ],
)
async def test_text_of_any_kind_is_compressed(media_type: str) -> None:
    response = await send(Response(TEXT, media_type=media_type))
    assert response.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    "response",
    [
        text_response(Content_Encoding="br"),
        text_response(Content_Encoding="identity"),
        text_response(Cache_Control="public, No-Transform"),
        text_response(status=206, Content_Range="bytes 0-9/10"),
        text_response(Repr_Digest="sha-256=:x:"),
        text_response(Content_Digest="sha-256=:x:"),
    ],
)
async def test_what_is_bound_to_its_bytes_is_left_alone(response: Response) -> None:
    before = list(response.headers.items())
    assert (await send(response)).body == TEXT
    assert list(response.headers.items()) == before


# Entity tags: a coded answer is another representation.


@pytest.mark.parametrize(
    ("tag", "variant"),
    [('"17"', '"17;gzip"'), ('"17;ab"', '"17;ab-gzip"'), ('W/"17"', 'W/"17"')],
)
async def test_a_strong_tag_becomes_that_of_the_variant(tag: str, variant: str) -> None:
    response = await send(text_response(ETag=tag))
    assert response.headers["ETag"] == variant
    assert gunzip(response.body) == TEXT


async def test_the_tag_stays_where_nothing_is_coded() -> None:
    assert (await send(text_response(ETag='"17"'), "br")).headers["ETag"] == '"17"'


@pytest.mark.parametrize(
    "known", ['"17;gzip"', 'W/"17;gzip"', '"16", "17;gzip"', '"a,b","17;gzip"']
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_variant_that_the_client_has_is_not_sent_again(known: str, method: str) -> None:
    response = text_response(ETag='"17"', Cache_Control="private")
    response = await send(response, method=method, If_None_Match=known)
    assert (response.status, response.body) == (304, b"")
    assert dict(response.headers.items()) == {
        "ETag": '"17;gzip"',
        "Cache-Control": "private",
        "Vary": "Accept-Encoding",
    }


@pytest.mark.parametrize("known", ['"17;zstd"', '"16;gzip"', "17;gzip", '"17;gzip', ""])
async def test_another_variant_is_sent(known: str) -> None:
    response = await send(text_response(ETag='"17"'), If_None_Match=known)
    assert response.status == 200


async def test_only_reads_are_answered_as_not_modified() -> None:
    response = text_response(ETag='"17"')
    assert (await send(response, method="POST", If_None_Match='"17;gzip"')).status == 200
    response = text_response(ETag='"17"', status=201)
    assert (await send(response, If_None_Match='"17;gzip"')).status == 201


async def test_head_has_the_fields_that_get_has() -> None:
    get = await send(text_response(ETag='"17"'))
    head = await send(text_response(ETag='"17"'), method="HEAD")
    assert list(head.headers.items()) == list(get.headers.items())
    assert len(head.body) == len(get.body)  # becomes Content-Length; the rest is dropped


# Streams.


class Source:
    """A stream that can be looked at."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces
        self.began = False
        self.closed = False

    async def stream(self) -> AsyncIterator[bytes]:
        self.began = True
        try:
            for piece in self.pieces:
                yield piece
        finally:
            self.closed = True

    def response(self, media_type: str = "text/plain", *, endless: bool = False) -> Response:
        return Response(stream=self.stream(), media_type=media_type, endless=endless)


def decoder(coding: str) -> Callable[[bytes], bytes]:
    if coding == "gzip":
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress
    return zstandard.ZstdDecompressor().decompressobj().decompress


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_each_piece_of_a_stream_can_be_read_when_it_comes(coding: str) -> None:
    source = Source(b"one", b"two" * THREAD_BYTES, b"three")
    response = source.response()
    response.headers["Content-Length"] = "1"
    response = await send(response, coding)
    assert "Content-Length" not in response.headers
    assert response.stream is not None
    decode = decoder(coding)
    decoded = [decode(piece) async for piece in response.stream]
    assert decoded == [*source.pieces, b""]
    assert source.closed


async def test_a_stream_that_is_cut_off_is_closed() -> None:
    source = Source(b"one", b"two")
    stream = (await send(source.response())).stream
    assert stream is not None
    iterator = aiter(stream)
    await anext(iterator)
    await close_stream(iterator)
    assert source.closed


async def test_events_are_not_compressed() -> None:
    for response in (
        Source(b"x").response("text/event-stream; charset=utf-8"),
        Source(b"x").response(endless=True),
    ):
        before = response.stream
        assert (await send(response)).stream is before
        assert "Content-Encoding" not in response.headers


async def test_a_stream_is_not_begun_for_head() -> None:
    source = Source(b"one")
    response = source.response()
    stream = response.stream
    assert (await send(response, method="HEAD")).stream is stream
    assert response.headers["Content-Encoding"] == "gzip"
    assert not source.began


async def test_a_stream_that_the_client_has_is_closed_unread() -> None:
    source = Source(b"one")
    response = source.response()
    response.headers["ETag"] = '"17"'
    response = await send(response, If_None_Match='"17;gzip"')
    assert (response.status, response.stream, source.began) == (304, None, False)


# Where the work is done.


@pytest.mark.parametrize(("size", "threads"), [(THREAD_BYTES - 1, 1), (THREAD_BYTES, 2)])
async def test_a_large_body_is_compressed_off_the_loop(
    monkeypatch: pytest.MonkeyPatch, size: int, threads: int
) -> None:
    used = {threading.get_ident()}

    def compress(data: bytes) -> bytes:
        used.add(threading.get_ident())
        return data[:1]

    coding = codings.Coding("gzip", compress, codings.CODINGS[1].start)
    monkeypatch.setattr(compression, "CODINGS", (coding,))
    await send(text_response(b"x" * size))
    assert len(used) == threads


async def test_many_bodies_can_be_compressed_at_once() -> None:
    bodies = [bytes([65 + number]) * THREAD_BYTES for number in range(8)]
    responses = await asyncio.gather(*(send(text_response(body), "zstd") for body in bodies))
    assert [unzstd(response.body) for response in responses] == bodies
