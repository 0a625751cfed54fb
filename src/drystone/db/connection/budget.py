"""How long each of several attempts may take, so that the last one is still made.

With two seconds in all and two servers, of which the first has gone silent, the second
must not be left without time: each attempt gets its share of what is left, and what one
does not use goes to the others.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """The time for several attempts.

    Attributes:
        ends_at: on the clock of the loop; None for no end.
        most_seconds: for one attempt; None for no limit.
    """

    ends_at: float | None
    most_seconds: float | None

    def share(self, now: float, attempts_left: int) -> float | None:
        """Return how long the next attempt may take, in seconds; None for no limit.

        >>> Budget(ends_at=2.0, most_seconds=5.0).share(0.0, 2)
        1.0
        >>> Budget(ends_at=None, most_seconds=5.0).share(0.0, 2)
        5.0
        """
        if self.ends_at is None:
            return self.most_seconds
        fair = max(0.0, self.ends_at - now) / max(1, attempts_left)
        return fair if self.most_seconds is None else min(fair, self.most_seconds)
