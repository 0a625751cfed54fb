"""What a migrator tells while it works: one record for each thing that happens.

Each reads as a line for a person by `str`. Whoever runs the migrator decides where the
lines go; nothing is printed or logged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Waiting:
    """Another migrator works on this database."""

    seconds: float

    def __str__(self) -> str:
        """Return the line."""
        return f"waiting for another migrator to end ({self.seconds:.0f} s so far)"


@dataclass(frozen=True, slots=True)
class Began:
    """A migration begins, or carries on from a statement (the first is 0) of so many."""

    label: str
    reverting: bool
    position: int
    statements: int

    def __str__(self) -> str:
        """Return the line."""
        verb = "reverting" if self.reverting else "applying"
        if self.position:
            return f"{verb} {self.label} from statement {self.position + 1} of {self.statements}"
        return f"{verb} {self.label}"


@dataclass(frozen=True, slots=True)
class Finished:
    """A migration is done."""

    label: str
    reverting: bool
    duration_ms: int

    def __str__(self) -> str:
        """Return the line."""
        return f"{'reverted' if self.reverting else 'applied'} {self.label} ({self.duration_ms} ms)"


@dataclass(frozen=True, slots=True)
class Stepped:
    """A statement outside of a transaction is done."""

    label: str
    position: int
    statements: int
    summary: str

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.label}: {self.position} of {self.statements} done: {self.summary}"


@dataclass(frozen=True, slots=True)
class Repeated:
    """One round of a repeated statement changed rows."""

    label: str
    line: int
    rows: int
    total: int

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.label}: line {self.line} changed {self.rows} rows, {self.total} so far"


@dataclass(frozen=True, slots=True)
class Retrying:
    """A lock was not to be had in time; the work is tried again after a pause."""

    label: str
    reason: str
    attempt: int
    attempts: int
    delay_seconds: float

    def __str__(self) -> str:
        """Return the line."""
        return (
            f"{self.label}: {self.reason}; attempt {self.attempt + 1} of {self.attempts} "
            f"in {self.delay_seconds:.1f} s"
        )


@dataclass(frozen=True, slots=True)
class Mended:
    """What an attempt that broke off had left was dealt with."""

    label: str
    what: str

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.label}: {self.what}"


@dataclass(frozen=True, slots=True)
class Noticed:
    """PostgreSQL said something on the way."""

    severity: str
    message: str

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.severity.lower()}: {self.message}"


Event: TypeAlias = "Waiting | Began | Finished | Stepped | Repeated | Retrying | Mended | Noticed"
OnEvent: TypeAlias = "Callable[[Event], None]"


def ignore(_event: Event) -> None:
    """Tell nobody."""
