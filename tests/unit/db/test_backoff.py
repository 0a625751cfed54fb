from hypothesis import given
from hypothesis import strategies as st

from drystone.db.backoff import full_jitter


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_never_longer_than_the_cap(failures: int, chance: float) -> None:
    pause = full_jitter(failures, lambda: chance, base_seconds=0.1, cap_seconds=1.0)
    assert 0 <= pause <= min(1.0, 0.1 * 2 ** min(failures - 1, 30))


def test_it_doubles() -> None:
    longest = [
        full_jitter(n, lambda: 0.999999, base_seconds=0.1, cap_seconds=1.0) for n in range(1, 7)
    ]
    assert [round(pause, 2) for pause in longest] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
