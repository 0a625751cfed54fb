"""A route or field that will go: since when, until when, and what takes its place.

Source: RFC 9745 (`Deprecation`), RFC 8594 (`Sunset`), RFC 5829 (`successor-version`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """What callers are told of something that will go.

    Attributes:
        since: the day from which on it is not to be used any more.
        sunset: the day on which it goes; None where that is not known.
        successor: the path, or for a field the name, of what takes its place.
    """

    since: date
    sunset: date | None = None
    successor: str | None = None
