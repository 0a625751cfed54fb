"""A statement's deadline, in two parts: patience, then grace.

When patience ends, the server is asked to cancel the statement. Its confirmation tells
a slow statement (504, the connection stays) from a network gone silent (503, the
connection is terminated), and grace is how long we wait for it. Both together are the
deadline, so the caller never waits longer than was said.
"""

from __future__ import annotations

from dataclasses import dataclass

_MAX_GRACE_SECONDS = 0.5
_GRACE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long a statement may take.

    Attributes:
        patience_seconds: until it is asked to end.
        grace_seconds: from then until its connection is given up.
    """

    patience_seconds: float
    grace_seconds: float

    @classmethod
    def of(cls, seconds: float) -> Deadline:
        """Return the deadline for a statement that may take so long in all.

        >>> Deadline.of(5.0)
        Deadline(patience_seconds=4.5, grace_seconds=0.5)

        Raises:
            ValueError: the time is not positive.
        """
        if not seconds > 0:
            raise ValueError(f"a statement needs more than {seconds} seconds")
        grace = min(_MAX_GRACE_SECONDS, seconds * _GRACE_SHARE)
        return cls(seconds - grace, grace)
