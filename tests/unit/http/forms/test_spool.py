import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.http.forms.bodies import open_files

from drystone.http.forms.spool import Spool


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


async def test_few_bytes_stay_in_memory() -> None:
    spool = Spool(10)
    await spool.append(b"0123456789")
    assert not spool.uses_disk
    assert spool.size == 10
    assert await spool.read(3, 4) == b"3456"
    assert await spool.read(8, 10) == b"89"
    assert await spool.read(10, 1) == b""
    await spool.close()


async def test_more_bytes_go_to_one_file_without_a_name(temporary: Path) -> None:
    spool = Spool(10)
    for start in range(0, 100, 5):
        await spool.append(bytes(range(start, start + 5)))
    assert spool.uses_disk
    assert spool.size == 100
    assert open_files(temporary) == 1
    assert list(temporary.iterdir()) == []
    assert await spool.read(0, 100) == bytes(range(100))
    await spool.close()
    assert open_files(temporary) == 0


@given(
    st.integers(0, 50),
    st.lists(st.binary(max_size=40), max_size=20),
    st.integers(0, 300),
    st.integers(0, 300),
)
async def test_reads_any_slice(threshold: int, pieces: list[bytes], offset: int, size: int) -> None:
    spool = Spool(threshold)
    for piece in pieces:
        await spool.append(piece)
    whole = b"".join(pieces)
    assert spool.size == len(whole)
    assert await spool.read(offset, size) == whole[offset : offset + size]
    await spool.close()


async def test_concurrent_readers_do_not_move_each_other() -> None:
    spool = Spool(0)
    await spool.append(bytes(range(256)) * 100)
    slices = await asyncio.gather(*(spool.read(start, 10) for start in range(0, 2000, 7)))
    for start, data in zip(range(0, 2000, 7), slices, strict=True):
        assert data == bytes(value % 256 for value in range(start, start + 10))
    await spool.close()


@pytest.mark.parametrize("threshold", [0, 1000])
async def test_saves_a_slice_to_a_new_file(tmp_path: Path, threshold: int) -> None:
    spool = Spool(threshold)
    await spool.append(b"abcdefgh")
    await spool.save(tmp_path / "x", 2, 3)
    assert (tmp_path / "x").read_bytes() == b"cde"
    with pytest.raises(FileExistsError):
        await spool.save(tmp_path / "x", 0, 8)
    assert (tmp_path / "x").read_bytes() == b"cde"
    await spool.close()


async def test_a_failed_save_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(0)
    await spool.append(b"abcdefgh")
    await spool.close()
    with pytest.raises(ValueError, match="closed"):
        await spool.save(tmp_path / "x", 0, 8)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("threshold", [0, 1000])
async def test_a_closed_spool_gives_and_takes_nothing(threshold: int) -> None:
    spool = Spool(threshold)
    await spool.append(b"abc")
    await spool.close()
    await spool.close()
    with pytest.raises(ValueError, match="closed"):
        await spool.read(0, 1)
    with pytest.raises(ValueError, match="closed"):
        await spool.append(b"d")


async def test_the_event_loop_does_not_wait_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    to_thread = asyncio.to_thread

    async def record(function: object, *args: object) -> object:
        threads.append(getattr(function, "__name__", ""))
        return await to_thread(function, *args)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(asyncio, "to_thread", record)
    spool = Spool(4)
    await spool.append(b"abc")
    assert threads == []
    await spool.append(b"def")
    await spool.read(0, 6)
    await spool.close()
    assert threads == ["_move_to_disk", "_read", "_close"]


async def test_a_thread_that_outlives_its_task_finds_the_spool_closed() -> None:
    spool = Spool(0)
    await spool.append(b"abc")
    await spool.close()
    spool._waiting += b"late"
    spool._move_to_disk()
    assert not spool.uses_disk
