"""The data layer's verdicts, and its page."""

from __future__ import annotations

import json

import pytest
from bench.data import report, targets
from bench.data.contenders import CONTENDERS, LOADS, MOMENTS, OURS_JSON, REFERENCE
from bench.data.moments_names import PREDICATE
from bench.data.targets import SHARES, Share, judge, judge_predicate, judge_share
from bench.data.turns import DataPlan
from bench.report import Run
from bench.samples import Metric, Results
from bench.targets import UNMEASURED


def measured(ours: float, theirs: float, metric: Metric = Metric.CPU_US) -> Results:
    """Return one round of `by-key-1` in which the two did this well."""
    results = Results()
    results.add("by-key-1", OURS_JSON, {metric: ours})
    results.add("by-key-1", REFERENCE, {metric: theirs})
    return results


@pytest.mark.parametrize(("ours", "met"), [(44.0, True), (45.0, True), (46.0, False)])
def test_a_cost_is_met_up_to_its_share(ours: float, met: bool) -> None:
    share = Share("by-key-1", OURS_JSON, REFERENCE, Metric.CPU_US, "a read", at_most=0.45)
    verdict = judge_share(share, measured(ours, 100.0))
    assert verdict.met is met
    assert verdict.measured == f"{ours / 100:.2f}× ({ours / 100:.2f}–{ours / 100:.2f})"


def test_a_share_s_range_begins_with_the_best_round() -> None:
    results = measured(20.0, 100.0)
    results.add("by-key-1", OURS_JSON, {Metric.CPU_US: 80.0})
    results.add("by-key-1", REFERENCE, {Metric.CPU_US: 100.0})
    share = Share("by-key-1", OURS_JSON, REFERENCE, Metric.CPU_US, "a read", at_most=0.45)
    assert judge_share(share, results).measured.endswith("(0.20–0.80)")


@pytest.mark.parametrize(("ours", "met"), [(299.0, False), (300.0, True)])
def test_throughput_is_met_from_its_bound_on(ours: float, met: bool) -> None:
    metric = Metric.REQUESTS_PER_SECOND
    share = Share("by-key-1", OURS_JSON, REFERENCE, metric, "reads", at_least=3.0)
    assert judge_share(share, measured(ours, 100.0, metric)).met is met


@pytest.mark.parametrize(("microseconds", "met"), [(5.0, True), (5.1, False)])
def test_a_predicate_has_a_limit(microseconds: float, met: bool) -> None:
    results = Results()
    results.add(MOMENTS, PREDICATE, {Metric.MICROSECONDS: microseconds})
    assert judge_predicate(results).met is met


def test_without_a_measurement_nothing_is_met_or_missed() -> None:
    verdicts = judge(Results())
    assert len(verdicts) == len(SHARES) + 1
    assert {(one.met, one.measured) for one in verdicts} == {(None, UNMEASURED)}


def test_every_target_names_what_is_measured() -> None:
    loads, names = {load.name for load in LOADS}, {one.name for one in CONTENDERS}
    for share in SHARES:
        if share.workload in loads:
            assert {share.ours, share.theirs} <= names
    assert targets.PREDICATE_US == 5.0


def test_everybody_has_a_turn_before_anybody_has_a_second() -> None:
    plan = DataPlan(contenders=CONTENDERS, rounds=2, seconds=1, rows=10, postgres_core=None)
    turns = list(plan.turns())
    half = len(CONTENDERS) * len(LOADS)
    assert [number for number, _, _ in turns] == [1] * half + [2] * half
    assert len({(load, one) for _, load, one in turns[:half]}) == half


def test_the_page_and_the_document_hold_what_was_measured() -> None:
    results = measured(20.0, 100.0)
    results.skip("page-1", "psycopg-pool", "psycopg is not installed")
    run = Run({"kernel": "Linux 6"}, {OURS_JSON: "drystone 1"}, 1, 2.0, results)
    page = report.render_markdown(run)
    assert f"| {OURS_JSON} | – | 20.0 | – | – | – | – | 0.20× | – |" in page
    assert "| psycopg-pool, page-1 | psycopg is not installed |" in page
    assert "## page-64" not in page  # not measured: no empty table
    document = json.loads(report.render_json(run))
    assert document["measured"][0]["samples"] == [{"cpu_us_per_request": 20.0}]
    assert len(document["targets"]) == len(SHARES) + 1
