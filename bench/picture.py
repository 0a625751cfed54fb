"""The results as bars: requests per second, and CPU time per request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# No part of the development environment: the type checker sees it only where
# the benchmark is installed.
from matplotlib import rc_context  # type: ignore[import-not-found, unused-ignore]
from matplotlib.figure import Figure  # type: ignore[import-not-found, unused-ignore]

from bench.report import servers_of
from bench.samples import Metric
from bench.workloads import LOADS

if TYPE_CHECKING:
    from pathlib import Path

    from bench.samples import Results

OURS = "#b3541e"
PEERS = "#8a939b"

PANELS = (
    (Metric.REQUESTS_PER_SECOND, "requests/s (more is better)"),
    (Metric.CPU_US, "CPU µs per request (less is better)"),
)


def draw(results: Results, path: Path) -> bool:
    """Write the picture as SVG.

    Returns:
        Whether there was anything to draw.
    """
    loads = [load for load in LOADS if servers_of(results, load.name, Metric.REQUESTS_PER_SECOND)]
    if not loads:
        return False
    heights = [
        len(servers_of(results, load.name, Metric.REQUESTS_PER_SECOND)) + 2 for load in loads
    ]
    figure = Figure(figsize=(11, 0.28 * sum(heights)), layout="constrained")
    grid = figure.subplots(len(loads), len(PANELS), height_ratios=heights, squeeze=False)
    for row, load in zip(grid, loads, strict=True):
        for axes, (metric, title) in zip(row, PANELS, strict=True):
            _draw_bars(axes, results, load.name, metric, title)
    # Neither date nor random names: the same results give the same file.
    with rc_context({"svg.hashsalt": "bench"}):
        figure.savefig(path, format="svg", metadata={"Date": None})
    return True


def _draw_bars(axes: Any, results: Results, workload: str, metric: Metric, title: str) -> None:
    ranking = servers_of(results, workload, metric)
    if metric is Metric.CPU_US:
        ranking.reverse()  # bars are drawn upwards: the best comes last, on top
    names = [server for server, _ in ranking]
    values = [value for _, value in ranking]
    colours = [OURS if name.startswith("drystone") else PEERS for name in names]
    bars = axes.barh(names, values, color=colours)
    axes.bar_label(bars, fmt="{:,.0f}" if values[-1] > 1000 else "{:,.1f}", padding=3, fontsize=8)
    axes.set_title(f"{workload}: {title}", fontsize=9, loc="left")
    axes.tick_params(labelsize=8)
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_visible(False)
