"""The report: JSON, Markdown, picture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from bench.report import Run, render_json, render_markdown, table
from bench.samples import Metric, Results

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def run() -> Run:
    results = Results()
    for server, speed in (("uvicorn", 20_000.0), ("drystone", 60_000.0)):
        results.add(
            "json",
            server,
            {
                Metric.REQUESTS_PER_SECOND: speed,
                Metric.CPU_US: 1e6 / speed,
                Metric.P50_MS: 1.0,
                Metric.P99_MS: 2.0,
                Metric.RSS_MB: 40.0,
            },
        )
        results.add("startup", server, {Metric.START_SECONDS: 0.25})
    results.add("idle", "drystone", {Metric.IDLE_MB: 41.0, Metric.CONNECTIONS: 10_000})
    results.skip("json", "bun", "npm is not installed")
    return Run({"kernel": "Linux 6"}, {"drystone": "drystone 1"}, 1, 2.0, results)


def test_a_table_aligns_numbers_to_the_right() -> None:
    assert table(("server", "s"), [("x", "1"), ("y", "2")]) == (
        "| server | s |\n| --- | ---: |\n| x | 1 |\n| y | 2 |\n"
    )


def test_the_page_ranks_servers_and_compares_them_with_drystone(run: Run) -> None:
    page = render_markdown(run)
    ours = page.index("| drystone | 60,000 | 16.7 | 1.00 | 2.00 | 40 | – | 1.00× | 1.00× |")
    theirs = page.index("| uvicorn | 20,000 | 50.0 | 1.00 | 2.00 | 40 | – | 0.33× | 0.33× |")
    assert ours < theirs


def test_the_page_has_targets_reasons_and_versions(run: Run) -> None:
    page = render_markdown(run)
    met = (
        "| json: drystone to uvicorn | ≥ 2.5× | 3.00× (3.00–3.00) | yes | 3.00× (3.00–3.00) | yes |"
    )
    assert met in page
    assert "| memory of an idle worker | ≤ 45 MB | 41.00 MB | yes | – | – |" in page
    assert "| bun, json | npm is not installed |" in page
    assert "| drystone | drystone 1 |" in page
    assert "## plaintext" not in page  # not measured: no empty table


def test_the_file_holds_every_sample(run: Run) -> None:
    document = json.loads(render_json(run))
    assert document["measured"][0] == {
        "workload": "json",
        "server": "uvicorn",
        "samples": [
            {
                "requests_per_second": 20_000.0,
                "cpu_us_per_request": 50.0,
                "p50_ms": 1.0,
                "p99_ms": 2.0,
                "rss_mb": 40.0,
            }
        ],
    }
    assert document["skipped"] == [
        {"workload": "json", "server": "bun", "reason": "npm is not installed"}
    ]


def test_the_picture_names_every_measured_server(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from bench.picture import draw  # noqa: PLC0415 - only where matplotlib is

    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    assert draw(run.results, first)
    assert draw(run.results, second)
    assert "<!-- uvicorn -->" in first.read_text()
    assert first.read_bytes() == second.read_bytes()
    assert not draw(Results(), tmp_path / "none.svg")
