import os
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from tests.descriptors import open_below

from drystone.errors import NotFound, PreconditionFailed, RangeNotSatisfiable, Unavailable
from drystone.http.files.open_file import OpenFile
from drystone.http.files.send import MAX_SMALL_BYTES, PIECE_BYTES, send_file, static
from drystone.http.limits import Limits
from drystone.http.parts.dates import format_date
from drystone.http.parts.peer import Peer
from drystone.http.protocol.head import parse_head
from drystone.http.request import Request
from drystone.http.response import Response

SMALL = b"0123456789"
LARGE = bytes(range(256)) * ((MAX_SMALL_BYTES + PIECE_BYTES) // 256 + 5)
MODIFIED = 1_700_000_000


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write(tmp_path / "small.txt", SMALL)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    return write(tmp_path / "large.bin", LARGE)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    os.utime(path, (MODIFIED, MODIFIED))
    return path


def ask(method: str = "GET", **fields: str) -> Request:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    block = f"{method} / HTTP/1.1\r\nHost: a\r\n{lines}\r\n".encode("latin-1")
    return Request(parse_head(block, Limits()), peer=Peer())


async def content(response: Response) -> bytes:
    if response.stream is None:
        return response.body
    assert response.body == b""
    pieces = [piece async for piece in response.stream]
    assert max(map(len, pieces)) <= PIECE_BYTES
    return b"".join(pieces)


async def test_a_small_file_is_sent_in_one_piece(small: Path) -> None:
    response = await send_file(ask(), small)
    assert (response.status, response.body, response.stream) == (200, SMALL, None)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Last-Modified"] == format_date(MODIFIED)
    assert "Cache-Control" not in response.headers
    assert "Content-Disposition" not in response.headers


async def test_a_large_file_is_streamed_with_its_length(large: Path) -> None:
    response = await send_file(ask(), large)
    assert response.headers["Content-Length"] == str(len(LARGE))
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert await content(response) == LARGE


async def test_an_empty_file(tmp_path: Path) -> None:
    response = await send_file(ask(range="bytes=0-"), write(tmp_path / "empty", b""))
    assert (response.status, response.body, response.stream) == (200, b"", None)


async def test_choices_of_the_caller(small: Path) -> None:
    response = await send_file(
        ask(), small, media_type="image/x", download_name="naïve.txt", max_age_seconds=60
    )
    assert response.headers["Content-Type"] == "image/x"
    assert response.headers["Cache-Control"] == "max-age=60"
    assert "filename*=UTF-8''na%C3%AFve.txt" in response.headers["Content-Disposition"]
    response = await send_file(ask(), small, max_age_seconds=0)
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("wanted", "part", "content_range"),
    [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=-1", b"9", "bytes 9-9/10"),
    ],
)
async def test_one_range(small: Path, wanted: str, part: bytes, content_range: str) -> None:
    response = await send_file(ask(range=wanted), small)
    assert (response.status, response.body) == (206, part)
    assert response.headers["Content-Range"] == content_range
    assert "ETag" in response.headers


async def test_a_large_range_is_streamed(large: Path) -> None:
    response = await send_file(ask(range="bytes=3-"), large)
    assert response.status == 206
    assert response.headers["Content-Length"] == str(len(LARGE) - 3)
    assert await content(response) == LARGE[3:]


@pytest.mark.parametrize("wanted", ["bytes=0-1,3-4", "items=0-1", "bytes=4-2", "bytes=x"])
async def test_other_ranges_get_the_whole(small: Path, wanted: str) -> None:
    response = await send_file(ask(range=wanted), small)
    assert (response.status, response.body) == (200, SMALL)


async def test_a_range_past_the_end(small: Path) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        await send_file(ask(range="bytes=10-"), small)
    assert refused.value.headers == (("Content-Range", "bytes */10"),)


@pytest.mark.parametrize("method", ["HEAD", "POST"])
async def test_ranges_are_for_get(small: Path, method: str) -> None:
    assert (await send_file(ask(method, range="bytes=0-1"), small)).status == 200
    assert (await send_file(ask(method, range="bytes=99-"), small)).status == 200


