"""What there is to do, decided from what is there: no database, no clock.

Months come first, for writes go there; then what is past its time. Of the default
partition's rows, those past their time are removed rather than moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from .month import Month

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from .policy import MaintenancePolicy


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition of the history, the default one aside.

    Attributes:
        name: of its table, in the schema `drystone`.
        begin: its first instant; None from the beginning of time.
        end: the first instant behind it; None to the end of time.
    """

    name: str
    begin: datetime | None
    end: datetime | None

    def overlaps(self, month: Month) -> bool:
        """Tell whether some of a month belongs to it."""
        starts_before = self.begin is None or self.begin < month.end
        return starts_before and (self.end is None or self.end > month.begin)


@dataclass(frozen=True, slots=True)
class State:
    """What was found.

    Attributes:
        partitions: of the history.
        strays: how many rows the default partition has, by month.
        soft_tables: those that keep deleted rows, each before those that it refers to.
        history_tables: those that have a history.
    """

    partitions: tuple[Partition, ...]
    strays: tuple[tuple[Month, int], ...]
    soft_tables: tuple[str, ...] = ()
    history_tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MakeMonth:
    """A partition is made for a month; its rows are moved out of the default one."""

    month: Month
    strays: int

    def __str__(self) -> str:
        moved = f", {self.strays} rows moved out of the default one" if self.strays else ""
        return f"partition for {self.month}{moved}"


@dataclass(frozen=True, slots=True)
class DropPartition:
    """A partition goes, all of which is past its time."""

    name: str

    def __str__(self) -> str:
        return f"{self.name} dropped: past its time"


@dataclass(frozen=True, slots=True)
class TrimHistory:
    """Changes go that are past their time: those of a table, or those in the default partition."""

    table: str | None
    before: datetime

    def __str__(self) -> str:
        where = "in the default partition" if self.table is None else f"of {self.table}"
        return f"changes {where} before {self.before:%Y-%m-%d %H:%M} UTC removed"


@dataclass(frozen=True, slots=True)
class PurgeDeleted:
    """Rows go for good that were deleted long enough ago."""

    table: str
    before: datetime

    def __str__(self) -> str:
        return (
            f"rows of {self.table} purged that were deleted before {self.before:%Y-%m-%d %H:%M} UTC"
        )


@dataclass(frozen=True, slots=True)
class ForgetAnswers:
    """Answers to requests with an Idempotency-Key go that have expired."""

    def __str__(self) -> str:
        return "expired answers to requests with an Idempotency-Key removed"


Step: TypeAlias = MakeMonth | DropPartition | TrimHistory | PurgeDeleted | ForgetAnswers


def plan(state: State, policy: MaintenancePolicy, now: datetime) -> tuple[Step, ...]:
    """Return what is to be done, in this order.

    Args:
        state: what is there.
        policy: what is wanted.
        now: the time.
    """
    return (*_history(state, policy, now), *_deletions(state, policy, now), ForgetAnswers())


def _history(state: State, policy: MaintenancePolicy, now: datetime) -> Iterator[Step]:
    limit = None if policy.history is None else now - policy.history
    strays = [(month, rows) for month, rows in state.strays if limit is None or month.end > limit]
    if limit is not None and len(strays) < len(state.strays):
        yield TrimHistory(None, min([limit, *(month.begin for month, _ in strays)]))
    yield from _months(state.partitions, dict(strays), policy.months_ahead, now)
    if limit is not None:
        for one in state.partitions:
            if one.end is not None and one.end <= limit:
                yield DropPartition(one.name)
    for table in state.history_tables:
        time = policy.history_of.get(table)
        if time is not None and (policy.history is None or time < policy.history):
            yield TrimHistory(table, now - time)


def _months(
    partitions: Sequence[Partition], strays: dict[Month, int], ahead: int, now: datetime
) -> Iterator[MakeMonth]:
    wanted = {Month.of(now).plus(count) for count in range(ahead + 1)} | strays.keys()
    for month in sorted(wanted):
        if not any(one.overlaps(month) for one in partitions):
            yield MakeMonth(month, strays.get(month, 0))


def _deletions(state: State, policy: MaintenancePolicy, now: datetime) -> Iterator[PurgeDeleted]:
    for table in state.soft_tables:
        time: timedelta | None = policy.deleted_of.get(table, policy.deleted)
        if time is not None:
            yield PurgeDeleted(table, now - time)
