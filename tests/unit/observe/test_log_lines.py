from __future__ import annotations

import os
import select
import threading

import pytest

from drystone.observe.lines import LineWriter

Pipe = tuple[int, int]


def fill(writing: int) -> int:
    """Fill a pipe that nobody reads, and return how much is in it."""
    os.set_blocking(writing, False)
    size = 0
    try:
        while True:
            size += os.write(writing, b"." * select.PIPE_BUF)
    except BlockingIOError:
        os.set_blocking(writing, True)
        return size


def read_exactly(reading: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += os.read(reading, size - len(data))
    return data


def test_a_line_is_written_before_write_returns(pipe: Pipe) -> None:
    reading, writing = pipe
    LineWriter(writing).write(b"one\n")
    assert os.read(reading, 100) == b"one\n"


def test_a_long_line_is_written_whole(pipe: Pipe) -> None:
    reading, writing = pipe
    line = b"x" * 20_000 + b"\n"
    LineWriter(writing).write(line)
    assert read_exactly(reading, len(line)) == line


def test_a_full_pipe_does_not_block_and_lines_follow_in_order_once_there_is_room(
    pipe: Pipe,
) -> None:
    reading, writing = pipe
    filled = fill(writing)
    writer = LineWriter(writing)
    lines = [b"%d\n" % number for number in range(100)]
    for line in lines:
        writer.write(line)
    assert read_exactly(reading, filled) == b"." * filled
    assert read_exactly(reading, len(b"".join(lines))) == b"".join(lines)
    writer.flush(timeout_seconds=5)
    assert writer.dropped == 0


def test_a_line_larger_than_the_pipe_is_finished_by_the_thread(pipe: Pipe) -> None:
    reading, writing = pipe
    writer = LineWriter(writing, max_pending_bytes=10)
    long = b"x" * 300_000 + b"\n"
    writer.write(long)  # begun, so it is kept whole although it is over the bound
    assert read_exactly(reading, len(long)) == long
    writer.flush(timeout_seconds=5)
    assert writer.dropped == 0


def test_past_the_bound_lines_are_dropped_and_counted(pipe: Pipe) -> None:
    reading, writing = pipe
    filled = fill(writing)
    writer = LineWriter(writing, max_pending_bytes=10)
    for line in (b"12345\n", b"1234\n", b"789\n"):
        writer.write(line)
    assert writer.dropped == 1
    read_exactly(reading, filled)
    assert read_exactly(reading, 10) == b"12345\n789\n"
    writer.flush(timeout_seconds=5)


def test_the_thread_ends_once_the_reader_has_caught_up(pipe: Pipe) -> None:
    reading, writing = pipe
    filled = fill(writing)
    writer = LineWriter(writing)
    writer.write(b"late\n")
    assert any(thread.name == "drystone-logs" for thread in threading.enumerate())
    read_exactly(reading, filled + 5)
    writer.flush(timeout_seconds=5)
    assert not any(thread.name == "drystone-logs" for thread in threading.enumerate())
    writer.write(b"direct\n")
    assert os.read(reading, 100) == b"direct\n"


def test_flush_gives_up_on_a_reader_that_stands_still(pipe: Pipe) -> None:
    reading, writing = pipe
    filled = fill(writing)
    writer = LineWriter(writing)
    writer.write(b"late\n")
    writer.flush(timeout_seconds=0.01)
    read_exactly(reading, filled + 5)
    writer.flush(timeout_seconds=5)


@pytest.mark.parametrize("end", ["reading", "writing"])
def test_a_closed_end_loses_lines_but_raises_nothing(pipe: Pipe, end: str) -> None:
    reading, writing = pipe
    writer = LineWriter(writing)
    os.close(reading if end == "reading" else writing)
    writer.write(b"gone\n")
    writer.write(b"gone\n")
    assert writer.dropped == 2


def test_lines_of_several_threads_stay_whole(pipe: Pipe) -> None:
    reading, writing = pipe
    writer = LineWriter(writing)
    line = b"y" * 5000 + b"\n"  # more than a pipe takes at once

    def write_some() -> None:
        for _ in range(5):
            writer.write(line)

    threads = [threading.Thread(target=write_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    data = read_exactly(reading, len(line) * 20)
    for thread in threads:
        thread.join()
    writer.flush(timeout_seconds=5)
    assert data == line * 20
