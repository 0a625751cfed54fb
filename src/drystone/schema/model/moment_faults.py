"""What `msgspec` cannot judge of a time: whether it is one in UTC as well.

An offset can move the first and the last hours of the calendar out of it: what would be
stored is a time in the year 0 or 10000. It comes to the type that `msgspec` is given as a
bound of our own (`plain_types`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, UTC, datetime

import msgspec


def moment_faults(value: datetime | str) -> Iterator[tuple[str, str]]:
    """Yield a code and a phrase where a time with an offset is none in UTC.

    Args:
        value: the time, or the text that stands in JSON for one.
    """
    if not isinstance(value, datetime):
        value = msgspec.convert(value, datetime)
    try:
        value.astimezone(UTC)
    except OverflowError:
        yield "format", f"must lie in the years {MINYEAR} to {MAXYEAR} of UTC"


def is_surely_of_utc(value: datetime) -> bool:
    """Tell quickly that a time has no fault; False where that takes a look."""
    return MINYEAR < value.year < MAXYEAR
