import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.http.forms.bodies import (
    contents,
    read,
)

from drystone.http.forms.form import Upload
from drystone.http.parts.media import parse_media_type

NAMES = ["a", "é ☃", 'quo"te', "semi;colon", "percent%41", "a=b", "  spaced  "]


async def test_reads_what_httpx_writes() -> None:
    files = [(name, (name + ".txt", name.encode() * 1000, "text/plain")) for name in NAMES]
    request = httpx.Request("POST", "http://x/", data={n: n for n in NAMES}, files=files)
    media_type = parse_media_type(request.headers["content-type"])
    async with await read(request.read(), media_type) as form:
        for name in NAMES:
            texts = [v for n, v in form.items() if n == name and isinstance(v, str)]
            uploads = [v for n, v in form.items() if n == name and isinstance(v, Upload)]
            assert texts == [name]
            assert [upload.filename for upload in uploads] == [name + ".txt"]
            assert await uploads[0].read() == name.encode() * 1000


async def test_reads_urlencoded_forms_of_httpx() -> None:
    request = httpx.Request("POST", "http://x/", data={n: [n, "2"] for n in NAMES})
    form = await read(request.read(), parse_media_type(request.headers["content-type"]))
    assert list(form.items()) == [(n, value) for n in NAMES for value in (n, "2")]


@pytest.mark.parametrize(
    ("client", "boundary", "data", "expected"),
    [
        (
            "Firefox and Chromium",
            "----WebKitFormBoundaryTkx8QYOFHsYJwFzX",
            (
                b"------WebKitFormBoundaryTkx8QYOFHsYJwFzX\r\n"
                b'Content-Disposition: form-data; name="a%22b"\r\n\r\n1\r\n2\r\n'
                b"------WebKitFormBoundaryTkx8QYOFHsYJwFzX\r\n"
                b'Content-Disposition: form-data; name="f"; filename="a%22b\\c.txt"\r\n'
                b"Content-Type: text/plain\r\n\r\nx\r\n"
                b"------WebKitFormBoundaryTkx8QYOFHsYJwFzX\r\n"
                b'Content-Disposition: form-data; name="none"; filename=""\r\n'
                b"Content-Type: application/octet-stream\r\n\r\n\r\n"
                b"------WebKitFormBoundaryTkx8QYOFHsYJwFzX--\r\n"
            ),
            [('a"b', "1\r\n2"), ("f", "c.txt", "text/plain", b"x")],
        ),
        (
            ".NET's HttpClient",
            "0a5d4a3e-91c9-4a3b-b9a5-5d9c9a5f3f1e",
            (
                b"--0a5d4a3e-91c9-4a3b-b9a5-5d9c9a5f3f1e\r\n"
                b"Content-Type: text/plain; charset=utf-8\r\n"
                b"Content-Disposition: form-data; name=a\r\n\r\n1\r\n"
                b"--0a5d4a3e-91c9-4a3b-b9a5-5d9c9a5f3f1e\r\n"
                b"Content-Disposition: form-data; name=f; filename=a.txt; "
                b"filename*=utf-8''a.txt\r\n"
                b"\r\nx\r\n--0a5d4a3e-91c9-4a3b-b9a5-5d9c9a5f3f1e--\r\n"
            ),
            [("a", "1"), ("f", "a.txt", "application/octet-stream", b"x")],
        ),
        (
            "Go's mime/multipart",
            "f0e1d2",
            (
                b'--f0e1d2\r\nContent-Disposition: form-data; name="a\\"b"\r\n\r\n1\r\n'
                b'--f0e1d2\r\nContent-Disposition: form-data; name="f"; filename="a\\"b.txt"\r\n'
                b"Content-Type: application/octet-stream\r\n\r\nx\r\n--f0e1d2--\r\n"
            ),
            [('a"b', "1"), ("f", 'a"b.txt', "application/octet-stream", b"x")],
        ),
        (
            "Apache HttpClient",
            "Xz-_9",
            (
                b'--Xz-_9\r\nContent-Disposition: form-data; name="a"\r\n'
                b"Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n"
                b"\r\n1\r\n"
                b'--Xz-_9\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n'
                b"Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n"
                b"\r\nx\r\n--Xz-_9--"
            ),
            [("a", "1"), ("f", "a.txt", "text/plain", b"x")],
        ),
    ],
)
async def test_reads_what_other_clients_write(
    client: str, boundary: str, data: bytes, expected: list[tuple[Any, ...]]
) -> None:
    media_type = parse_media_type(f'multipart/form-data; boundary="{boundary}"')
    async with await read(data, media_type) as form:
        assert await contents(form) == expected, client


async def _capture(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    found = {
        name: re.search(rf"(?im)^{name}: (.*)\r$", head)
        for name in ("content-type", "content-length")
    }
    kind, length = found["content-type"], found["content-length"]
    assert kind is not None
    assert length is not None
    return kind[1], await reader.readexactly(int(length[1]))


@pytest.fixture
async def captured() -> AsyncIterator[tuple[str, asyncio.Queue[tuple[str, bytes]]]]:
    """Serve a form's target on loopback; each body that is sent goes to the queue."""
    requests: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await requests.put(await _capture(reader))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", requests


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("escape", [(), ("--form-escape",)])
async def test_reads_what_curl_writes(
    captured: tuple[str, asyncio.Queue[tuple[str, bytes]]], tmp_path: Path, escape: tuple[str, ...]
) -> None:
    url, requests = captured
    content = os.urandom(150_000)
    (tmp_path / 'a"b.bin').write_bytes(content)
    (tmp_path / "plain.txt").write_bytes(b"\r\n--\r\n")
    curl = await asyncio.create_subprocess_exec(
        "curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20", *escape,
        "--header", "Expect:", "--form-string", "text=é ☃",
        "--form", f'f=@"{tmp_path}/a\\"b.bin"', "--form", f"p=@{tmp_path}/plain.txt;type=text/x-y",
        url,
    )  # fmt: skip
    try:
        content_type, data = await asyncio.wait_for(requests.get(), 20)
        assert await curl.wait() == 0
    finally:
        with suppress(ProcessLookupError):
            curl.kill()
        await curl.wait()
    async with await read(data, parse_media_type(content_type)) as form:
        assert await contents(form) == [
            ("text", "é ☃"),
            ("f", 'a"b.bin', "application/octet-stream", content),
            ("p", "plain.txt", "text/x-y", b"\r\n--\r\n"),
        ]
