"""The changes of one row, as `drystone.history` holds them, newest first.

The order is that of `sequence`, which rises while the row is held; the time is that of the
transaction, and may be earlier than that of a transaction it waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.query.condition_text import condition_text
from drystone.db.query.raw import sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from drystone.db.queries import Queries
    from drystone.schema.expressions.expression import Predicate
    from drystone.schema.model.model_info import ModelInfo

# One statement: what is known of the row, and beside it each of the changes asked for.
_PAGE: Final = """
    SELECT row.is_there, row.is_deleted, row.is_seen, row.is_told, row.total, entry.*
    FROM (
        SELECT count(*) > 0 AS is_there, {deleted} AS is_deleted,
            coalesce(bool_or({seen}), false) AS is_seen,
            coalesce(bool_or({told}), false) AS is_told,
            CASE WHEN $3 THEN (
                SELECT count(*) FROM drystone.history
                WHERE row_id = $1 AND table_name = $2
            ) END AS total
        FROM {table} AS "Live" WHERE "Live".id = $1
    ) AS row
    LEFT JOIN LATERAL (
        SELECT sequence, changed_at, version, operation, old::text, new::text, actor,
            request_id, database_role
        FROM drystone.history
        WHERE row_id = $1 AND table_name = $2{beside}
        ORDER BY sequence {direction}
        LIMIT $4 OFFSET $5
    ) AS entry ON true
    """


# How many columns tell of the row, before those of a change.
_OF_ROW: Final = 5


class Entry(NamedTuple):
    """One change of a row.

    Attributes:
        sequence: its number.
        changed_at: when the transaction began that made it.
        version: what the row's version became.
        operation: `insert`, `update` or `delete`.
        old: changed columns as they were, a JSON object; None for an insert.
        new: the same columns as they became; None for a delete.
        actor: on whose behalf, where that was said.
        request_id: of the request, where there was one.
        database_role: who had logged in to the database.
    """

    sequence: int
    changed_at: datetime
    version: int
    operation: str
    old: str | None
    new: str | None
    actor: str | None
    request_id: str | None
    database_role: str


class Entries(NamedTuple):
    """Changes of a row, and what is known of the row.

    Attributes:
        is_there: whether it is in its table, deleted or not.
        is_deleted: whether it is marked as deleted.
        is_seen: whether it is there, and seen.
        is_told: whether it is there, and its history may be told.
        total: of its changes; None where they were not counted.
        entries: in the order asked for.
    """

    is_there: bool
    is_deleted: bool
    is_seen: bool
    is_told: bool
    total: int | None
    entries: Sequence[Entry]


async def read_entries(
    db: Queries,
    info: ModelInfo,
    id: UUID,  # noqa: A002  (the column's name)
    *,
    limit: int,
    offset: int = 0,
    before: int | None = None,
    after: int | None = None,
    inclusive: bool = False,
    is_counted: bool = False,
    seen: Predicate | None = None,
    told: Predicate | None = None,
) -> Entries:
    """Return changes of a row, newest first; with `after`, oldest first.

    Args:
        db: the database, or a transaction.
        info: the row's model.
        id: the row's.
        limit: how many at most.
        offset: how many to pass over.
        before: only changes with smaller numbers than this.
        after: only changes with greater ones.
        inclusive: whether the change of that number belongs to them.
        is_counted: whether the total is wanted.
        seen: which rows are seen; all where not given.
        told: the history of which rows may be told; likewise.
    """
    mark = "" if not inclusive else "="
    if after is not None:
        beside, direction, place = f" AND sequence >{mark} $6", "ASC", [after]
    elif before is not None:
        beside, direction, place = f" AND sequence <{mark} $6", "DESC", [before]
    else:
        beside, direction, place = "", "DESC", []
    table = quote_identifier(info.table)
    values = (id, info.table, is_counted, limit, offset, *place)
    is_seen = condition_text(info.model, seen, table="Live", after=len(values))
    values += is_seen.values
    is_told = condition_text(info.model, told, table="Live", after=len(values))
    text = _PAGE.format(
        table=table,
        deleted=_deleted(info),
        seen=is_seen.text,
        told=is_told.text,
        beside=beside,
        direction=direction,
    )
    rows: list[Any] = await db.all(sql(text, *values, *is_told.values))
    entries = [Entry(*tuple(row)[_OF_ROW:]) for row in rows if row["sequence"] is not None]
    first = rows[0]
    return Entries(
        first["is_there"],
        first["is_deleted"],
        first["is_seen"],
        first["is_told"],
        first["total"],
        entries,
    )


def _deleted(info: ModelInfo) -> str:
    return (
        'coalesce(bool_or("Live".deleted_at IS NOT NULL), false)' if info.soft_delete else "false"
    )
