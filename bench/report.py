"""The results as a file for programs and a page for people.

JSON holds every sample of every round, so that anyone can reckon again;
Markdown holds the medians, the ratios and the targets.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from bench.samples import Metric
from bench.targets import judge
from bench.workloads import IDLE, LOADS, STARTUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.samples import Results
    from bench.targets import Verdict

# What the other rows of a table are compared with: the first that was measured.
REFERENCES = ("drystone", "drystone-asgi", "drystone-app", "uvicorn", "fastapi-logged")

# Whether a target was met, as a page says it.
MET = {True: "yes", False: "**no**", None: "–"}


@dataclass(frozen=True, slots=True)
class Run:
    """One finished measurement.

    Attributes:
        machine: facts by name.
        versions: what each server was, by its name.
        rounds: how many there were.
        seconds: how long each load lasted.
        results: all samples.
    """

    machine: Mapping[str, str]
    versions: Mapping[str, str]
    rounds: int
    seconds: float
    results: Results


def render_json(run: Run) -> str:
    """Return everything that was measured as a JSON document."""
    return render_document(run, judge(run.results), kind="server")


def render_document(run: Run, verdicts: Iterable[Verdict], *, kind: str = "contender") -> str:
    """Return everything that was measured as a JSON document.

    Args:
        run: what was measured.
        verdicts: on the targets.
        kind: what was compared, as the document's members call it.
    """
    document = {
        "machine": run.machine,
        f"{kind}s": run.versions,
        "rounds": run.rounds,
        "seconds": run.seconds,
        "measured": [
            {"workload": workload, kind: name, "samples": samples}
            for (workload, name), samples in run.results.samples.items()
        ],
        "skipped": [
            {"workload": workload, kind: name, "reason": reason}
            for (workload, name), reason in run.results.skipped.items()
        ],
        "targets": [asdict(verdict) for verdict in verdicts],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def render_markdown(run: Run) -> str:
    """Return the page: targets, one table per workload, machine and versions."""
    method = "[docs/performance.md](../../docs/performance.md)"
    extent = f"{run.rounds} round(s), each load {run.seconds:g} s"
    sections = [
        "# Results\n",
        f"Medians over {extent}. Method: {method}.\n",
        "## Targets\n",
        _targets_table(judge(run.results)),
        *_load_sections(run.results),
        *_startup_section(run.results),
        *_idle_section(run.results),
        *_skipped_section(run.results),
        "## Machine and versions\n",
        table(("", ""), run.machine.items()),
        table(("server", "version"), run.versions.items()),
    ]
    return "\n".join(sections)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are aligned to the right.

    >>> print(table(("a", "b"), [("x", "1")]), end="")
    | a | b |
    | --- | ---: |
    | x | 1 |
    """
    rule = ["---", *["---:"] * (len(head) - 1)]
    lines = (head, rule, *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def reference(results: Results, workload: str) -> str | None:
    """Return the server that a workload's table compares with."""
    return next((name for name in REFERENCES if (workload, name) in results.samples), None)


def servers_of(results: Results, workload: str, metric: Metric) -> list[tuple[str, float]]:
    """Return each measured server of a workload and its median, the least first."""
    medians = [
        (server, results.median(workload, server, metric))
        for measured, server in results.samples
        if measured == workload
    ]
    return sorted(
        ((server, value) for server, value in medians if value is not None),
        key=lambda pair: pair[1],
    )


def _targets_table(verdicts: Sequence[Verdict]) -> str:
    head = ("target", "wanted", "measured", "met", "in CPU time", "met in CPU time")
    return table(
        head,
        (
            (
                verdict.title,
                verdict.wanted,
                verdict.measured,
                MET[verdict.met],
                verdict.measured_cpu or "–",
                MET[verdict.met_cpu],
            )
            for verdict in verdicts
        ),
    )


def _load_sections(results: Results) -> Iterable[str]:
    for load in LOADS:
        ranking = servers_of(results, load.name, Metric.REQUESTS_PER_SECOND)
        if ranking:
            yield f"## {load.name}: {load.title}\n"
            yield _load_table(results, load.name, [server for server, _ in reversed(ranking)])


def _load_table(results: Results, workload: str, servers: Sequence[str]) -> str:
    base = reference(results, workload)
    versus = base or "–"
    head = (
        "server",
        "requests/s",
        "CPU µs/request",
        "p50 ms",
        "p99 ms",
        "RSS MB",
        "others on the core",
        f"requests/s to {versus}",
        f"CPU to {versus}",
    )

    def row(server: str) -> Sequence[str]:
        def cell(metric: Metric, pattern: str) -> str:
            value = results.median(workload, server, metric)
            return "–" if value is None else format(value, pattern)

        def versus(metric: Metric) -> str:
            ratio = base and results.ratio(workload, server, base, metric)
            return f"{ratio.median:.2f}×" if ratio else "–"

        return (
            server,
            cell(Metric.REQUESTS_PER_SECOND, ",.0f"),
            cell(Metric.CPU_US, ".1f"),
            cell(Metric.P50_MS, ".2f"),
            cell(Metric.P99_MS, ".2f"),
            cell(Metric.RSS_MB, ".0f"),
            cell(Metric.OTHERS_SHARE, ".0%"),
            versus(Metric.REQUESTS_PER_SECOND),
            versus(Metric.CPU_US),
        )

    return table(head, map(row, servers))


def _startup_section(results: Results) -> Iterable[str]:
    ranking = servers_of(results, STARTUP, Metric.START_SECONDS)
    if ranking:
        yield f"## {STARTUP}: from exec to the first answer\n"
        rows = ((server, f"{seconds:.3f}") for server, seconds in ranking)
        yield table(("server", "seconds"), rows)


def _idle_section(results: Results) -> Iterable[str]:
    ranking = servers_of(results, IDLE, Metric.IDLE_MB)
    if ranking:
        yield f"## {IDLE}: memory at rest\n"
        head = ("server", "worker MB", "all processes MB", "connections", "they add MB")
        columns = (Metric.IDLE_MB, Metric.TREE_MB, Metric.CONNECTIONS, Metric.ADDED_MB)
        rows = (
            (
                server,
                *(f"{results.median(IDLE, server, metric) or 0:,.0f}" for metric in columns),
            )
            for server, _ in ranking
        )
        yield table(head, rows)


def _skipped_section(results: Results) -> Iterable[str]:
    if results.skipped:
        yield "## Not measured\n"
        rows = ((f"{server}, {load}", why) for (load, server), why in results.skipped.items())
        yield table(("server and workload", "reason"), rows)
