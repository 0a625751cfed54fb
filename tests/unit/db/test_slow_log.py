from __future__ import annotations

import logging

import pytest

from drystone.db.slow_log import SLOW_LOGGER, SlowLog


def test_a_line_has_types_and_no_values(caplog: pytest.LogCaptureFixture) -> None:
    log = SlowLog(0.5, context=lambda: {"request_id": "r1"})
    with caplog.at_level(logging.WARNING, logger=SLOW_LOGGER):
        log.write("SELECT $1, $2", (1, "hunter2"), seconds=1.23456, rows=7)
    (record,) = caplog.records
    said = vars(record)
    assert said["sql"] == "SELECT $1, $2"
    assert said["parameter_types"] == ["int", "str"]
    assert said["duration_ms"] == 1234.6
    assert said["rows"] == 7
    assert said["request_id"] == "r1"
    assert "hunter2" not in repr(said)


def test_a_very_long_text_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger=SLOW_LOGGER):
        SlowLog(0.5).write("x" * 100_000, (), seconds=1, rows=0)
    assert len(vars(caplog.records[0])["sql"]) == 4_000
