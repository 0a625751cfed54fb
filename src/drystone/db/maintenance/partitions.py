"""The partitions of the history: which there are, and making, filling and dropping one.

A month is made as a table beside the history and attached when it is whole (chapter 5.12.2;
ALTER TABLE, ATTACH PARTITION). One that is to come keeps nobody waiting but readers of the
whole history, for a moment; the present one keeps changes waiting, too.

Rows that had come meanwhile into the default partition are copied first, a batch at a time;
only then, in the transaction that attaches, they leave it. Whoever reads sees each of them
once at any time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.query.raw import sql

from .month import Month
from .plan import Partition

if TYPE_CHECKING:
    from drystone.db.database import Database
    from drystone.db.queries import Queries
    from drystone.db.transaction.transaction import Transaction

    from .policy import MaintenancePolicy

# Long enough for what runs once a day; locks have a shorter time of their own.
STATEMENT_SECONDS: Final = 600.0

_PARTITIONS: Final = """
    SELECT part.relname::text AS name, pg_get_expr(part.relpartbound, part.oid) AS bound
    FROM pg_catalog.pg_inherits AS link
    JOIN pg_catalog.pg_class AS part ON part.oid = link.inhrelid
    WHERE link.inhparent = 'drystone.history'::regclass
    ORDER BY part.relname COLLATE "C"
    """
_STRAYS: Final = """
    SELECT date_trunc('month', changed_at, 'UTC') AS month, count(*) AS rows
    FROM drystone.history_default GROUP BY 1 ORDER BY 1
    """
_COPY: Final = """
    WITH batch AS (
        INSERT INTO drystone.{table}
        SELECT * FROM drystone.history_default
        WHERE changed_at >= $1 AND changed_at < $2 AND (changed_at, sequence) > ($3, $4)
        ORDER BY changed_at, sequence LIMIT $5
        RETURNING changed_at, sequence
    )
    SELECT changed_at, sequence FROM batch ORDER BY changed_at DESC, sequence DESC LIMIT 1
    """
_COPY_REST: Final = """
    INSERT INTO drystone.{table}
    SELECT * FROM drystone.history_default WHERE changed_at >= $1 AND changed_at < $2
    ON CONFLICT DO NOTHING
    """
_REMOVE: Final = "DELETE FROM drystone.history_default WHERE changed_at >= $1 AND changed_at < $2"

_BOUND: Final = re.compile(r"FOR VALUES FROM \((.+)\) TO \((.+)\)")


async def read_partitions(db: Queries) -> tuple[Partition, ...]:
    """Return the partitions of the history, the default one aside."""
    found: list[Any] = await db.all(sql(_PARTITIONS))
    return tuple(
        Partition(row["name"], _moment(bounds[1]), _moment(bounds[2]))
        for row in found
        if (bounds := _BOUND.fullmatch(row["bound"]))
    )


async def read_strays(db: Queries) -> tuple[tuple[Month, int], ...]:
    """Return how many rows the default partition has, by month."""
    found: list[Any] = await db.all(sql(_STRAYS), timeout_seconds=STATEMENT_SECONDS)
    return tuple((Month.of(row["month"]), row["rows"]) for row in found)


async def make_month(
    db: Database, month: Month, policy: MaintenancePolicy, *, has_strays: bool
) -> None:
    """Make the partition of a month, with what the default one has of it.

    Raises:
        LockNotAvailable: others were busy for too long; the default partition is as it was.
    """
    table = quote_identifier(month.table)
    begin, end = _literal(month.begin), _literal(month.end)
    async with db.transaction() as tx:
        # What a run has left that broke off; a partition of that name would be known.
        await _script(tx, f"DROP TABLE IF EXISTS drystone.{table}")
        await _script(tx, f"CREATE TABLE drystone.{table} (LIKE drystone.history INCLUDING ALL)")
        # Known to hold when it is attached, so that it is not looked for then.
        await _script(
            tx,
            f"ALTER TABLE drystone.{table} ADD CONSTRAINT month "
            f"CHECK (changed_at >= {begin} AND changed_at < {end})",
        )
    if has_strays:
        await _copy(db, month, table, policy)
    async with db.transaction() as tx:
        await limit_waiting(tx, policy)
        await _script(tx, f"LOCK TABLE ONLY drystone.history IN {_lock_for(month)} MODE")
        await _script(tx, "LOCK TABLE drystone.history_default IN ACCESS EXCLUSIVE MODE")
        for text in (_COPY_REST.format(table=table), _REMOVE):
            move = sql(text, month.begin, month.end)
            await tx.execute(move, timeout_seconds=STATEMENT_SECONDS)
        await _script(
            tx,
            f"ALTER TABLE drystone.history ATTACH PARTITION drystone.{table} "
            f"FOR VALUES FROM ({begin}) TO ({end})",
        )
        await _script(tx, f"ALTER TABLE drystone.{table} DROP CONSTRAINT month")


def _lock_for(month: Month) -> str:
    """Return the lock on the history under which a month's partition can be attached.

    A change that is on its way into the default partition when its month gets one of its
    own would be refused there. So none may be on its way, but to months to come.
    """
    is_to_come = month.begin > datetime.now(UTC)
    return "SHARE UPDATE EXCLUSIVE" if is_to_come else "SHARE ROW EXCLUSIVE"


async def drop_partition(db: Database, name: str, policy: MaintenancePolicy) -> None:
    """Drop a partition and what it holds.

    Raises:
        LockNotAvailable: others were busy for too long; it is still there.
    """
    async with db.transaction() as tx:
        await limit_waiting(tx, policy)
        await _script(tx, f"DROP TABLE drystone.{quote_identifier(name)}")


async def limit_waiting(tx: Transaction, policy: MaintenancePolicy) -> None:
    """Let the statements of a transaction wait for locks no longer than the policy says."""
    limit = f"{round(policy.lock_timeout_seconds * 1000)}ms"
    await tx.all(sql("SELECT set_config('lock_timeout', $1, true)", limit))


async def _copy(db: Database, month: Month, table: str, policy: MaintenancePolicy) -> None:
    place: Any = (month.begin, -1)
    while place is not None:
        copy = sql(_COPY.format(table=table), month.begin, month.end, *place, policy.batch_rows)
        place = await db.first(copy, timeout_seconds=STATEMENT_SECONDS)


async def _script(tx: Transaction, text: str) -> None:
    await tx.connection.script(text, timeout_seconds=STATEMENT_SECONDS)


def _literal(moment: datetime) -> str:
    return f"'{moment:%Y-%m-%d %H:%M:%S}+00'"


def _moment(text: str) -> datetime | None:
    """Return the instant that a bound names, as PostgreSQL prints it in UTC."""
    if text in {"MINVALUE", "MAXVALUE"}:
        return None
    return datetime.fromisoformat(text.strip("'")).astimezone(UTC)
