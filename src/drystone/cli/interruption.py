"""Signals while a command works on something that must not be left behind.

Python turns SIGINT alone into an exception that cleans up on its way, and asyncio knows
that one alone. Here the other signals that ask for an end take the same way.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

_OTHERS: Final = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGINT, SIGTERM and SIGHUP leave the block as an exception.

    Raises:
        SystemExit: one came; the code is 128 and its number.
    """
    came: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        signal.raise_signal(signal.SIGINT)

    before = {number: signal.signal(number, interrupt) for number in _OTHERS}
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(128 + (came[0] if came else signal.SIGINT)) from None
    finally:
        _restore(before)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore those signals in the block: it is short, and must come to its end."""
    numbers = (signal.SIGINT, *_OTHERS)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        _restore(before)


def _restore(before: Mapping[signal.Signals, Any]) -> None:
    for number, handler in before.items():
        signal.signal(number, handler)
