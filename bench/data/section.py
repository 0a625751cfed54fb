"""The whole section: a database, every turn, and the files of the results."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bench.data import report
from bench.data.contenders import CONTENDERS
from bench.data.database import TASKS, sample_database, server_version, stop_history
from bench.data.turns import DataPlan, measure
from bench.report import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def measure_data(
    machine: Mapping[str, str],
    *,
    rounds: int,
    seconds: float,
    postgres_core: int | None,
    tell: Callable[[str], None],
) -> Run:
    """Fill a database and measure everybody on it.

    Args:
        machine: facts about it, to which the server's version is added.
        rounds: how often each contender is measured at each load.
        seconds: how long a load lasts.
        postgres_core: where PostgreSQL's processes go; None for anywhere.
        tell: is given one line per turn.
    """
    plan = DataPlan(
        contenders=CONTENDERS,
        rounds=rounds,
        seconds=seconds,
        rows=TASKS,
        postgres_core=postgres_core,
    )

    async def run() -> Run:
        async with sample_database(plan.rows) as url:
            await stop_history(url)
            version = await server_version(url)
            # The turns are processes of their own: nothing else runs in this loop.
            results = await asyncio.to_thread(measure, plan, url, tell)
        measured = {name for _, name in results.samples}
        return Run(
            machine={**machine, "PostgreSQL": version},
            versions={one.name: one.version() for one in CONTENDERS if one.name in measured},
            rounds=plan.rounds,
            seconds=plan.seconds,
            results=results,
        )

    return asyncio.run(run())


def write(run: Run, directory: Path) -> None:
    """Write `data.json` and `data.md`."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "data.json").write_text(report.render_json(run))
    (directory / "data.md").write_text(report.render_markdown(run))
