"""A month in UTC: what a partition of the history holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple


class Month(NamedTuple):
    """A month.

    Attributes:
        year: of our era.
        number: 1 to 12.
    """

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> Month:
        """Return the month in which a time is.

        >>> Month.of(datetime.fromisoformat("2026-12-31T23:30:00-01:00"))
        Month(year=2027, number=1)
        """
        there = moment.astimezone(UTC)
        return cls(there.year, there.month)

    def plus(self, months: int) -> Month:
        """Return the month so many behind this one.

        >>> Month(2026, 11).plus(2)
        Month(year=2027, number=1)
        """
        years, number = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, number + 1)

    @property
    def begin(self) -> datetime:
        """Its first instant."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first instant behind it."""
        return self.plus(1).begin

    @property
    def table(self) -> str:
        """The name of its partition, in the schema `drystone`."""
        return f"history_{self.year:04d}_{self.number:02d}"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"
