from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from drystone.observe.access import ACCESS_LOGGER, AccessLogger, Timestamps, encode_line
from drystone.observe.logs import configure_logs

LogFile = tuple[int, Callable[[], list[str]]]


def connected_to(fd: int, **options: Any) -> AccessLogger:
    """Return a logger that found `fd`, in a process where only ours is configured."""
    logging.getLogger().handlers.clear()  # those of pytest, which come with each phase
    configure_logs(fd=fd, **options)
    logger = AccessLogger()
    logger.connect()
    return logger


def write(logger: AccessLogger, level: int = logging.INFO, *, path: str = "/tasks/7") -> None:
    logger.write(level, "r1", "GET", path, "/tasks/{id}", 200, 12, 1.5, "192.0.2.7")


EXPECTED = {
    "level": "info",
    "event": "request",
    "logger": "drystone.access",
    "request_id": "r1",
    "method": "GET",
    "path": "/tasks/7",
    "route": "/tasks/{id}",
    "status": 200,
    "bytes": 12,
    "duration_ms": 1.5,
    "client": "192.0.2.7",
}


@pytest.mark.parametrize("connected", [True, False])
def test_the_short_way_and_the_long_way_write_the_same(
    log_file: LogFile, *, connected: bool
) -> None:
    fd, read = log_file
    logger = connected_to(fd)
    passed: list[str] = []

    def note(record: logging.LogRecord) -> bool:
        passed.append(record.name)
        return True

    logging.getLogger().handlers[0].addFilter(note)
    write(logger if connected else AccessLogger())
    event = json.loads(read()[0])
    assert event.pop("timestamp").endswith("Z")
    assert event == EXPECTED
    assert passed == ([] if connected else [ACCESS_LOGGER])


def test_another_handler_is_not_bypassed(
    log_file: LogFile, caplog: pytest.LogCaptureFixture
) -> None:
    fd, read = log_file
    logger = connected_to(fd)
    logging.getLogger().addHandler(caplog.handler)
    logger.connect()
    write(logger)
    assert len(read()) == 1
    assert [record.name for record in caplog.records] == [ACCESS_LOGGER]


def test_text_is_rendered_for_people(log_file: LogFile) -> None:
    fd, read = log_file
    write(connected_to(fd, style="text"))
    (line,) = read()
    assert "request" in line
    assert "route=/tasks/{id}" in line
    assert "status=200" in line


@pytest.mark.parametrize(("level", "count"), [("info", 0), ("debug", 1)])
def test_the_level_counts_on_the_short_way_too(log_file: LogFile, level: str, count: int) -> None:
    fd, read = log_file
    write(connected_to(fd, level=level), logging.DEBUG)
    assert len(read()) == count


@pytest.mark.parametrize("char", ["\n", "\x1b", "\x7f", "\x85", "\u2028", "é"])
def test_no_path_can_break_the_line(log_file: LogFile, char: str) -> None:
    fd, read = log_file
    write(connected_to(fd), path=f"/{char}")
    (line,) = read()
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["path"] == f"/{char}"


def test_encode_line_is_json_and_a_line_feed() -> None:
    class Note(msgspec.Struct):
        text: str

    assert encode_line(Note("plain")) == b'{"text":"plain"}\n'


def test_timestamps_follow_the_clock_to_the_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([10**18 + 1_000_000, 10**18 + 1_999_999, 10**18 + 999_999_999, 10**18 + 10**9])
    monkeypatch.setattr("time.time_ns", lambda: next(moments))
    timestamps = Timestamps()
    assert [timestamps.now() for _ in range(4)] == [
        "2001-09-09T01:46:40.001Z",
        "2001-09-09T01:46:40.001Z",
        "2001-09-09T01:46:40.999Z",
        "2001-09-09T01:46:41.000Z",
    ]
