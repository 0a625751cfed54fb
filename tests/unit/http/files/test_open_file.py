import os
import threading
from pathlib import Path

import pytest
from tests.descriptors import open_below

from drystone.http.files.open_file import OpenFile


@pytest.fixture
def file(tmp_path: Path) -> OpenFile:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    return OpenFile.open(path)


def test_reads_anywhere(file: OpenFile) -> None:
    assert (file.size, file.read(3, 2), file.read(100, 8), file.read(1, 10)) == (
        10,
        b"234",
        b"89",
        b"",
    )
    file.close()


def test_a_closed_file_reads_nothing(file: OpenFile) -> None:
    file.close()
    file.close()
    assert file.closed
    assert file.read(1, 0) == b""


def test_closing_waits_for_a_running_read(file: OpenFile, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, may_end = threading.Event(), threading.Event()
    pread, close = os.pread, os.close
    closed: list[int] = []

    def slow_pread(descriptor: int, count: int, offset: int) -> bytes:
        reading.set()
        may_end.wait(10)
        assert not closed
        return pread(descriptor, count, offset)

    def noted_close(descriptor: int) -> None:
        closed.append(descriptor)
        close(descriptor)

    monkeypatch.setattr(os, "pread", slow_pread)
    monkeypatch.setattr(os, "close", noted_close)
    results: list[bytes] = []
    thread = threading.Thread(target=lambda: results.append(file.read(10, 0)))
    thread.start()
    reading.wait(10)
    file.close()  # returns at once
    assert not closed
    may_end.set()
    thread.join(10)
    assert results == [b"0123456789"]
    assert len(closed) == 1


def test_a_forgotten_file_closes_itself(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    kept = OpenFile.open(tmp_path / "file")
    assert open_below(tmp_path) == 1
    del kept
    assert open_below(tmp_path) == 0
