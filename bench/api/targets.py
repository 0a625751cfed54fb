"""What the generated API is to reach, each as a ratio to a peer: above 1 is better.

A target against several peers is judged against the best of them in the quantity at hand, so
that one row of the table stands for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.contenders import BUN, CATALOGUE, OURS
from bench.api.workloads import (
    CREATE,
    CURSOR_FAR,
    CURSOR_FIRST,
    EXPANDED,
    FILTERED,
    PAGE,
    READ,
    SHARED,
)
from bench.samples import Metric
from bench.targets import UNMEASURED, Verdict, format_ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.samples import Ratio, Results

PEERS = tuple(one.name for one in CATALOGUE if not one.is_ours)
PYTHON_PEERS = tuple(one.name for one in CATALOGUE if one.in_python and not one.is_ours)


@dataclass(frozen=True, slots=True)
class Target:
    """So many times the best of some peers, at least.

    Attributes:
        workload: what is asked.
        title: who is meant.
        peers: their names.
        at_least: the ratio.
        metric: of the first column; CPU time is judged beside requests per second.
    """

    workload: str
    title: str
    peers: Sequence[str]
    at_least: float
    metric: Metric = Metric.REQUESTS_PER_SECOND


def _targets() -> Iterator[Target]:
    without_bun = [name for name in PEERS if name != BUN]
    against_bun = {READ: 0.8, PAGE: 0.7, FILTERED: 1.0, CREATE: 1.0}
    for workload in SHARED:
        yield Target(workload, "every peer but Bun", without_bun, 1.0)
        if workload in against_bun:
            yield Target(workload, "Bun", (BUN,), against_bun[workload])
        if workload == EXPANDED:
            yield Target(workload, "the Python peers", PYTHON_PEERS, 3.0)
        yield Target(workload, "the best p99", PEERS, 1.0, Metric.P99_MS)


TARGETS = tuple(_targets())
# How much slower page 5,000 may be than page 1, by cursor.
FAR_AT_MOST = 1.5


def judge(results: Results) -> Sequence[Verdict]:
    """Return the verdict on every target."""
    return [*(judge_target(target, results) for target in TARGETS), judge_far(results)]


def judge_target(target: Target, results: Results) -> Verdict:
    """Compare with the best of the peers."""
    found = against_best(results, target.workload, target.peers, target.metric)
    is_speed = target.metric is Metric.REQUESTS_PER_SECOND
    cpu = against_best(results, target.workload, target.peers, Metric.CPU_US) if is_speed else None
    return Verdict(
        title=f"{target.workload}: {target.title}",
        wanted=f"≥ {target.at_least:g}×",
        measured=_shown(found),
        met=found[1].median >= target.at_least if found else None,
        measured_cpu=_shown(cpu) if is_speed else "",
        met_cpu=cpu[1].median >= target.at_least if cpu else None,
    )


def judge_far(results: Results) -> Verdict:
    """Compare the far page with the first one, both by cursor and both ours."""
    rounds = zip(
        results.samples.get((CURSOR_FIRST, OURS), ()),
        results.samples.get((CURSOR_FAR, OURS), ()),
        strict=False,
    )
    speed = Metric.REQUESTS_PER_SECOND
    times = sorted(first[speed] / far[speed] for first, far in rounds)
    median = times[len(times) // 2] if times else None
    return Verdict(
        title="cursor: page 5,000 to page 1",
        wanted=f"≤ {FAR_AT_MOST:g}×",
        measured=UNMEASURED if median is None else f"{median:.2f}×",
        met=None if median is None else median <= FAR_AT_MOST,
    )


def against_best(
    results: Results, workload: str, peers: Sequence[str], metric: Metric
) -> tuple[str, Ratio] | None:
    """Return the peer that comes nearest to us or passes us, and our ratio to it."""
    ratios = (
        (name, ratio)
        for name in peers
        if (ratio := results.ratio(workload, OURS, name, metric)) is not None
    )
    return min(ratios, key=lambda pair: pair[1].median, default=None)


def _shown(found: tuple[str, Ratio] | None) -> str:
    return f"{format_ratio(found[1])}, {found[0]}" if found else UNMEASURED
