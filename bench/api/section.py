"""The whole section: databases, every turn, and the files of the results."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.api import pocketbase, report
from bench.api.contenders import CATALOGUE
from bench.api.database import open_databases
from bench.api.turns import ApiPlan, Measurement
from bench.api.workloads import take_sample
from bench.data.database import TASKS, server_version
from bench.report import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.machine import Cores


def measure_api(
    machine: Mapping[str, str],
    *,
    names: Sequence[str] | None = None,
    rounds: int,
    seconds: float,
    cores: Cores,
    tell: Callable[[str], None],
) -> Run:
    """Fill the databases and measure everybody on them.

    Args:
        machine: facts about it, to which PostgreSQL's version is added.
        names: of the contenders; all of them, where not given.
        rounds: how often each of them has its turn.
        seconds: how long a load lasts.
        cores: the servers' and the load generator's.
        tell: is given one line for each load.
    """
    contenders = [one for one in CATALOGUE if names is None or one.name in names]

    async def run(directory: Path) -> Run:
        data = directory if any(one.keeps_own_data for one in contenders) else None
        if data is not None and pocketbase.BINARY.exists():
            pocketbase.fill(data, TASKS)
        plan = ApiPlan(
            contenders=contenders, rounds=rounds, seconds=seconds, cores=cores, data=data
        )
        tell(f"The API: about {plan.estimated_minutes():.0f} minutes.")
        async with open_databases(TASKS) as databases:
            version = await server_version(databases.ours)
            measurement = Measurement(plan, databases, await take_sample(databases.ours), tell)
            # The servers are processes of their own: nothing else runs in this loop.
            results = await asyncio.to_thread(measurement.run)
        measured = {name for _, name in results.samples}
        return Run(
            machine={**machine, "PostgreSQL": version},
            versions={one.name: one.server.version() for one in contenders if one.name in measured},
            rounds=rounds,
            seconds=seconds,
            results=results,
        )

    with TemporaryDirectory(prefix="bench-") as directory:
        return asyncio.run(run(Path(directory)))


def write(run: Run, directory: Path) -> None:
    """Write `api.md` and `api.json`, and `api.svg` where matplotlib is installed."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "api.json").write_text(report.render_json(run))
    (directory / "api.md").write_text(report.render_markdown(run))
    try:
        from bench.api import picture  # noqa: PLC0415 - matplotlib is slow to import, may be absent
    except ImportError:
        return
    picture.draw(run.results, directory / "api.svg")
