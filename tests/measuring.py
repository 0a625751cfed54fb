"""Keeps what a worker of pytest-xdist has measured; loaded by `python -m tests`.

A worker is told to end as soon as it has reported its last test, and may not get as far
as its exit handlers, which is where coverage writes. So it is written a step earlier.
"""

from __future__ import annotations

import coverage
import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Write what was measured so far in this process, if anything is."""
    measured = coverage.Coverage.current()
    if measured is not None:
        measured.save()
