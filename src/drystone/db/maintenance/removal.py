"""Rows that are past their time, removed a batch at a time.

A deleted row that others still refer to stays, and so does one that somebody has locked:
the next run may find it free. What is purged has a history of its own, in which nobody
but maintenance has done it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.failures import BrokenReference
from drystone.db.history.author import Author, name_author
from drystone.db.idempotency import forget_answers
from drystone.db.query.raw import sql

from .partitions import STATEMENT_SECONDS, limit_waiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from drystone.db.database import Database
    from drystone.db.transaction.transaction import Transaction

    from .policy import MaintenancePolicy

AUTHOR: Final = Author(actor="drystone maintain")

_TRIM: Final = """
    DELETE FROM drystone.{partition} WHERE (row_id, sequence, changed_at) IN (
        SELECT row_id, sequence, changed_at FROM drystone.{partition}
        WHERE changed_at < $1 AND ($2::text IS NULL OR table_name = $2)
        ORDER BY changed_at LIMIT $3
    )
    """
_CHOOSE: Final = """
    SELECT id FROM {table} WHERE deleted_at < $1 AND ($2::uuid IS NULL OR id > $2)
    ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
    """
_PURGE: Final = "DELETE FROM {table} WHERE id = ANY($1)"


async def trim_history(
    db: Database, table: str | None, before: datetime, policy: MaintenancePolicy
) -> int:
    """Remove changes of a table that are past their time; None: all in the default partition.

    Returns:
        How many were removed.
    """
    partition = "history_default" if table is None else "history"
    text = _TRIM.format(partition=partition)
    removed = 0
    while True:
        trim = sql(text, before, table, policy.batch_rows)
        count = await db.execute(trim, timeout_seconds=STATEMENT_SECONDS)
        removed += count
        if count < policy.batch_rows:
            return removed


async def purge_deleted(
    db: Database, table: str, before: datetime, policy: MaintenancePolicy
) -> int:
    """Remove rows for good that were deleted before a time.

    Returns:
        How many were removed.
    """
    name, last, removed = quote_identifier(table), None, 0
    while True:
        async with db.transaction() as tx:
            await limit_waiting(tx, policy)
            await name_author(tx, AUTHOR)
            choose = sql(_CHOOSE.format(table=name), before, last, policy.batch_rows)
            found = await tx.all(choose, timeout_seconds=STATEMENT_SECONDS)
            ids = [row[0] for row in found]
            removed += await _purge(tx, name, ids)
        if len(ids) < policy.batch_rows:
            return removed
        last = ids[-1]


async def forget_expired_answers(db: Database, policy: MaintenancePolicy) -> int:
    """Remove answers that have expired; return how many."""
    removed = 0
    while True:
        count = await forget_answers(db, limit=policy.batch_rows, older_than=policy.answers)
        removed += count
        if count < policy.batch_rows:
            return removed


async def _purge(tx: Transaction, table: str, ids: Sequence[UUID]) -> int:
    """Remove rows: half of them at a time where some are still referred to."""
    if not ids:
        return 0
    purge = sql(_PURGE.format(table=table), ids)
    try:
        async with tx.savepoint():
            return await tx.execute(purge, timeout_seconds=STATEMENT_SECONDS)
    except BrokenReference:
        if len(ids) == 1:
            return 0
        middle = len(ids) // 2
        # The later half first: it refers to the earlier one rather than the other way.
        later = await _purge(tx, table, ids[middle:])
        return later + await _purge(tx, table, ids[:middle])
