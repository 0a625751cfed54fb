"""Medians and ratios over rounds."""

from __future__ import annotations

import pytest
from bench.samples import Metric, Ratio, Results

RPS = Metric.REQUESTS_PER_SECOND
CPU = Metric.CPU_US


def results(**series: list[float]) -> Results:
    """Return results of the workload `json`: each server's values, round by round."""
    filled = Results()
    for server, values in series.items():
        for value in values:
            filled.add("json", server, {RPS: value, CPU: 1000 / value})
    return filled


@pytest.mark.parametrize(
    ("values", "median"), [([3.0], 3.0), ([9.0, 1.0, 2.0], 2.0), ([4.0, 2.0], 3.0)]
)
def test_the_median_is_over_the_rounds(values: list[float], median: float) -> None:
    assert results(a=values).median("json", "a", RPS) == median


def test_what_was_not_measured_has_no_median_and_no_ratio() -> None:
    measured = results(a=[1.0])
    assert measured.median("json", "b", RPS) is None
    assert measured.median("json", "a", Metric.START_SECONDS) is None
    assert measured.ratio("json", "a", "b", RPS) is None
    assert measured.ratio("json", "b", "a", RPS) is None


def test_a_ratio_is_taken_within_each_round() -> None:
    # The machine slows down to a tenth in the second round, for both.
    measured = results(a=[200.0, 20.0, 210.0], b=[100.0, 10.0, 100.0])
    assert measured.ratio("json", "a", "b", RPS) == Ratio(2.0, 2.0, 2.1)


def test_above_one_is_better_for_what_should_be_small_too() -> None:
    ratio = results(a=[200.0], b=[100.0]).ratio("json", "a", "b", CPU)
    assert ratio is not None
    assert ratio.median == pytest.approx(2.0)


def test_a_zero_does_not_divide() -> None:
    measured = Results()
    measured.add("json", "a", {CPU: 0.0})
    measured.add("json", "b", {CPU: 5.0})
    assert measured.ratio("json", "a", "b", CPU) is None
    assert measured.ratio("json", "b", "a", CPU) is None


def test_a_failure_drops_the_whole_series() -> None:
    measured = results(a=[1.0, 2.0], b=[1.0])
    measured.skip("json", "a", "it fell over")
    assert measured.median("json", "a", RPS) is None
    assert measured.median("json", "b", RPS) == 1.0
    assert measured.skipped == {("json", "a"): "it fell over"}
