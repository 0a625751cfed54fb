"""The verdicts on the targets."""

from __future__ import annotations

import pytest
from bench import targets
from bench.samples import Metric, Results
from bench.servers import CATALOGUE
from bench.targets import LimitTarget, RatioTarget, judge, judge_limit, judge_ratio
from bench.workloads import IDLE


def measured(ours: float, theirs: float, metric: Metric = Metric.REQUESTS_PER_SECOND) -> Results:
    """Return one round of `json` in which the servers did this well."""
    results = Results()
    for server, value in (("ours", ours), ("theirs", theirs)):
        results.add("json", server, {metric: value, Metric.CPU_US: 20.0})
    return results


@pytest.mark.parametrize(("ours", "met"), [(149.0, False), (150.0, True), (300.0, True)])
def test_a_ratio_is_met_from_its_bound_on(ours: float, met: bool) -> None:
    verdict = judge_ratio(RatioTarget("json", "ours", "theirs", 1.5), measured(ours, 100.0))
    assert verdict.met is met
    assert verdict.measured.startswith(f"{ours / 100:.2f}×")


def test_a_ratio_is_judged_in_cpu_time_too() -> None:
    verdict = judge_ratio(RatioTarget("json", "ours", "theirs", 1.5), measured(300.0, 100.0))
    assert (verdict.met, verdict.met_cpu) == (True, False)
    assert verdict.measured_cpu == "1.00× (1.00–1.00)"


@pytest.mark.parametrize(("ours", "met"), [(2.0, True), (2.1, False)])
def test_a_latency_is_no_worse_when_it_is_no_longer(ours: float, met: bool) -> None:
    target = RatioTarget("json", "ours", "theirs", 1.0, Metric.P99_MS)
    verdict = judge_ratio(target, measured(ours, 2.0, Metric.P99_MS))
    assert verdict.met is met
    assert verdict.met_cpu is None


@pytest.mark.parametrize(("value", "met"), [(44.9, True), (45.0, True), (45.1, False)])
def test_a_limit_is_met_up_to_its_bound(value: float, met: bool) -> None:
    results = Results()
    results.add(IDLE, "ours", {Metric.IDLE_MB: value})
    verdict = judge_limit(LimitTarget(IDLE, "ours", Metric.IDLE_MB, 45, "memory", "MB"), results)
    assert (verdict.met, verdict.measured) == (met, f"{value:.2f} MB")


def test_without_a_measurement_nothing_is_met_or_missed() -> None:
    verdicts = judge(Results())
    assert len(verdicts) == len(targets.RATIOS) + len(targets.LIMITS)
    assert {(verdict.met, verdict.measured) for verdict in verdicts} == {(None, targets.UNMEASURED)}


def test_every_target_names_servers_that_take_part() -> None:
    takes_part = {(workload, server.name) for server in CATALOGUE for workload in server.workloads}
    wanted = {(target.workload, target.ours) for target in targets.RATIOS}
    wanted |= {(target.workload, target.ours) for target in targets.LIMITS}
    wanted |= {(target.workload, target.theirs) for target in targets.RATIOS}
    assert wanted <= takes_part
