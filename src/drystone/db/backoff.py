"""How long to wait before trying again: exponential, with full jitter.

Many that failed together come back spread over the whole interval, so that they do not
fail together again (M. Brooker, "Exponential Backoff And Jitter", AWS, 2015). Chance is
passed in, so that a test can say what it brings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_DOUBLINGS = 30


def full_jitter(
    failures: int, random: Callable[[], float], *, base_seconds: float, cap_seconds: float
) -> float:
    """Return the seconds to wait after so many failures in a row.

    Args:
        failures: 1 after the first.
        random: a number from 0 to below 1, each time another.
        base_seconds: the longest wait after the first failure; doubles with each.
        cap_seconds: the longest wait of all.

    >>> [full_jitter(n, lambda: 0.5, base_seconds=0.1, cap_seconds=1.0) for n in (1, 2, 9)]
    [0.05, 0.1, 0.5]
    """
    doublings = min(failures - 1, _MAX_DOUBLINGS)
    longest: float = min(cap_seconds, base_seconds * 2**doublings)
    return random() * longest
