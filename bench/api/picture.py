"""The results as bars: requests per second, and CPU time on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# No part of the development environment: the type checker sees it only where
# the benchmark is installed.
from matplotlib import rc_context  # type: ignore[import-not-found, unused-ignore]
from matplotlib.figure import Figure  # type: ignore[import-not-found, unused-ignore]

from bench.api.contenders import OURS
from bench.api.report import ranking
from bench.api.workloads import SHARED, TITLES
from bench.picture import OURS as OUR_COLOUR
from bench.picture import PEERS as PEERS_COLOUR
from bench.samples import Metric

if TYPE_CHECKING:
    from pathlib import Path

    from bench.samples import Results

_POSTGRES_COLOUR = "#c9cfd4"


def draw(results: Results, path: Path) -> bool:
    """Write the picture as SVG.

    Returns:
        Whether there was anything to draw.
    """
    workloads = [one for one in SHARED if ranking(results, one)]
    if not workloads:
        return False
    heights = [len(ranking(results, one)) + 2 for one in workloads]
    figure = Figure(figsize=(11, 0.28 * sum(heights)), layout="constrained")
    grid = figure.subplots(len(workloads), 2, height_ratios=heights, squeeze=False)
    for (speed, cost), workload in zip(grid, workloads, strict=True):
        _draw_speed(speed, results, workload)
        _draw_cost(cost, results, workload)
    # Neither date nor random names: the same results give the same file.
    with rc_context({"svg.hashsalt": "bench"}):
        figure.savefig(path, format="svg", metadata={"Date": None})
    return True


def _draw_speed(axes: Any, results: Results, workload: str) -> None:
    names = ranking(results, workload)[::-1]  # bars are drawn upwards
    bars = axes.barh(
        names, _medians(results, workload, names, Metric.REQUESTS_PER_SECOND), color=_colours(names)
    )
    axes.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8)
    _finish(axes, f"{TITLES[workload]}: requests/s")


def _draw_cost(axes: Any, results: Results, workload: str) -> None:
    names = ranking(results, workload)[::-1]
    own = _medians(results, workload, names, Metric.CPU_US)
    postgres = _medians(results, workload, names, Metric.POSTGRES_CPU_US)
    axes.barh(names, own, color=_colours(names))
    bars = axes.barh(names, postgres, left=own, color=_POSTGRES_COLOUR)
    axes.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8)
    _finish(axes, "CPU µs per request: the server's and, light, PostgreSQL's")


def _medians(results: Results, workload: str, names: list[str], metric: Metric) -> list[float]:
    return [results.median(workload, name, metric) or 0.0 for name in names]


def _colours(names: list[str]) -> list[str]:
    return [OUR_COLOUR if name == OURS else PEERS_COLOUR for name in names]


def _finish(axes: Any, title: str) -> None:
    axes.set_title(title, fontsize=9, loc="left")
    axes.tick_params(labelsize=8)
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_visible(False)
