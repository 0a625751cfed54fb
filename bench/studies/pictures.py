"""The studies' two curves, as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# As in bench/picture.py.
from matplotlib import rc_context  # type: ignore[import-not-found, unused-ignore]
from matplotlib.figure import Figure  # type: ignore[import-not-found, unused-ignore]

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.studies.section import Studies

NUMBER = "#8a939b"
CURSOR = "#b3541e"


def draw(studies: Studies, directory: Path) -> None:
    """Write both pictures into a directory."""

    def depth(axes: Any) -> None:
        pages = [one.page for one in studies.depth]
        axes.loglog(pages, [one.by_number for one in studies.depth], "o-", color=NUMBER)
        axes.loglog(pages, [one.by_cursor for one in studies.depth], "o-", color=CURSOR)
        axes.legend(["page=", "cursor="], frameon=False, fontsize=8)
        axes.set(xlabel="page", ylabel="ms")

    def pool(axes: Any) -> None:
        sizes = [one.size for one in studies.pool]
        axes.semilogx(sizes, [one.per_second for one in studies.pool], "o-", color=CURSOR)
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.set_ylim(bottom=0)
        axes.set(xlabel="connections", ylabel="pages per second")

    _save(depth, directory / "query-performance-depth.svg")
    _save(pool, directory / "query-performance-pool.svg")


def _save(plot: Callable[[Any], None], path: Path) -> None:
    figure = Figure(figsize=(6.5, 2.8), layout="constrained")
    axes = figure.subplots()
    plot(axes)
    axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    # Neither date nor random names: the same results give the same file.
    with rc_context({"svg.hashsalt": "bench"}):
        figure.savefig(path, format="svg", metadata={"Date": None})
