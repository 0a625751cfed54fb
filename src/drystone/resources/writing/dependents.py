"""Rows that refer to one that is marked as deleted, or whose mark is taken back.

A foreign key's ON DELETE knows nothing of marks, so what it declares is done here, by
statements in the same transaction: `restrict` refuses, `null` empties the reference,
`cascade` deletes the rows that refer, and so on with those that refer to them. Whether
anything is restricted is looked at last, when all that goes along is gone. Deleting for
good needs none of this: there the foreign keys do it.

Taken back are, with the row, those that went along with it: what a cascade leads to and
what carries the same mark, now() of one transaction. Those of them that refer to
something else that is deleted by now stay deleted, and what was set to NULL stays NULL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.db.query.change import delete, restore, update
from drystone.db.query.select import exists, select
from drystone.schema.model.model_meta import describe

from .breaches import referred_by
from .references import locks_for_restored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from drystone.db.queries import Queries

    from .referrers import Referrer, Referrers


async def delete_dependents(
    queries: Queries, referrers: Referrers, model: type[Any], ids: Sequence[UUID]
) -> None:
    """Do what is declared with the live rows that refer to rows just marked as deleted.

    Args:
        queries: the transaction that marked them.
        referrers: of all models.
        model: theirs.
        ids: theirs.

    Raises:
        ReferenceViolation: there are some whose references restrict the deletion.
    """
    waiting = [(model, ids)]
    restricted: list[tuple[Referrer, Sequence[UUID]]] = []
    while waiting:
        target, gone = waiting.pop()
        for referrer in referrers.of(target):
            if referrer.on_delete == "restrict":
                restricted.append((referrer, gone))
            elif referrer.on_delete == "null":
                await queries.execute(_empty(referrer, gone))
            elif (those := await _delete(queries, referrer, gone)) is not None:
                waiting.append((referrer.model, those))
    await _refuse_if_referred(queries, restricted)


def _empty(referrer: Referrer, gone: Sequence[UUID]) -> Any:
    column = referrer.column
    return update(referrer.model).set(column, None).where(column.in_(gone))


async def _delete(
    queries: Queries, referrer: Referrer, gone: Sequence[UUID]
) -> Sequence[UUID] | None:
    """Delete the rows that refer; return those that are marked, None without any."""
    model = referrer.model
    statement = delete(model).where(referrer.column.in_(gone)).returning(model.id)
    those = await queries.all(statement)
    # Gone for good, they have taken their own along by foreign keys.
    return those if those and describe(model).soft_delete else None


async def _refuse_if_referred(
    queries: Queries, restricted: Sequence[tuple[Referrer, Sequence[UUID]]]
) -> None:
    if not restricted:
        return
    tests = [
        exists(select(referrer.model).where(referrer.column.in_(gone)))
        for referrer, gone in restricted
    ]
    _, *found = await queries.one(select(tests[0], *tests))
    places = [
        (describe(referrer.model).table, referrer.info.name)
        for (referrer, _), is_there in zip(restricted, found, strict=True)
        if is_there
    ]
    if places:
        raise referred_by(list(dict.fromkeys(places)))


async def restore_dependents(
    queries: Queries,
    referrers: Referrers,
    model: type[Any],
    row_id: UUID,
    *,
    deleted_at: datetime,
) -> None:
    """Take back the deletion of rows that were deleted along with one.

    Args:
        queries: the transaction that restored it.
        referrers: of all models.
        model: the row's.
        row_id: the row's.
        deleted_at: the mark that it carried.
    """
    waiting: list[tuple[type[Any], Sequence[UUID]]] = [(model, [row_id])]
    while waiting:
        target, those = waiting.pop()
        for referrer in cascades_to(referrers, target):
            dependent = referrer.model
            went_along = (referrer.column.in_(those), dependent.deleted_at == deleted_at)
            others = locks_for_restored(dependent, besides=referrer.info)
            statement = restore(dependent).where(*went_along, *others).returning(dependent.id)
            restored = await queries.all(statement)
            if restored:
                waiting.append((dependent, restored))


def cascades_to(referrers: Referrers, model: type[Any]) -> list[Referrer]:
    """Return the references of rows that are marked along with a model's."""
    return [
        one
        for one in referrers.of(model)
        if one.on_delete == "cascade" and describe(one.model).soft_delete
    ]
