"""A run of maintenance: one node at a time, one step after the other.

The lock is that of a transaction which does nothing else and stays open for the run; it
is free as soon as that connection is, however the process ends. Others find it taken and
have nothing to do: this is no work that adds up. Each step is whole by itself, so a run
that broke off leaves the rest to the next one.

Run it by `drystone maintain`, from cron or a timer; each server runs it as well, where
nobody has for a while (`upkeep.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from drystone.db.database import Database
from drystone.db.ddl.statements import build_tables
from drystone.db.failures import LockNotAvailable
from drystone.db.pool.config import PoolConfig
from drystone.db.query.raw import sql

from .partitions import drop_partition, make_month, read_partitions, read_strays
from .plan import DropPartition, MakeMonth, PurgeDeleted, State, Step, TrimHistory, plan
from .removal import forget_expired_answers, purge_deleted, trim_history

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from drystone.db.queries import Queries

    from .policy import MaintenancePolicy

    OnEvent: TypeAlias = Callable[["Event"], None]

_CONFIG: Final = PoolConfig(
    max_size=1,
    connect_timeout_seconds=10.0,
    acquire_timeout_seconds=15.0,
    application_name="drystone maintain",
    slow_statement_seconds=None,
)


@dataclass(frozen=True, slots=True)
class Done:
    """A step was carried out.

    Attributes:
        step: which.
        rows: how many it removed; None where it removes no rows one by one.
    """

    step: Step
    rows: int | None = None

    def __str__(self) -> str:
        return str(self.step) if self.rows is None else f"{self.step}: {self.rows}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A step would be carried out, were this not a dry run."""

    step: Step

    def __str__(self) -> str:
        return f"would be done: {self.step}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step was left to the next run: others held a lock for too long."""

    step: Step

    def __str__(self) -> str:
        return f"left to the next run, others were busy: {self.step}"


@dataclass(frozen=True, slots=True)
class Busy:
    """Another node is at it."""

    def __str__(self) -> str:
        return "Another node is at it; there is nothing to do here."


@dataclass(frozen=True, slots=True)
class NotDue:
    """It was done not long ago."""

    def __str__(self) -> str:
        return "Maintenance was done not long ago; there is nothing to do here."


Event: TypeAlias = Done | Wanted | Skipped | Busy | NotDue

_LAST: Final = """
    SELECT finished_at > now() - $1::interval FROM drystone.maintenance
    """
_FINISHED: Final = """
    INSERT INTO drystone.maintenance (finished_at) VALUES (clock_timestamp())
    ON CONFLICT (is_only) DO UPDATE SET finished_at = excluded.finished_at
    """


async def maintain(
    url: str,
    models: Sequence[type[Any]],
    policy: MaintenancePolicy,
    *,
    on_event: OnEvent,
    is_dry_run: bool = False,
    unless_within: timedelta | None = None,
    now: datetime | None = None,
) -> None:
    """Do what there is to do.

    Args:
        url: of the database, past a PgBouncer; two connections of its own are opened.
        models: all of the application.
        policy: what is wanted.
        on_event: is told of each step.
        is_dry_run: whether nothing is to be changed.
        unless_within: do nothing where it was done within this time, by the database's
            clock; None to do it in any case.
        now: the time, in place of the present.

    Raises:
        DSNError: the URL cannot be read.
        DeclarationError: the models do not go together.
        Problem: what `drystone.db.failures` lists; what was done stays done.
    """
    async with Database(url, config=_CONFIG) as others, others.transaction() as guard:
        # It does nothing for as long as the steps take, and must not be ended for that.
        await guard.all(sql("SELECT set_config('idle_in_transaction_session_timeout', '0', true)"))
        if not await guard.try_lock("drystone", "maintain"):
            on_event(Busy())
            return
        if unless_within is not None and await _was_done(guard, unless_within):
            on_event(NotDue())
            return
        async with Database(url, config=_CONFIG) as db:
            state = await read_state(db, models)
            for step in plan(state, policy, now or datetime.now(UTC)):
                if is_dry_run:
                    on_event(Wanted(step))
                    continue
                await guard.all(sql("SELECT 1"))  # still ours
                on_event(await _carry_out(db, step, policy))
            if not is_dry_run:
                await db.execute(sql(_FINISHED))


async def _was_done(guard: Queries, within: timedelta) -> bool:
    found = await guard.first(sql(_LAST, within))
    return found is not None and bool(found[0])


async def read_state(db: Queries, models: Sequence[type[Any]]) -> State:
    """Return what there is to be maintained."""
    # Each table before those that it refers to: the other way round than they are made.
    infos = [table.model for table in reversed(build_tables(models))]
    return State(
        partitions=await read_partitions(db),
        strays=await read_strays(db),
        soft_tables=tuple(one.table for one in infos if one.soft_delete),
        history_tables=tuple(one.table for one in infos if one.history),
    )


async def _carry_out(db: Database, step: Step, policy: MaintenancePolicy) -> Event:
    try:
        return Done(step, await _do(db, step, policy))
    except LockNotAvailable:
        return Skipped(step)


async def _do(db: Database, step: Step, policy: MaintenancePolicy) -> int | None:
    """Carry out a step; return how many rows it removed, where it counts them."""
    match step:
        case MakeMonth(month, strays):
            await make_month(db, month, policy, has_strays=strays > 0)
            return None
        case DropPartition(name):
            await drop_partition(db, name, policy)
            return None
        case TrimHistory(table, before):
            return await trim_history(db, table, before, policy)
        case PurgeDeleted(table, before):
            return await purge_deleted(db, table, before, policy)
        case _:
            return await forget_expired_answers(db, policy)
