from typing import Any

import pytest

from drystone.db.pool.config import PoolConfig


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_size": 0},
        {"min_size": -1},
        {"min_size": 11, "max_size": 10},
        {"max_waiting": -1},
        {"prepared_statements": -1},
        {"acquire_timeout_seconds": 0},
        {"statement_timeout_seconds": float("nan")},
        {"server_timeout_seconds": 0.0},
        {"max_lifetime_seconds": -1},
    ],
    ids=repr,
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=list(wrong)[-1]):
        PoolConfig(**wrong)


def test_a_server_timeout_can_be_left_out() -> None:
    assert PoolConfig(server_timeout_seconds=None, slow_statement_seconds=None).max_size == 10