@pytest.mark.parametrize("name", ["small", "large"])
async def test_head_says_what_get_would_and_reads_nothing(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = request.getfixturevalue(name)
    get = await send_file(ask(), path)
    if isinstance(get.stream, AsyncGenerator):
        await get.stream.aclose()

    def no_read(*_: object) -> bytes:
        raise AssertionError("HEAD reads the file")

    monkeypatch.setattr(OpenFile, "read", no_read)
    head = await send_file(ask("HEAD"), path)
    assert (head.status, head.body, head.stream) == (200, b"", None)
    assert head.headers["Content-Length"] == str(path.stat().st_size)
    assert set(get.headers.items()) <= set(head.headers.items())


async def test_conditions(small: Path) -> None:
    etag = (await send_file(ask(), small)).headers["ETag"]
    assert etag.startswith('"')
    date = format_date(MODIFIED)
    for method in ("GET", "HEAD"):
        for fields in ({"if_none_match": etag}, {"if_modified_since": date}):
            response = await send_file(ask(method, **fields), small, max_age_seconds=9)
            assert (response.status, response.body, response.stream) == (304, b"", None)
            assert response.headers["ETag"] == etag
            assert response.headers["Cache-Control"] == "max-age=9"
            assert "Content-Type" not in response.headers
        for fields in ({"if_match": '"x"'}, {"if_unmodified_since": format_date(MODIFIED - 1)}):
            with pytest.raises(PreconditionFailed):
                await send_file(ask(method, **fields), small)
    # What was done by another method is not undone by a condition on its answer.
    assert (await send_file(ask("POST", if_none_match=etag), small)).status == 200


async def test_conditions_come_before_the_range(small: Path) -> None:
    etag = (await send_file(ask(), small)).headers["ETag"]
    response = await send_file(ask(if_none_match=etag, range="bytes=99-"), small)
    assert response.status == 304
    with pytest.raises(PreconditionFailed):
        await send_file(ask(if_match='"x"', range="bytes=0-1"), small)


async def test_if_range(small: Path) -> None:
    etag = (await send_file(ask(), small)).headers["ETag"]
    for condition, status in ((etag, 206), ('"x"', 200), (f"W/{etag}", 200)):
        response = await send_file(ask(range="bytes=0-1", if_range=condition), small)
        assert response.status == status
    # A false If-Range makes even a range past the end irrelevant.
    assert (await send_file(ask(range="bytes=99-", if_range='"x"'), small)).status == 200


async def test_the_tag_changes_with_the_file(small: Path) -> None:
    async def tag() -> str:
        return (await send_file(ask(), small)).headers["ETag"]

    tags = [await tag()]
    os.utime(small, ns=(0, MODIFIED * 10**9 + 1))
    tags.append(await tag())
    write(small, SMALL + b"x")
    tags.append(await tag())
    write(small.with_name("other"), SMALL + b"x").rename(small)  # same size, same time
    tags.append(await tag())
    assert len(set(tags)) == 4


async def test_a_date_in_the_future_is_not_sent(small: Path) -> None:
    os.utime(small, (0, time.time() + 10_000))
    response = await send_file(ask(), small)
    assert response.headers["Last-Modified"] <= format_date(int(time.time()) + 1)
    os.utime(small, (0, -5))
    assert (await send_file(ask(), small)).headers["Last-Modified"] == format_date(0)


async def test_what_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path, tmp_path / "a" / "b"):
        with pytest.raises(NotFound):
            await send_file(ask(), path)


async def test_within_a_root(tmp_path: Path, small: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    write(root / "in.txt", b"in")
    assert (await send_file(ask(), "in.txt", root=root)).body == b"in"
    for path in ("../small.txt", str(small), str(root / "in.txt")):
        with pytest.raises(NotFound):
            await send_file(ask(), path, root=root)


async def test_static_serves_a_parameter(tmp_path: Path) -> None:
    write(tmp_path / "a.css", b"x")
    handler = static(tmp_path, parameter="rest", max_age_seconds=60)
    request = ask()
    request.params = {"rest": "a.css"}
    response = await handler(request)
    assert (response.body, response.headers["Cache-Control"]) == (b"x", "max-age=60")
    request.params = {"rest": "../x"}
    with pytest.raises(NotFound):
        await handler(request)


async def test_a_small_file_that_shrinks_is_not_sent(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = OpenFile.read

    def shrinking(self: OpenFile, count: int, offset: int) -> bytes:
        os.truncate(small, 3)
        return read(self, count, offset)

    monkeypatch.setattr(OpenFile, "read", shrinking)
    with pytest.raises(Unavailable):
        await send_file(ask(), small)


async def test_no_descriptor_is_left_open(small: Path, large: Path) -> None:
    etag = (await send_file(ask(), small)).headers["ETag"]
    await send_file(ask(if_none_match=etag), small)
    with pytest.raises(PreconditionFailed):
        await send_file(ask(if_match='"x"'), large)
    await send_file(ask("HEAD"), large)
    await content(await send_file(ask(), large))
    await send_file(ask(), large)  # never sent
    begun = await send_file(ask(), large)
    assert isinstance(begun.stream, AsyncGenerator)
    await anext(begun.stream)
    assert open_below(large.parent) == 1
    await begun.stream.aclose()
    assert open_below(small.parent) == 0
