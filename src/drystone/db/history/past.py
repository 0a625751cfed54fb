"""A row as it was: the present one, with its later changes taken back.

Each change holds what its columns were before, so of every column the oldest change after
the moment knows what it was then; a column without one is as it is now. That holds through
purges too: what a purge has taken, it has written down whole. One statement finds all of
it, of one snapshot.

What cannot be known: before the first change that is kept, the row is known back to the
change before that (`previous_at`), and no further.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.query.condition_text import condition_text
from drystone.db.query.raw import sql

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from drystone.db.queries import Queries
    from drystone.schema.expressions.expression import Predicate
    from drystone.schema.model.model_info import ModelInfo

_PAST: Final = """
    WITH entry AS (
        SELECT * FROM drystone.history WHERE row_id = $1 AND table_name = $2
    ), last AS (
        SELECT * FROM entry WHERE {condition} ORDER BY sequence DESC LIMIT 1
    ), later AS (
        SELECT * FROM entry WHERE sequence > coalesce((SELECT sequence FROM last), -1)
    )
    SELECT
        (SELECT drystone.stored_form(present)::text FROM {table} AS present WHERE id = $1)
            AS present,
        coalesce((SELECT {seen} FROM {table} AS "Live" WHERE "Live".id = $1), false) AS is_seen,
        coalesce((SELECT {told} FROM {table} AS "Live" WHERE "Live".id = $1), false) AS is_told,
        -- Of equal keys the one that comes last is kept: that of the oldest change.
        (SELECT jsonb_object_agg(field.key, field.value ORDER BY sequence DESC)::text
            FROM later, jsonb_each(later.old) AS field) AS taken_back,
        last.operation, last.version, last.changed_at, last.new::text AS inserted,
        later.operation AS next_operation, later.version AS next_version,
        later.previous_at AS since
    FROM (SELECT) AS one
    LEFT JOIN last ON true
    LEFT JOIN LATERAL (SELECT * FROM later ORDER BY sequence LIMIT 1) AS later ON true
    """


class Past(NamedTuple):
    """What is known of a row at a place in its history.

    Attributes:
        present: the row as it is now; None where it is gone.
        is_seen: whether it is there, and seen.
        is_told: whether it is there, and its past may be told.
        taken_back: columns that changed later, as they were at that place.
        operation: of the last change up to there; None where none is kept.
        version: what that made the row's version.
        changed_at: when that was.
        inserted: the whole row, where that was its insertion.
        next_operation: of the first change after; None where there was none.
        next_version: what that made the row's version.
        since: when the row had become what that found.
    """

    present: str | None
    is_seen: bool
    is_told: bool
    taken_back: str | None
    operation: str | None
    version: int | None
    changed_at: datetime | None
    inserted: str | None
    next_operation: str | None
    next_version: int | None
    since: datetime | None

    @property
    def is_there(self) -> bool:
        """Whether the row is in its table, deleted or not."""
        return self.present is not None


async def read_past_at(
    db: Queries,
    info: ModelInfo,
    id: UUID,  # noqa: A002  (the column's name)
    moment: datetime,
    *,
    seen: Predicate | None = None,
    told: Predicate | None = None,
) -> Past:
    """Return what is known of a row at a time; changes of that very time had happened.

    Args:
        db: the database, or a transaction.
        info: the row's model.
        id: the row's.
        moment: the time.
        seen: which rows are seen; all where not given.
        told: the past of which rows may be told; likewise.
    """
    return await _read(db, info, id, "changed_at <= $3", moment, seen=seen, told=told)


async def read_past_version(
    db: Queries,
    info: ModelInfo,
    id: UUID,  # noqa: A002  (as above)
    version: int,
    *,
    seen: Predicate | None = None,
    told: Predicate | None = None,
) -> Past:
    """Return what is known of a row when it had a version; the newest such, if an id came twice.

    Arguments as for `read_past_at`.
    """
    condition = "version = $3 AND operation <> 'delete'"
    return await _read(db, info, id, condition, version, seen=seen, told=told)


async def _read(
    db: Queries,
    info: ModelInfo,
    id: UUID,  # noqa: A002  (as above)
    condition: str,
    place: Any,
    *,
    seen: Predicate | None,
    told: Predicate | None,
) -> Past:
    is_seen = condition_text(info.model, seen, table="Live", after=3)
    values = (id, info.table, place, *is_seen.values)
    is_told = condition_text(info.model, told, table="Live", after=len(values))
    text = _PAST.format(
        table=quote_identifier(info.table),
        condition=condition,
        seen=is_seen.text,
        told=is_told.text,
    )
    found: Any = await db.one(sql(text, *values, *is_told.values))
    return Past(*found)
