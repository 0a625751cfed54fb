"""Pauses between attempts: how long, and for which errors."""

from __future__ import annotations

import pytest

from drystone.db.migrations.errors import StatementFailed
from drystone.db.migrations.events import Event, Retrying
from drystone.db.migrations.patience import Patience, retry

AT_ONCE = Patience(attempts=3, first_delay_seconds=0)


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_pauses_double_up_to_a_bound_and_half_is_chance(chance: float) -> None:
    patience = Patience(first_delay_seconds=1, longest_delay_seconds=5)
    delays = [patience.delay(attempt, chance) for attempt in (1, 2, 3, 4, 500)]
    assert delays == [longest * (0.5 + chance / 2) for longest in (1, 2, 4, 5, 5)]


@pytest.mark.parametrize("sqlstate", ["55P03", "40P01"])
async def test_locks_are_tried_for_again(sqlstate: str) -> None:
    told: list[Event] = []
    tries = 0

    async def work() -> str:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise StatementFailed("f.sql:1: no lock\n  more", sqlstate=sqlstate)
        return "done"

    assert await retry(work, label="0001_a", patience=AT_ONCE, on_event=told.append) == "done"
    assert told == [Retrying("0001_a", "f.sql:1: no lock", n, 3, 0.0) for n in (1, 2)]
    assert str(told[0]) == "0001_a: f.sql:1: no lock; attempt 2 of 3 in 0.0 s"


@pytest.mark.parametrize(("sqlstate", "expected"), [("55P03", 3), ("42P01", 1), (None, 1)])
async def test_other_errors_and_the_last_attempt_end_it(
    sqlstate: str | None, expected: int
) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        raise StatementFailed("no", sqlstate=sqlstate)

    with pytest.raises(StatementFailed):
        await retry(work, label="a", patience=AT_ONCE, on_event=lambda event: None)
    assert tries == expected
