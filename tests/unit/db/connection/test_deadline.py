import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.db.connection.deadline import Deadline


@given(st.floats(0.001, 3_600))
def test_patience_and_grace_are_the_deadline(seconds: float) -> None:
    deadline = Deadline.of(seconds)
    assert math.isclose(deadline.patience_seconds + deadline.grace_seconds, seconds)
    assert 0 < deadline.grace_seconds <= 0.5
    assert deadline.patience_seconds >= seconds * 0.89


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_time_must_be_positive(seconds: float) -> None:
    with pytest.raises(ValueError, match="more than"):
        Deadline.of(seconds)
