"""What maintenance decides to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.db.maintenance.month import Month
from drystone.db.maintenance.plan import (
    DropPartition,
    ForgetAnswers,
    MakeMonth,
    Partition,
    PurgeDeleted,
    State,
    TrimHistory,
    plan,
)
from drystone.db.maintenance.policy import MaintenancePolicy

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
YEAR = timedelta(days=365)
POLICY = MaintenancePolicy(months_ahead=2)


def partition(year: int, number: int) -> Partition:
    month = Month(year, number)
    return Partition(month.table, month.begin, month.end)


def test_the_present_month_and_those_ahead_are_made() -> None:
    assert plan(State((), ()), POLICY, NOW) == (
        MakeMonth(Month(2026, 11), 0),
        MakeMonth(Month(2026, 12), 0),
        MakeMonth(Month(2027, 1), 0),
        ForgetAnswers(),
    )


def test_what_is_there_is_left_alone() -> None:
    there = State((partition(2026, 11), partition(2026, 12), partition(2027, 1)), ())
    assert plan(there, POLICY, NOW) == (ForgetAnswers(),)


def test_a_partition_of_ones_own_is_not_overlapped() -> None:
    wide = Partition("old", None, Month(2026, 12).begin)
    late = Partition("late", datetime(2027, 1, 15, tzinfo=UTC), None)
    assert plan(State((wide, late), ()), POLICY, NOW)[:-1] == (MakeMonth(Month(2026, 12), 0),)


def test_strays_get_their_month() -> None:
    state = State((), ((Month(2026, 8), 3), (Month(2026, 11), 7)))
    made = plan(state, MaintenancePolicy(months_ahead=0), NOW)[:-1]
    assert made == (MakeMonth(Month(2026, 8), 3), MakeMonth(Month(2026, 11), 7))
    assert str(made[0]) == "partition for 2026-08, 3 rows moved out of the default one"


def test_months_past_their_time_go() -> None:
    policy = MaintenancePolicy(months_ahead=0, history=YEAR)
    state = State((partition(2025, 10), partition(2025, 11), partition(2026, 11)), ())
    assert plan(state, policy, NOW)[:-1] == (DropPartition("history_2025_10"),)


def test_strays_past_their_time_go_and_are_not_moved() -> None:
    policy = MaintenancePolicy(months_ahead=0, history=YEAR)
    state = State((partition(2026, 11),), ((Month(2020, 1), 5), (Month(2025, 11), 2)))
    assert plan(state, policy, NOW)[:-1] == (
        TrimHistory(None, Month(2025, 11).begin),
        MakeMonth(Month(2025, 11), 2),
    )
    alone = State((partition(2026, 11),), ((Month(2020, 1), 5),))
    assert plan(alone, policy, NOW)[:-1] == (TrimHistory(None, NOW - YEAR),)


def test_a_table_may_keep_its_history_for_less_time() -> None:
    state = State((partition(2026, 11),), (), history_tables=("tasks", "users", "tags"))
    month = timedelta(days=30)
    policy = MaintenancePolicy(
        months_ahead=0, history=YEAR, history_of={"tasks": month, "users": 2 * YEAR}
    )
    assert plan(state, policy, NOW)[:-1] == (TrimHistory("tasks", NOW - month),)


def test_deleted_rows_go_when_it_is_said_how_long_they_are_kept() -> None:
    state = State((partition(2026, 11),), (), soft_tables=("comments", "tasks", "users"))
    day = timedelta(days=1)
    assert plan(state, MaintenancePolicy(months_ahead=0), NOW) == (ForgetAnswers(),)
    policy = MaintenancePolicy(months_ahead=0, deleted=day, deleted_of={"tasks": 9 * day})
    assert plan(state, policy, NOW)[:-1] == (
        PurgeDeleted("comments", NOW - day),
        PurgeDeleted("tasks", NOW - 9 * day),
        PurgeDeleted("users", NOW - day),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"months_ahead": -1},
        {"batch_rows": 0},
        {"lock_timeout_seconds": 0.0},
        {"history": timedelta(0)},
        {"deleted_of": {"tasks": timedelta(days=-1)}},
    ],
)
def test_what_no_policy_can_say(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"or more|for a while"):
        MaintenancePolicy(**wrong)  # type: ignore[arg-type]  # wrong on purpose


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9000, 1, 1)))
def test_a_time_is_in_its_month_and_in_no_other(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    month = Month.of(moment)
    assert month.begin <= moment < month.end
    assert month.plus(1).begin == month.end
    assert month.plus(-1).end == month.begin
    assert month.plus(12) == Month(month.year + 1, month.number)


def test_a_partition_ends_where_the_next_begins() -> None:
    one = partition(2026, 11)
    assert [one.overlaps(Month(2026, number)) for number in (10, 11, 12)] == [False, True, False]


def test_each_step_says_what_it_does() -> None:
    assert str(TrimHistory("tasks", NOW)) == "changes of tasks before 2026-11-22 20:00 UTC removed"
    assert "in the default partition" in str(TrimHistory(None, NOW))
    assert str(PurgeDeleted("tasks", NOW)).startswith("rows of tasks purged")
    assert str(DropPartition("history_2020_01")) == "history_2020_01 dropped: past its time"
    assert str(MakeMonth(Month(2026, 12), 0)) == "partition for 2026-12"
    assert "Idempotency-Key" in str(ForgetAnswers())


def test_answers_are_stored_for_as_long_as_they_count() -> None:
    with pytest.raises(ValueError, match="24 hours at least, not for 1:00:00"):
        MaintenancePolicy(answers=timedelta(hours=1))
