"""Signals as things to read, instead of as interruptions.

A handler in Python can run between any two steps of the program. So the handlers
installed here do nothing; the interpreter writes the number of each signal into a
socket pair (`signal.set_wakeup_fd`), and the one loop of the supervisor reads it
there like any other event, between two of its steps.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterable
from types import FrameType, TracebackType
from typing import Self


class SignalQueue:
    """A queue of the signals that came; a context manager for the main thread.

    Args:
        signals: those to queue; what they did before is restored at the end.
    """

    def __init__(self, signals: Iterable[signal.Signals]) -> None:
        self._signals = tuple(signals)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._before: dict[signal.Signals, signal._HANDLER] = {}
        self._wakeup_before = -1

    def __enter__(self) -> Self:
        self._wakeup_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in self._signals:
            self._before[number] = signal.signal(number, _do_nothing)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        signal.set_wakeup_fd(self._wakeup_before)
        self._reader.close()
        self._writer.close()

    def fileno(self) -> int:
        """Readable when a signal waits."""
        return self._reader.fileno()

    def read(self) -> list[signal.Signals]:
        """Return those that came since the last time, in order."""
        try:
            return [signal.Signals(number) for number in self._reader.recv(4096)]
        except BlockingIOError:
            return []


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """Let the interpreter write the number; see above."""
