"""What a failure is called, by what PostgreSQL wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from drystone.db.embedded.errors import (
    DiskFull,
    EmbeddedError,
    InitdbFailed,
    PortInUse,
    StartFailed,
)
from drystone.db.embedded.server_log import explain_initdb, explain_start, last_lines

HOME = Path("/srv/app/.drystone/postgres")
BUSY = """\
LOG:  could not bind IPv4 address "127.0.0.1": Address already in use
HINT:  Is another postmaster already running on port 6000?
FATAL:  could not create any TCP/IP sockets
"""
FULL = 'FATAL:  could not write to file "pg_wal/xlogtemp.29": No space left on device\n'
ODD = "".join(f"line {number}\n" for number in range(100))


@pytest.mark.parametrize(
    ("error", "kind", "mend"),
    [
        (explain_initdb(FULL, HOME), DiskFull, "free some space"),
        (explain_initdb(ODD, HOME), InitdbFailed, "DATABASE_URL"),
        (explain_start(FULL, HOME, None), DiskFull, "free some space"),
        (explain_start(BUSY, HOME, 6000), PortInUse, "choose another"),
        (explain_start(BUSY, HOME, None), StartFailed, "remove the directory"),
        (explain_start(ODD, HOME, 6000), StartFailed, "remove the directory"),
    ],
)
def test_each_failure_has_its_class_and_its_mend(
    error: EmbeddedError, kind: type[EmbeddedError], mend: str
) -> None:
    assert type(error) is kind
    assert mend in error.message
    assert "\n" not in error.message


def test_the_end_of_the_log_follows_the_message() -> None:
    error = explain_start(ODD, HOME, None)
    assert error.log == tuple(f"line {number}" for number in range(90, 100))
    assert str(error).splitlines() == [error.message, *(f"    {line}" for line in error.log)]


def test_nothing_written_is_nothing_shown() -> None:
    assert last_lines("\n \n") == []
    assert str(explain_start("", HOME, None)).count("\n") == 0
