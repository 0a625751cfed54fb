from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Callable

import pytest
import structlog

from drystone.observe.logs import LineHandler, configure_logs

LogFile = tuple[int, Callable[[], list[str]]]

log = logging.getLogger("drystone.test")


def only(read: Callable[[], list[str]]) -> dict[str, object]:
    (line,) = read()
    event = json.loads(line)
    assert isinstance(event, dict)
    return event


def test_a_record_is_one_json_line_with_its_fields(log_file: LogFile) -> None:
    fd, read = log_file
    configure_logs(fd=fd)
    log.warning("disk is %s", "full", extra={"request_id": "r1", "free": 0})
    event = only(read)
    assert str(event.pop("timestamp")).endswith("Z")
    assert event == {
        "event": "disk is full",
        "level": "warning",
        "logger": "drystone.test",
        "request_id": "r1",
        "free": 0,
    }


def test_structlog_and_the_standard_library_look_alike(log_file: LogFile) -> None:
    fd, read = log_file
    configure_logs(fd=fd)
    structlog.get_logger("shop").info("paid", amount=3, password="hunter2")
    logging.getLogger("shop").info("paid", extra={"amount": 3, "password": "hunter2"})
    first, second = (json.loads(line) for line in read())
    del first["timestamp"], second["timestamp"]
    assert first == second
    assert first["password"] == "[redacted]"


@pytest.mark.parametrize(
    "text", ["a\r\nb", "\x1b[2J", "x\u2028y", "\x85", "\x9b", "\x7f", "é\ud800"], ids=ascii
)
def test_whatever_is_in_a_text_an_event_is_one_line_of_printable_ascii(
    log_file: LogFile, text: str
) -> None:
    fd, read = log_file
    configure_logs(fd=fd)
    # Without pytest's own handler, whose report cannot hold a lone surrogate.
    logging.root.handlers[:] = [h for h in logging.root.handlers if isinstance(h, LineHandler)]
    log.warning("path %s", text, extra={"user": text, text: "key"})
    (line,) = read()
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["user"] == text


def test_an_exception_is_data_without_the_values_of_variables(log_file: LogFile) -> None:
    fd, read = log_file
    configure_logs(fd=fd)

    def look_up(secret: str) -> int:
        try:
            return {"k": len(secret)}["missing"]
        except KeyError as error:
            raise ValueError("bad\ninput") from error

    secret = "hunter2"
    try:
        look_up(secret)
    except ValueError:
        log.exception("failed")
    event = only(read)
    assert isinstance(event["exception"], list)
    first, cause = event["exception"]
    assert (first["exc_type"], first["exc_value"]) == ("ValueError", "bad\ninput")
    assert cause["exc_type"] == "KeyError"
    assert first["frames"][-1]["name"] == "look_up"
    assert secret not in json.dumps(event)


def test_text_keeps_an_event_on_its_line_and_indents_a_traceback(log_file: LogFile) -> None:
    fd, read = log_file
    configure_logs(fd=fd, style="text")
    try:
        raise ValueError("one\n2026-01-01 [info] forged \x1b[31m")
    except ValueError:
        log.exception("failed\nforged", extra={"path": "/\u2028", "data": ["\x1b"]})
    lines = read()
    assert "failed\\nforged" in lines[0]
    assert "\\u2028" in lines[0]
    assert all(line.startswith("    ") for line in lines[1:] if line)
    assert any("forged \\x1b" in line for line in lines[1:])
    assert all("\x1b" not in line for line in lines)


def test_no_colours_where_there_is_no_terminal(log_file: LogFile) -> None:
    fd, read = log_file
    configure_logs(fd=fd, style="text")
    log.error("plain")
    assert "\x1b" not in read()[0]


def test_the_level_bounds_what_is_written(log_file: LogFile) -> None:
    fd, read = log_file
    configure_logs(fd=fd, level="WARNING")
    log.info("no")
    structlog.get_logger().info("no")
    log.warning("yes")
    assert only(read)["event"] == "yes"


async def test_asyncio_and_warnings_come_the_same_way(log_file: LogFile) -> None:
    fd, read = log_file
    configure_logs(fd=fd)
    asyncio.get_running_loop().call_exception_handler({"message": "task failed"})
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old", UserWarning, stacklevel=1)
    loggers = [json.loads(line)["logger"] for line in read()]
    assert loggers == ["asyncio", "py.warnings"]


def test_configuring_again_replaces_what_was_there(log_file: LogFile) -> None:
    fd, read = log_file
    configure_logs(fd=fd)
    configure_logs(fd=fd)
    log.error("once")
    assert only(read)["event"] == "once"
    assert sum(isinstance(each, LineHandler) for each in logging.getLogger().handlers) == 1


def test_an_argument_that_cannot_be_shown_does_not_break_the_caller(
    log_file: LogFile, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no text")

    fd, read = log_file
    logging.getLogger().handlers.clear()  # pytest's own would raise
    configure_logs(fd=fd)
    log.error("value %s", Broken())
    assert read() == []
    assert "no text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("level", "style", "message"),
    [
        ("loud", "json", "there is no log level 'loud'; write one of debug, info, "),
        ("info", "xml", "there is no log style 'xml'; write 'json' or 'text'"),
    ],
)
def test_a_setting_that_is_none_is_refused(level: str, style: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        configure_logs(level=level, style=style)  # type: ignore[arg-type]  # wrong on purpose


def test_structlog_is_not_imported_until_logs_are_configured() -> None:
    code = "import sys, drystone.observe.logs; sys.exit('structlog' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
