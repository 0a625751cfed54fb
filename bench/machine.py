"""The machine that was measured on: its cores, and the facts a reader needs."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.load import generator_name
from bench.process import TICKS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Cores:
    """Which core serves and which one asks; None where there is only one.

    On one core, server and load generator take turns, and requests per second
    say little; CPU per request still holds.
    """

    server: int | None
    client: int | None


def split_cores() -> Cores:
    """Bind the harness, and so every load generator, to one core; free another."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return Cores(None, None)
    os.sched_setaffinity(0, {cores[0]})
    return Cores(server=cores[-1], client=cores[0])


def describe(cores: Cores) -> dict[str, str]:
    """Return what a reader must know of the machine, by the name of the fact."""
    apart = cores.server is not None
    return {
        "processor": _processor(),
        "cores": f"{os.cpu_count()}; server and load generator "
        + ("on one each" if apart else "share one"),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load generator": generator_name(),
        "load average before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def busy_seconds(core: int) -> float:
    """Return how long a core has been busy since boot, with whatever.

    Time that a hypervisor gave to other machines counts as busy.
    """
    return parse_busy_ticks(Path("/proc/stat").read_text(), core) / TICKS_PER_SECOND


def parse_busy_ticks(text: str, core: int) -> int:
    r"""Read a core's line of /proc/stat (proc(5)): all ticks but idle and iowait.

    >>> parse_busy_ticks("cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 10 0 5 900 7 1 2 3 0 0", 0)
    21
    """
    for line in text.splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _waiting, *interrupts_and_stolen = map(int, ticks[:8])
            return user + nice + system + sum(interrupts_and_stolen)
    raise ValueError(f"no core {core}")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
