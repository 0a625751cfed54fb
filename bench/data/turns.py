"""Every contender at every load, in turns, each time in a process of its own.

As `bench/rounds.py` has it: a bad minute of the machine hits all of them. The client is
kept on one core and, where we may say so, PostgreSQL's processes on the other. COPY comes
last, since it empties the table that the others read.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.data import copying
from bench.data.contenders import CONNECTIONS, COPY, LOADS, MOMENTS, OURS_JSON, PSQL
from bench.probe import Unmeasurable
from bench.samples import Metric, Results
from bench.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.data.contenders import Contender, Load

COPY_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlan:
    """What is to be measured, and for how long.

    Attributes:
        contenders: in the order of their turns.
        rounds: how often each of them is measured at each load.
        seconds: how long a load lasts, after a warm-up.
        rows: how many tasks the table holds.
        postgres_core: where PostgreSQL's processes go; None for anywhere.
    """

    contenders: Sequence[Contender]
    rounds: int
    seconds: float
    rows: int
    postgres_core: int | None

    def turns(self) -> Iterator[tuple[int, Load, Contender]]:
        """Yield each turn: its round, counted from 1, its load and contender."""
        for number in range(1, self.rounds + 1):
            for load in LOADS:
                for one in self.contenders:
                    yield number, load, one


def measure(plan: DataPlan, url: str, tell: Callable[[str], None]) -> Results:
    """Take every turn of the plan.

    Args:
        plan: what to measure.
        url: of the sample database.
        tell: is given one line per turn, for whoever waits.
    """
    results = Results()
    for number, load, one in plan.turns():
        if (load.name, one.name) not in results.skipped:
            _take(results, (load.name, one.name), lambda: _ask(plan, load, one, url), number, tell)  # noqa: B023 - called at once
    _take(results, (MOMENTS, OURS_JSON), measure_moments, 1, tell, several=True)
    _measure_copy(plan, url, results, tell)
    return results


def _take(
    results: Results,
    place: tuple[str, str],
    act: Callable[[], Mapping[str, float]],
    number: int,
    tell: Callable[[str], None],
    *,
    several: bool = False,
) -> None:
    """Add what an act yields, or why it yields nothing.

    Args:
        several: whether its figures are those of several acts, in microseconds.
    """
    workload, name = place
    try:
        figures = act()
    except (OSError, subprocess.CalledProcessError, Unmeasurable) as error:
        results.skip(workload, name, _reason(error))
        tell(f"{number}  {workload:10} {name:22} skipped: {_reason(error)}")
        return
    if several:
        for what, value in figures.items():
            results.add(MOMENTS, what, {Metric.MICROSECONDS: value})
    else:
        results.add(workload, name, {Metric(key): value for key, value in figures.items()})
    shown = "  ".join(f"{key} {value:,.1f}" for key, value in figures.items())
    tell(f"{number}  {workload:10} {name:22} {shown}")


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        said = error.stderr or ""
        lines = (said if isinstance(said, str) else said.decode(errors="replace")).splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "failed")
    return str(error)


def _ask(plan: DataPlan, load: Load, one: Contender, url: str) -> Mapping[str, float]:
    """Run the client.

    Raises:
        Unmeasurable: the contender is not installed.
        subprocess.CalledProcessError: it answers wrongly, or fails under load.
    """
    if reason := one.missing():
        raise Unmeasurable(reason)
    core = "" if plan.postgres_core is None else str(plan.postgres_core)
    return _run(
        "client", one.name, load.operation, load.callers, plan.seconds, CONNECTIONS, core, url
    )


def measure_moments() -> Mapping[str, float]:
    """Return what takes microseconds; see `moments.py`."""
    return _run("moments")


def _run(module: str, *arguments: object) -> Mapping[str, float]:
    command = [sys.executable, "-m", f"bench.data.{module}", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _measure_copy(plan: DataPlan, url: str, results: Results, tell: Callable[[str], None]) -> None:
    with TemporaryDirectory(prefix="bench-") as scratch:
        path = Path(scratch) / "tasks.csv"
        copying.write_csv(copying.sample_tasks(plan.rows), path)
        for number in range(1, min(plan.rounds, COPY_ROUNDS) + 1):
            for name, act in (
                (OURS_JSON, lambda: copying.measure_ours(url, plan.rows)),
                (PSQL, lambda: copying.measure_psql(url, path)),
            ):
                if (COPY, name) not in results.skipped:
                    _take(results, (COPY, name), act, number, tell)
