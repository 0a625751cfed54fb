"""The machine that was measured on: its cores, and the facts a reader needs."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.load import generator_name


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


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
