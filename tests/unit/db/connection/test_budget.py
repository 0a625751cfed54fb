"""Each attempt's share of the time."""

from __future__ import annotations

import pytest

from drystone.db.connection.budget import Budget


@pytest.mark.parametrize(
    ("budget", "attempts_left", "seconds"),
    [
        (Budget(ends_at=12.0, most_seconds=None), 1, 2.0),
        (Budget(ends_at=12.0, most_seconds=None), 4, 0.5),
        (Budget(ends_at=12.0, most_seconds=0.3), 4, 0.3),
        (Budget(ends_at=9.0, most_seconds=5.0), 2, 0.0),
        (Budget(ends_at=None, most_seconds=5.0), 9, 5.0),
        (Budget(ends_at=None, most_seconds=None), 9, None),
        (Budget(ends_at=12.0, most_seconds=None), 0, 2.0),
    ],
)
def test_an_attempt_gets_its_share(
    budget: Budget, attempts_left: int, seconds: float | None
) -> None:
    assert budget.share(10.0, attempts_left) == seconds
