"""The data layer's results: a page for people, and every sample for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.data.contenders import COPY, LOADS, MOMENTS, REFERENCE
from bench.data.targets import judge
from bench.report import MET, render_document, table
from bench.samples import Metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.data.contenders import Load
    from bench.report import Run
    from bench.samples import Results
    from bench.targets import Verdict

_COLUMNS = (
    (Metric.REQUESTS_PER_SECOND, ",.0f"),
    (Metric.CPU_US, ",.1f"),
    (Metric.POSTGRES_CPU_US, ",.1f"),
    (Metric.CPU_SUM_US, ",.1f"),
    (Metric.P50_MS, ".2f"),
    (Metric.P99_MS, ".2f"),
)


def render_json(run: Run) -> str:
    """Return everything that was measured as a JSON document."""
    return render_document(run, judge(run.results))


def render_markdown(run: Run) -> str:
    """Return the page: targets, one table per load, COPY, moments, machine and versions."""
    method = "[docs/performance.md](../../docs/performance.md#the-data-layer)"
    sections = [
        "# Results of the data layer\n",
        f"Medians over {run.rounds} round(s), each load {run.seconds:g} s. Method: {method}.\n",
        "## Targets\n",
        _targets_table(judge(run.results)),
        *_load_sections(run.results),
        *_timed_section(run.results, COPY, "100,000 rows by COPY", Metric.SECONDS, "seconds"),
        *_timed_section(run.results, MOMENTS, "without a database", Metric.MICROSECONDS, "µs"),
        *_skipped_section(run.results),
        "## Machine and versions\n",
        table(("", ""), run.machine.items()),
        table(("contender", "version"), run.versions.items()),
    ]
    return "\n".join(sections)


def _targets_table(verdicts: Sequence[Verdict]) -> str:
    rows = ((one.title, one.wanted, one.measured, MET[one.met]) for one in verdicts)
    return table(("target", "wanted", "measured", "met"), rows)


def _load_sections(results: Results) -> Iterable[str]:
    for load in LOADS:
        names = [name for workload, name in results.samples if workload == load.name]
        if names:
            yield f"## {load.name}: {load.title}\n"
            yield _load_table(results, load, names)


def _load_table(results: Results, load: Load, names: Sequence[str]) -> str:
    head = (
        "contender",
        "reads/s",
        "CPU µs/read",
        "PostgreSQL's CPU µs/read",
        "both",
        "p50 ms",
        "p99 ms",
        f"CPU to {REFERENCE}",
        f"both to {REFERENCE}",
    )

    def row(name: str) -> Sequence[str]:
        def share(metric: Metric) -> str:
            ratio = results.ratio(load.name, name, REFERENCE, metric)
            return f"{1 / ratio.median:.2f}×" if ratio else "–"

        cells = ((results.median(load.name, name, metric), pattern) for metric, pattern in _COLUMNS)
        return (
            name,
            *("–" if value is None else format(value, pattern) for value, pattern in cells),
            share(Metric.CPU_US),
            share(Metric.CPU_SUM_US),
        )

    def cost(name: str) -> float:
        return results.median(load.name, name, Metric.CPU_SUM_US) or 0.0

    return table(head, map(row, sorted(names, key=cost)))


def _timed_section(
    results: Results, workload: str, title: str, metric: Metric, unit: str
) -> Iterable[str]:
    names = [name for measured, name in results.samples if measured == workload]
    if names:
        yield f"## {workload}: {title}\n"
        medians = ((name, results.median(workload, name, metric)) for name in names)
        rows = ((name, "–" if value is None else f"{value:,.2f}") for name, value in medians)
        yield table(("", unit), rows)


def _skipped_section(results: Results) -> Iterable[str]:
    if results.skipped:
        yield "## Not measured\n"
        rows = ((f"{name}, {load}", why) for (load, name), why in results.skipped.items())
        yield table(("contender and load", "reason"), rows)
