"""Lets any text that a test prints or logs reach the process that reports it.

pytest-xdist sends reports as UTF-8. A lone surrogate in captured output, as a test of
logging has it on purpose, would end the worker and lose every test that it had left.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write what UTF-8 cannot hold as an escape, in each captured section."""
    report = yield
    report.sections = [(name, _escape(text)) for name, text in report.sections]
    return report


def _escape(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
