"""The CPU time of PostgreSQL's processes, as Linux counts it.

A connection has a process of its own, and the scheduler knows to the nanosecond how long
it ran (`/proc/PID/schedstat`, Documentation/scheduler/sched-stats.rst). Ticks of a
hundredth of a second, as proc(5) has them, are too coarse for a load of seconds.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import asyncpg

_BACKENDS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
    AND pid <> pg_backend_pid()
"""


async def backends(monitor: asyncpg.Connection[asyncpg.Record]) -> list[int]:
    """Return the processes that serve the other connections to this database."""
    return [record["pid"] for record in await monitor.fetch(_BACKENDS)]


def running_seconds(pids: Iterable[int]) -> float:
    """Return how long the processes have run on a core, all together.

    Raises:
        OSError: one of them is not on this machine, or has ended.
    """
    return sum(parse_schedstat(Path(f"/proc/{pid}/schedstat").read_text()) for pid in pids)


def parse_schedstat(text: str) -> float:
    r"""Read the first of the three numbers: nanoseconds on a core.

    >>> parse_schedstat("1500000000 20 3\n")
    1.5
    """
    return int(text.split(maxsplit=1)[0]) / 1e9


def bind(pids: Sequence[int], core: int | None) -> None:
    """Keep the processes on a core, where that is ours to say."""
    if core is not None:
        for pid in pids:
            with contextlib.suppress(OSError):
                os.sched_setaffinity(pid, {core})
