"""One server process: started on its core, watched through /proc, ended by pid.

A server may be several processes (a supervisor and its worker), so memory and
CPU time are summed over the tree. CPU time is `utime + stime` of proc(5), plus
the same of children that have been waited for; the kernel counts it in ticks of
a hundredth of a second.

Invariant: when `RunningServer.stop` returns, no process of the tree is alive.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

STOP_SECONDS = 5.0

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class ProcessStat:
    """The fields of /proc/PID/stat that are read here."""

    pid: int
    parent: int
    cpu_ticks: int
    rss_pages: int


def parse_stat(text: str) -> ProcessStat:
    """Read one line of /proc/PID/stat (proc(5)).

    The second field is the program's name in parentheses, and may itself hold
    spaces and parentheses: fields are counted from the last `)`.

    >>> line = "7 (a) b) S 3 7 7 0 -1 0 0 0 0 0 25 5 2 1 20 0 1 0 9 4096 12"
    >>> parse_stat(line)
    ProcessStat(pid=7, parent=3, cpu_ticks=33, rss_pages=12)
    """
    head, _, tail = text.rpartition(")")
    fields = tail.split()
    return ProcessStat(
        pid=int(head.split(maxsplit=1)[0]),
        parent=int(fields[1]),
        cpu_ticks=sum(int(ticks) for ticks in fields[11:15]),
        rss_pages=int(fields[21]),
    )


def process_tree(root: int) -> list[ProcessStat]:
    """Return the process and every living descendant of it, the root first."""
    everyone = _every_process()
    tree = [stat for stat in everyone if stat.pid == root]
    for member in tree:  # grows while it is walked
        tree.extend(stat for stat in everyone if stat.parent == member.pid)
    return tree


def _every_process() -> list[ProcessStat]:
    stats = []
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            # A process may end between the listing and the reading.
            with contextlib.suppress(OSError):
                stats.append(parse_stat((entry / "stat").read_text()))
    return stats


def cpu_seconds(tree: Sequence[ProcessStat]) -> float:
    """Return the CPU time that the tree has used so far."""
    return sum(stat.cpu_ticks for stat in tree) / TICKS_PER_SECOND


def tree_megabytes(tree: Sequence[ProcessStat]) -> float:
    """Return the resident memory of all processes; shared pages count in each."""
    return sum(stat.rss_pages for stat in tree) * PAGE_BYTES / 1e6


def worker_megabytes(tree: Sequence[ProcessStat]) -> float:
    """Return the resident memory of the largest process: the worker."""
    return max((stat.rss_pages for stat in tree), default=0) * PAGE_BYTES / 1e6


class RunningServer:
    """A server process and its descendants, from start to end.

    Use it as a context manager; it is stopped on the way out.

    Args:
        command: program and arguments.
        environment: the whole environment of the process.
        directory: its working directory.
        core: the one core that it may use; None for any.
        log: where both of its output streams go.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: Path,
        core: int | None,
        log: Path,
    ) -> None:
        self.log = log
        self.started = time.perf_counter()
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if core is not None:
            # Popen returns at exec, before the program has made any thread; all
            # that it makes later inherit the mask.
            os.sched_setaffinity(self._process.pid, {core})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def ended(self) -> bool:
        """Whether the process that was started has ended."""
        return self._process.poll() is not None

    def tree(self) -> list[ProcessStat]:
        """Return the living processes of the server."""
        return process_tree(self._process.pid)

    def last_words(self) -> str:
        """Return the last line of the log that says anything."""
        lines = self.log.read_text(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "no output")

    def stop(self) -> None:
        """End the process politely, then whatever is left of its tree by force."""
        tree = self.tree()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for member in tree:
            if member.pid != self._process.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(member.pid, signal.SIGKILL)
