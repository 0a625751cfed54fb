"""Files over a real connection: what happens when they change, or the client goes."""

import asyncio
import os
from pathlib import Path

import pytest
from tests.descriptors import open_below
from tests.serving import serving

from drystone.http.files.send import PIECE_BYTES, send_file
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.service import Service

SIZE = 64 * PIECE_BYTES  # more than the buffers of a loopback connection hold
GET = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


class OneFile(Service):
    def __init__(self, path: Path) -> None:
        self._path = path

    async def handle(self, request: Request) -> Response:
        return await send_file(request, self._path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"x" * SIZE)
    return path


async def begin(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    assert b"Content-Length: %d\r\n" % SIZE in head


async def test_is_sent_whole(path: Path) -> None:
    async with serving(OneFile(path)) as served:
        answer = await served.exchange(GET)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(body) == SIZE


async def test_what_grows_is_cut_at_its_length(path: Path) -> None:
    async with serving(OneFile(path)) as served:
        reader, writer = await served.connect()
        writer.write(GET)
        await begin(reader)
        with path.open("ab") as file:
            file.write(b"y" * 1000)
        assert await asyncio.wait_for(reader.read(), 10) == b"x" * SIZE
        writer.close()


async def test_what_shrinks_ends_broken_off(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(OneFile(path)) as served:
        reader, writer = await served.connect()
        writer.write(GET)
        await begin(reader)
        os.truncate(path, SIZE - 1)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await asyncio.wait_for(reader.readexactly(SIZE), 10)
        writer.close()
    assert "1 bytes short" in caplog.text


async def test_a_client_that_goes_away_leaves_no_file_open(path: Path) -> None:
    async with serving(OneFile(path)) as served:
        for _ in range(5):
            reader, writer = await served.connect()
            writer.write(GET)
            await begin(reader)
            writer.transport.abort()
        async with asyncio.timeout(10):
            while open_below(path.parent) or served.server.context.connections:
                await asyncio.sleep(0.01)
