"""The results of the API: a page for people, and every sample for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api.contenders import OURS, POCKETBASE
from bench.api.targets import judge
from bench.api.workloads import TITLES, WALKS
from bench.report import MET, render_document, table
from bench.samples import Metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.report import Run
    from bench.samples import Results
    from bench.targets import Verdict

_COLUMNS = (
    (Metric.REQUESTS_PER_SECOND, "requests/s", ",.0f"),
    (Metric.CPU_US, "CPU µs/request", ",.0f"),
    (Metric.POSTGRES_CPU_US, "PostgreSQL's CPU µs", ",.0f"),
    (Metric.CPU_SUM_US, "both", ",.0f"),
    (Metric.P50_MS, "p50 ms", ".2f"),
    (Metric.P99_MS, "p99 ms", ".2f"),
    (Metric.RSS_MB, "RSS MB", ",.0f"),
    (Metric.OTHERS_SHARE, "others on the core", ".0%"),
)
_RATIOS = (
    (Metric.REQUESTS_PER_SECOND, "requests/s to ours"),
    (Metric.CPU_US, "CPU to ours"),
    (Metric.CPU_SUM_US, "both to ours"),
)
_NOTES = f"""\
A ratio above 1 is better, for every quantity; that of a target is against the best of the
peers that it names, given behind it, with the lowest and highest round in brackets.
{POCKETBASE} keeps its rows in SQLite, in its own process: what it spends on its database is
in its own CPU time, so compare it with both sides of the others.
"""


def render_json(run: Run) -> str:
    """Return everything that was measured as a JSON document."""
    return render_document(run, judge(run.results))


def render_markdown(run: Run) -> str:
    """Return the page: targets, one table for each workload, machine and versions."""
    method = "[docs/performance.md](../../docs/performance.md#the-generated-api)"
    sections = [
        "# Results of the generated API\n",
        f"Medians over {run.rounds} round(s), each load {run.seconds:g} s. Method: {method}.\n",
        _NOTES,
        "## Targets\n",
        _targets_table(judge(run.results)),
        *_sections(run.results),
        *_walk_section(run.results),
        *_skipped_section(run.results),
        "## Machine and versions\n",
        table(("", ""), run.machine.items()),
        table(("contender", "version"), run.versions.items()),
    ]
    return "\n".join(sections)


def ranking(results: Results, workload: str) -> list[str]:
    """Return who was measured at a workload, the fastest first."""

    def speed(name: str) -> float:
        return results.median(workload, name, Metric.REQUESTS_PER_SECOND) or 0.0

    names = [name for measured, name in results.samples if measured == workload]
    return sorted(names, key=speed, reverse=True)


def _targets_table(verdicts: Sequence[Verdict]) -> str:
    head = ("target", "wanted", "measured", "met", "in CPU time", "met in CPU time")
    rows = (
        (
            *(one.title, one.wanted, one.measured, MET[one.met]),
            *(one.measured_cpu or "–", MET[one.met_cpu]),
        )
        for one in verdicts
    )
    return table(head, rows)


def _sections(results: Results) -> Iterable[str]:
    for workload, title in TITLES.items():
        names = ranking(results, workload)
        if names and workload not in WALKS:
            yield f"## {workload}: {title}\n"
            head = ("contender", *(name for _, name, _ in _COLUMNS), *(name for _, name in _RATIOS))
            yield table(head, (_row(results, workload, name) for name in names))


def _row(results: Results, workload: str, name: str) -> Sequence[str]:
    def versus(metric: Metric) -> str:
        ratio = results.ratio(workload, name, OURS, metric)
        return f"{ratio.median:.2f}×" if ratio else "–"

    return (
        name,
        *_cells(results, workload, name),
        *(versus(metric) for metric, _ in _RATIOS),
    )


def _cells(results: Results, workload: str, name: str) -> Iterable[str]:
    for metric, _, pattern in _COLUMNS:
        value = results.median(workload, name, metric)
        yield "–" if value is None else format(value, pattern)


def _walk_section(results: Results) -> Iterable[str]:
    measured = [workload for workload in WALKS if (workload, OURS) in results.samples]
    if measured:
        yield "## Near and far\n"
        head = ("page", *(name for _, name, _ in _COLUMNS))
        rows = ((TITLES[one], *_cells(results, one, OURS)) for one in measured)
        yield table(head, rows)


def _skipped_section(results: Results) -> Iterable[str]:
    if results.skipped:
        yield "## Not measured\n"
        rows = ((f"{name}, {workload}", why) for (workload, name), why in results.skipped.items())
        yield table(("contender and workload", "reason"), rows)
