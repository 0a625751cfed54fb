"""What one round yields, and medians and ratios over rounds.

A `Sample` is what one server did with one workload in one round. A ratio of two
servers is taken within each round, where both ran within seconds of each other,
and the median taken over the rounds: a machine that slows down halfway slows
both, and the ratio stays.

Pure: no clock, no process.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Metric(StrEnum):
    """A measured quantity, its unit in its name."""

    REQUESTS_PER_SECOND = "requests_per_second"
    CPU_US = "cpu_us_per_request"
    P50_MS = "p50_ms"
    P99_MS = "p99_ms"
    RSS_MB = "rss_mb"
    OTHERS_SHARE = "others_share_of_core"
    START_SECONDS = "start_seconds"
    IDLE_MB = "idle_worker_mb"
    TREE_MB = "idle_tree_mb"
    ADDED_MB = "added_mb"
    CONNECTIONS = "connections"
    POSTGRES_CPU_US = "postgres_cpu_us_per_request"
    CPU_SUM_US = "cpu_sum_us_per_request"
    SECONDS = "seconds"
    CPU_SECONDS = "cpu_seconds"
    MICROSECONDS = "microseconds"


# Of which more is better; of every other metric less is.
MORE_IS_BETTER = frozenset({Metric.REQUESTS_PER_SECOND, Metric.CONNECTIONS})


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times better one server is than another: above 1 is better.

    Attributes:
        median: over the rounds.
        lowest: of any round.
        highest: of any round.
    """

    median: float
    lowest: float
    highest: float


@dataclass(slots=True)
class Results:
    """Every sample by workload and server, in the order of the rounds.

    A server that once failed at a workload has no samples for it, only the
    reason: half a series would be compared with whole ones.
    """

    samples: dict[tuple[str, str], list[Mapping[Metric, float]]] = field(default_factory=dict)
    skipped: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, workload: str, server: str, sample: Mapping[Metric, float]) -> None:
        """Keep the sample of one round."""
        self.samples.setdefault((workload, server), []).append(sample)

    def skip(self, workload: str, server: str, reason: str) -> None:
        """Drop the series of a server that cannot be measured, and keep why."""
        self.samples.pop((workload, server), None)
        self.skipped[workload, server] = reason

    def median(self, workload: str, server: str, metric: Metric) -> float | None:
        """Return the median over the rounds; None where it was not measured."""
        values = self._values(workload, server, metric)
        return statistics.median(values) if values else None

    def ratio(self, workload: str, ours: str, theirs: str, metric: Metric) -> Ratio | None:
        """Return how many times better `ours` is; None where either is missing.

        A quantity that should be small is turned over, so that above 1 is
        always better.
        """
        pairs = zip(
            self._values(workload, ours, metric),
            self._values(workload, theirs, metric),
            strict=False,
        )
        more = metric in MORE_IS_BETTER
        ratios = [mine / other if more else other / mine for mine, other in pairs if mine and other]
        if not ratios:
            return None
        return Ratio(statistics.median(ratios), min(ratios), max(ratios))

    def _values(self, workload: str, server: str, metric: Metric) -> Sequence[float]:
        series = self.samples.get((workload, server), [])
        return [sample[metric] for sample in series if metric in sample]
