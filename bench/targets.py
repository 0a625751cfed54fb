"""The targets that Drystone sets itself, and whether a measurement meets them.

Two kinds: a ratio to a peer on the same machine in the same minutes, and a
limit in seconds or megabytes. A ratio is judged twice: in requests per second,
which is what a user sees, and in CPU time per request, which neighbours on the
machine disturb less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.samples import Metric
from bench.workloads import IDLE, STARTUP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.samples import Ratio, Results

UNMEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class RatioTarget:
    """So many times a peer's figure; a ratio above 1 is always better."""

    workload: str
    ours: str
    theirs: str
    at_least: float
    metric: Metric = Metric.REQUESTS_PER_SECOND


@dataclass(frozen=True, slots=True)
class LimitTarget:
    """At most so many seconds or megabytes."""

    workload: str
    ours: str
    metric: Metric
    at_most: float
    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row of the targets table, ready to print.

    Attributes:
        title: what was to be reached.
        wanted: the bound.
        measured: what came out, with its range over the rounds.
        met: whether it was reached; None where it was not measured.
        measured_cpu: the same in CPU time; empty where that makes no sense.
        met_cpu: whether it was reached in CPU time.
    """

    title: str
    wanted: str
    measured: str
    met: bool | None
    measured_cpu: str = ""
    met_cpu: bool | None = None


def _bare_targets() -> list[RatioTarget]:
    peers = (("granian-rsgi", 1.5), ("uvicorn", 2.5), ("bare-protocol", 0.6), ("bun", 0.75))
    return [
        RatioTarget(workload, "drystone", peer, at_least)
        for workload in ("plaintext", "json")
        for peer, at_least in peers
    ]


RATIOS = (
    *_bare_targets(),
    RatioTarget("plaintext-varied", "drystone", "uvicorn", 1.2),
    RatioTarget("json-varied", "drystone", "uvicorn", 1.2),
    RatioTarget("plaintext", "drystone", "granian-rsgi", 1.0, Metric.P99_MS),
    RatioTarget("json", "drystone", "granian-rsgi", 1.0, Metric.P99_MS),
    RatioTarget("asgi", "drystone-asgi", "uvicorn", 1.2),
    RatioTarget("full", "drystone-app", "fastapi-logged", 2.0),
)

LIMITS = (
    LimitTarget(IDLE, "drystone", Metric.IDLE_MB, 45, "memory of an idle worker", "MB"),
    LimitTarget(IDLE, "drystone", Metric.ADDED_MB, 80, "more for 10,000 idle connections", "MB"),
    LimitTarget(STARTUP, "drystone", Metric.START_SECONDS, 0.5, "start to first answer", "s"),
)


def judge(results: Results) -> Sequence[Verdict]:
    """Return the verdict on every target."""
    ratios = [judge_ratio(target, results) for target in RATIOS]
    return [*ratios, *(judge_limit(target, results) for target in LIMITS)]


def judge_ratio(target: RatioTarget, results: Results) -> Verdict:
    """Compare the median of the rounds' ratios with the target."""
    title = f"{target.workload}: {target.ours} to {target.theirs}"
    pair = (target.workload, target.ours, target.theirs)
    ratio = results.ratio(*pair, target.metric)
    if target.metric is not Metric.REQUESTS_PER_SECOND:
        title += f", {target.metric}"
        cpu = None
    else:
        cpu = results.ratio(*pair, Metric.CPU_US)
    return Verdict(
        title=title,
        wanted=f"≥ {target.at_least:g}×",
        measured=format_ratio(ratio) if ratio else UNMEASURED,
        met=ratio.median >= target.at_least if ratio else None,
        measured_cpu=format_ratio(cpu) if cpu else "",
        met_cpu=cpu.median >= target.at_least if cpu else None,
    )


def judge_limit(target: LimitTarget, results: Results) -> Verdict:
    """Compare the median over the rounds with the limit."""
    value = results.median(target.workload, target.ours, target.metric)
    return Verdict(
        title=target.title,
        wanted=f"≤ {target.at_most:g} {target.unit}",
        measured=UNMEASURED if value is None else f"{value:.2f} {target.unit}",
        met=None if value is None else value <= target.at_most,
    )


def format_ratio(ratio: Ratio) -> str:
    """Return the ratio with its range over the rounds."""
    return f"{ratio.median:.2f}× ({ratio.lowest:.2f}–{ratio.highest:.2f})"
