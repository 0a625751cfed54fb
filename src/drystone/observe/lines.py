"""Whole lines to a file descriptor, without ever waiting for whoever reads it.

A process that logs to a pipe stands still when the pipe is full: one slow reader of
the logs would stop every request. So a line is written at once where there is room;
otherwise it is kept, up to a bound, and a thread writes what was kept once the reader
goes on. Past the bound lines are dropped, and counted.

Invariants:
- `write` neither blocks nor raises, whatever state the descriptor is in.
- Lines leave in the order in which they came, each of them whole.
- No thread runs while the reader keeps up.

A pipe that polls as writable takes `PIPE_BUF` bytes without blocking (POSIX, `write`),
so no more is given to it at a time. The descriptor's flags are left alone: it may be
shared with other processes, to which `O_NONBLOCK` would come as a surprise.
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from collections import deque
from typing import Final

log = logging.getLogger("drystone.observe")

_MAX_WRITE_BYTES: Final = select.PIPE_BUF
_MAX_PENDING_BYTES: Final = 1024 * 1024
_POLL_MILLISECONDS: Final = 500


class LineWriter:
    """Write lines to `fd`.

    Args:
        fd: open for writing; left open.
        max_pending_bytes: kept while the reader is behind.

    Attributes:
        dropped: how many lines were lost.
    """

    def __init__(self, fd: int, *, max_pending_bytes: int = _MAX_PENDING_BYTES) -> None:
        self._fd = fd
        self._max_pending_bytes = max_pending_bytes
        self._lock = threading.Lock()
        self._poll = _poll_for_room(fd)
        self._pending: deque[bytes] = deque()
        self._pending_bytes = 0
        self._drainer: threading.Thread | None = None
        self.dropped = 0

    def write(self, line: bytes) -> None:
        """Write one line, its line feed included, now or as soon as there is room."""
        with self._lock:
            rest = line if self._pending else self._write_some(line)
            if rest:
                self._keep(rest, is_start=rest is line)

    def flush(self, *, timeout_seconds: float) -> None:
        """Wait until everything kept is written, or the time is over."""
        deadline = time.monotonic() + timeout_seconds
        drainer = self._drainer
        if drainer is not None:
            drainer.join(max(0.0, deadline - time.monotonic()))

    def _write_some(self, line: bytes) -> bytes:
        """Write what there is room for, and return the rest."""
        while line and self._poll.poll(0):
            try:
                written = os.write(self._fd, line[:_MAX_WRITE_BYTES])
            except BlockingIOError:
                return line
            except OSError:
                # Nobody reads any more, or the disk is full. Not the request's fault.
                self.dropped += 1
                return b""
            line = line[written:]
        return line

    def _keep(self, line: bytes, *, is_start: bool) -> None:
        # The rest of a line that was begun is always kept: half a line would spoil
        # the next one as well.
        if is_start and self._pending_bytes + len(line) > self._max_pending_bytes:
            self.dropped += 1
            return
        self._pending.append(line)
        self._pending_bytes += len(line)
        if self._drainer is None or not self._drainer.is_alive():
            self._drainer = threading.Thread(target=self._drain, name="drystone-logs", daemon=True)
            self._drainer.start()

    def _drain(self) -> None:
        """Write what is kept, in a thread of its own, and end."""
        dropped = self.dropped
        poll = _poll_for_room(self._fd)
        while True:
            poll.poll(_POLL_MILLISECONDS)
            with self._lock:
                self._write_pending()
                if not self._pending:
                    self._drainer = None
                    break
        if self.dropped > dropped:
            log.warning("log lines were dropped", extra={"count": self.dropped - dropped})

    def _write_pending(self) -> None:
        while self._pending:
            line = self._pending.popleft()
            rest = self._write_some(line)
            self._pending_bytes -= len(line) - len(rest)
            if rest:
                self._pending.appendleft(rest)
                return


def _poll_for_room(fd: int) -> select.poll:
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    return poll
