"""How long things are kept, and how gently they are removed.

By default everything is kept: what an operator has not decided is not deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from drystone.db.idempotency import KEPT_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenancePolicy:
    """What maintenance does to a database.

    Attributes:
        months_ahead: for how many months behind the present one partitions are made.
        history: how long changes are kept; None for ever. They go by whole months.
        history_of: the same for single tables, by their names, where that is shorter.
        deleted: how long deleted rows are kept before they are purged; None for ever.
        deleted_of: the same for single tables; shorter or longer.
        answers: how long answers to requests with an Idempotency-Key are stored. They
            count for 24 hours, so no less; for longer, to look something up.
        batch_rows: rows that one transaction moves or removes at most.
        lock_timeout_seconds: how long a statement waits for a lock and keeps others
            waiting; after that the step is left to the next run.

    Raises:
        ValueError: a time or number that cannot be.
    """

    months_ahead: int = 3
    history: timedelta | None = None
    history_of: Mapping[str, timedelta] = field(default_factory=dict)
    deleted: timedelta | None = None
    deleted_of: Mapping[str, timedelta] = field(default_factory=dict)
    answers: timedelta = KEPT_FOR
    batch_rows: int = 5_000
    lock_timeout_seconds: float = 2.0

    def __post_init__(self) -> None:
        if self.months_ahead < 0 or self.batch_rows < 1 or self.lock_timeout_seconds <= 0:
            raise ValueError(
                "months_ahead is 0 or more, batch_rows 1 or more, lock_timeout_seconds more than 0"
            )
        if self.answers < KEPT_FOR:
            raise ValueError(f"answers are kept for 24 hours at least, not for {self.answers}")
        times = [self.history, self.deleted, *self.history_of.values(), *self.deleted_of.values()]
        for one in times:
            if one is not None and one <= timedelta(0):
                raise ValueError(f"things are kept for a while, or for ever (None), not for {one}")
