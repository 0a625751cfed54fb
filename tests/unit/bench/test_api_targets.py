"""The API's verdicts, and its page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from bench.api import targets
from bench.api.contenders import BUN, CATALOGUE, OURS, POCKETBASE
from bench.api.report import render_json, render_markdown
from bench.api.targets import TARGETS, Target, against_best, judge, judge_far, judge_target
from bench.api.turns import ApiPlan
from bench.api.workloads import CURSOR_FAR, CURSOR_FIRST, EXPANDED, READ, SHARED, WALKS
from bench.machine import Cores
from bench.report import Run
from bench.samples import Metric, Results
from bench.targets import UNMEASURED

if TYPE_CHECKING:
    from pathlib import Path

SPEED = Metric.REQUESTS_PER_SECOND


def measured(**speeds: float) -> Results:
    """Return one round of reads in which each did this well."""
    results = Results()
    for name, speed in speeds.items():
        figures = dict.fromkeys(Metric, 1.0) | {SPEED: speed, Metric.CPU_US: 1e6 / speed}
        results.add(READ, name.replace("_", "-"), figures)
    return results


def test_every_contender_takes_part_in_what_all_are_asked() -> None:
    for one in CATALOGUE:
        assert set(SHARED) <= set(one.server.workloads)
        assert set(one.server.workloads) - set(SHARED) == (set(WALKS) if one.is_ours else set())


def test_what_writes_comes_last() -> None:
    assert {one.server.workloads[-1] for one in CATALOGUE} == {SHARED[-1]}


def test_a_target_is_judged_against_the_best_of_its_peers() -> None:
    results = measured(drystone=100.0, node_pg=50.0, fastify_pg=80.0)
    found = against_best(results, READ, ("node-pg", "fastify-pg", BUN), SPEED)
    assert found is not None
    assert (found[0], found[1].median) == ("fastify-pg", 1.25)


@pytest.mark.parametrize(("ours", "met"), [(79.0, False), (80.0, True)])
def test_a_target_is_met_from_its_bound_on(ours: float, met: bool) -> None:
    target = Target(READ, "Bun", (BUN,), 0.8)
    verdict = judge_target(target, measured(drystone=ours, bun=100.0))
    assert (verdict.met, verdict.met_cpu) == (met, met)
    assert verdict.measured.endswith(", bun")


def test_peers_are_everybody_else() -> None:
    assert OURS not in targets.PEERS
    assert {BUN, POCKETBASE}.isdisjoint(targets.PYTHON_PEERS)
    by_title = {(one.workload, one.title): one for one in TARGETS}
    assert BUN not in by_title[READ, "every peer but Bun"].peers
    assert by_title[EXPANDED, "the Python peers"].at_least == 3.0


@pytest.mark.parametrize(("far", "met"), [(70.0, True), (60.0, False)])
def test_the_far_page_is_compared_with_the_first(far: float, met: bool) -> None:
    results = Results()
    results.add(CURSOR_FIRST, OURS, {SPEED: 100.0})
    results.add(CURSOR_FAR, OURS, {SPEED: far})
    assert judge_far(results).met is met


def test_without_a_measurement_nothing_is_met_or_missed() -> None:
    verdicts = judge(Results())
    assert len(verdicts) == len(TARGETS) + 1
    assert {(one.met, one.measured) for one in verdicts} == {(None, UNMEASURED)}


@pytest.fixture
def run() -> Run:
    results = measured(drystone=100.0, node_pg=50.0)
    results.skip(READ, BUN, "npm is not installed")
    return Run({"kernel": "Linux 6"}, {OURS: "drystone 1"}, 1, 2.0, results)


def test_the_page_ranks_contenders_and_compares_them_with_ours(run: Run) -> None:
    page = render_markdown(run)
    assert page.index("| drystone | 100 |") < page.index("| node-pg | 50 |")
    assert "| 0.50× | 0.50× | 1.00× |" in page
    assert f"| {BUN}, {READ} | npm is not installed |" in page


def test_the_file_holds_every_sample(run: Run) -> None:
    document = json.loads(render_json(run))
    assert [one["contender"] for one in document["measured"]] == [OURS, "node-pg"]
    assert document["skipped"] == [
        {"workload": READ, "contender": BUN, "reason": "npm is not installed"}
    ]


def test_the_picture_is_the_same_for_the_same_results(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from bench.api.picture import draw  # noqa: PLC0415 - only where matplotlib is

    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    assert draw(run.results, first)
    assert draw(run.results, second)
    assert first.read_bytes() == second.read_bytes()
    assert not draw(Results(), first)


def test_everybody_has_a_turn_in_every_round() -> None:
    plan = ApiPlan(
        contenders=CATALOGUE[:2], rounds=2, seconds=1.0, cores=Cores(None, None), data=None
    )
    names = [(number, one.name) for number, one in plan.turns()]
    first, second = (one.name for one in CATALOGUE[:2])
    assert names == [(1, first), (1, second), (2, first), (2, second)]
