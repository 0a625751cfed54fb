"""Logs are configured per process: each test here leaves them as it found them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator

import pytest
import structlog

ReadLines = Callable[[], list[str]]


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe: where to read, and where to write."""
    reading, writing = os.pipe()
    yield reading, writing
    for fd in (reading, writing):
        try:
            os.close(fd)
        except OSError:  # a test closed it
            continue


@pytest.fixture
def log_file(pipe: tuple[int, int]) -> tuple[int, ReadLines]:
    """A descriptor to log to, and a function that returns the lines written so far."""
    reading, writing = pipe
    os.set_blocking(reading, False)

    def read_lines() -> list[str]:
        try:
            return os.read(reading, 1 << 20).decode().splitlines()
        except BlockingIOError:
            return []

    return writing, read_lines


@pytest.fixture(autouse=True)
def restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
