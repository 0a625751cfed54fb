"""How long to wait before a worker that died is started again.

The first restart comes soon, since most deaths are single; each further one waits
twice as long, so that a worker that cannot live costs next to nothing. A minute of
health forgives everything.
"""

from __future__ import annotations

from typing import Final

FIRST_SECONDS: Final = 0.1
LONGEST_SECONDS: Final = 30.0
HEALTHY_AFTER_SECONDS: Final = 60.0


class Backoff:
    """The delays of one worker's restarts.

    >>> backoff = Backoff()
    >>> [backoff.next_delay(lived_seconds=0) for _ in range(4)]
    [0.1, 0.2, 0.4, 0.8]
    >>> backoff.next_delay(lived_seconds=60)
    0.1
    """

    __slots__ = ("_delay",)

    def __init__(self) -> None:
        self._delay = FIRST_SECONDS

    def next_delay(self, *, lived_seconds: float) -> float:
        """Return the seconds to wait, after a worker that was ready for `lived_seconds`."""
        if lived_seconds >= HEALTHY_AFTER_SECONDS:
            self._delay = FIRST_SECONDS
        delay = self._delay
        self._delay = min(delay * 2, LONGEST_SECONDS)
        return delay
