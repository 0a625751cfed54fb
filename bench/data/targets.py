"""What the data layer is to reach, each as a share of what another way takes.

Unlike the server's targets these are costs, so below the bound is better; `at_least`
turns that over, for throughput.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.data.contenders import COPY, MOMENTS, OURS_JSON, OURS_MODELS, PSQL, REFERENCE
from bench.data.moments_names import BODY_NAMES, PREDICATE
from bench.samples import Metric
from bench.targets import UNMEASURED, Verdict, format_ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.samples import Results


@dataclass(frozen=True, slots=True)
class Share:
    """So much of what a peer takes, at most; or so many times what it does, at least."""

    workload: str
    ours: str
    theirs: str
    metric: Metric
    title: str
    at_most: float | None = None
    at_least: float | None = None


def _reads() -> Iterator[Share]:
    for workload, bound in (
        ("by-key-1", 0.45),
        ("by-key-10", 0.45),
        ("by-key-64", 0.45),
        ("page-1", 0.6),
        ("page-64", 0.6),
    ):
        for ours in (OURS_JSON, OURS_MODELS):
            for metric, what in ((Metric.CPU_US, "CPU"), (Metric.CPU_SUM_US, "with PostgreSQL's")):
                yield Share(
                    workload, ours, REFERENCE, metric, f"{workload}: {ours}, {what}", at_most=bound
                )


SHARES = (
    *_reads(),
    *(
        Share(
            "by-key-64",
            ours,
            REFERENCE,
            Metric.REQUESTS_PER_SECOND,
            f"by-key-64: {ours}, reads per second",
            at_least=3.0,
        )
        for ours in (OURS_JSON, OURS_MODELS)
    ),
    Share(COPY, OURS_JSON, PSQL, Metric.SECONDS, "100,000 rows by COPY, to psql", at_most=1.3),
    *(
        Share(
            MOMENTS,
            f"{body}, ours",
            f"{body}, msgspec",
            Metric.MICROSECONDS,
            f"{body}, to msgspec",
            at_most=1.5,
        )
        for body in BODY_NAMES
    ),
)
PREDICATE_US = 5.0


def judge(results: Results) -> Sequence[Verdict]:
    """Return the verdict on every target."""
    return [judge_predicate(results), *(judge_share(share, results) for share in SHARES)]


def judge_share(share: Share, results: Results) -> Verdict:
    """Compare the median of the rounds' shares with the bound."""
    ratio = results.ratio(share.workload, share.ours, share.theirs, share.metric)
    if share.at_least is not None:
        return Verdict(
            share.title,
            f"≥ {share.at_least:g}×",
            format_ratio(ratio) if ratio else UNMEASURED,
            ratio.median >= share.at_least if ratio else None,
        )
    assert share.at_most is not None  # one of the two
    return Verdict(
        share.title,
        f"≤ {share.at_most:g}×",
        # A cost's ratio says how many times better: turned over, it is the share.
        f"{1 / ratio.median:.2f}× ({1 / ratio.highest:.2f}–{1 / ratio.lowest:.2f})"
        if ratio
        else UNMEASURED,
        1 / ratio.median <= share.at_most if ratio else None,
    )


def judge_predicate(results: Results) -> Verdict:
    """Compare the time of a predicate with its limit."""
    value = results.median(MOMENTS, PREDICATE, Metric.MICROSECONDS)
    return Verdict(
        "a predicate, built and compiled",
        f"≤ {PREDICATE_US:g} µs",
        UNMEASURED if value is None else f"{value:.1f} µs",
        None if value is None else value <= PREDICATE_US,
    )
