import asyncio
import os
import tempfile
from pathlib import Path

import pytest
from tests.unit.http.forms.bodies import (
    MAX_BODY,
    MULTIPART,
    join,
    open_files,
    part,
    read,
)

from drystone.errors import BadRequest
from drystone.http.body import Body
from drystone.http.forms.form import parse_form


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


async def test_little_content_needs_no_file(temporary: Path) -> None:
    async with await read(join(part("f", b"x" * 60_000, filename="f"))):
        assert open_files(temporary) == 0


async def test_large_uploads_share_one_file_that_goes_with_the_form(temporary: Path) -> None:
    files = {f"f{n}": bytes([n]) * 100_000 for n in range(10)}
    form = await read(join(*(part(name, data, filename=name) for name, data in files.items())))
    assert open_files(temporary) == 1
    for name, data in files.items():
        upload = form.files(name)[0]
        assert await upload.read() == data
    await form.close()
    await form.close()
    assert open_files(temporary) == 0
    assert list(temporary.iterdir()) == []
    upload.rewind()
    with pytest.raises(ValueError, match="closed"):
        await upload.read(1)


@pytest.mark.parametrize("tail", [b"", b"\r\n--bdx", b"\r\n--bd\r\n\r\n"])
async def test_no_file_outlives_an_error(temporary: Path, tail: bytes) -> None:
    data = b"--bd\r\n" + part("f", b"x" * 1_000_000, filename="f") + tail
    with pytest.raises(BadRequest):
        await read([data[i : i + 65536] for i in range(0, len(data), 65536)])
    assert open_files(temporary) == 0
    assert list(temporary.iterdir()) == []


async def test_no_file_outlives_a_cancelled_request(temporary: Path) -> None:
    waiting = asyncio.Event()
    pieces = iter([b"--bd\r\n" + part("f", b"", filename="f"), b"x" * 200_000])

    async def receive() -> bytes:
        piece = next(pieces, b"")
        if not piece:
            waiting.set()
            await asyncio.Event().wait()
        return piece

    body = Body(receive, declared_length=None, max_bytes=MAX_BODY)
    task = asyncio.create_task(parse_form(body, MULTIPART))
    await waiting.wait()
    assert open_files(temporary) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert open_files(temporary) == 0


@pytest.mark.parametrize("threshold", [0, 1000, 1_000_000])
async def test_an_upload_is_read_piece_by_piece(threshold: int) -> None:
    content = os.urandom(200_000)
    data = join(part("before", b"b" * 700, filename="b"), part("f", content, filename="f"))
    async with await read(data, spool_threshold_bytes=threshold) as form:
        upload = form.file("f")
        assert upload is not None
        assert await upload.read(0) == b""
        assert await upload.read(10) == content[:10]
        pieces = [piece async for piece in upload]
        assert max(map(len, pieces)) <= 64 * 1024
        assert b"".join(pieces) == content[10:]
        assert await upload.read(10) == b""
        upload.rewind()
        assert await upload.read() == content


async def test_an_upload_is_saved_whole_to_a_new_file(tmp_path: Path) -> None:
    async with await read(join(part("f", b"content", filename="f"))) as form:
        upload = form.file("f")
        assert upload is not None
        await upload.read(3)
        await upload.save(str(tmp_path / "saved"))
        assert (tmp_path / "saved").read_bytes() == b"content"
        with pytest.raises(FileExistsError):
            await upload.save(tmp_path / "saved")
