"""A row that is deleted: by a mark, for good, and back.

One statement where no other model refers to the row's, or the foreign keys do the rest.
A row that others may refer to is locked FOR UPDATE before it is marked: what is about to
refer to it, by whatever statement, has been committed then and is seen, or waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.db.query.change import delete, purge, restore
from drystone.db.query.select import select
from drystone.errors import Conflict, NotFound, Problem, ReferenceViolation
from drystone.schema.model.model_meta import describe

from .dependents import cascades_to, delete_dependents, restore_dependents
from .preconditions import refuse_version
from .references import find_missing, given_references, locks_for_restored
from .untouched import (
    conditions_on_row,
    explain_forbidden,
    explain_untouched,
    moved_on,
    permitted_row,
)

if TYPE_CHECKING:
    from drystone.db.queries import Queries

    from .change import Change, StoredRow
    from .referrers import Referrers
    from .stored_form import StoredForm


async def delete_row(
    queries: Queries, referrers: Referrers, model: type[Any], change: Change, form: StoredForm
) -> StoredRow:
    """Mark a live row as deleted, or remove it where its model keeps no deleted rows.

    Args:
        queries: a transaction, where `deletes_alone` says no.
        referrers: of all models.
        model: the row's.
        change: which row.
        form: how the row comes back.

    Returns:
        The row as it is marked, or was.

    Raises:
        NotFound: there is no such live row.
        PreconditionFailed: it is at another version.
        ReferenceViolation: others refer to it, and restrict its deletion.
    """
    conditions = conditions_on_row(model, change)
    is_alone = deletes_alone(referrers, model)
    if not is_alone:
        await queries.all(select(model.id).where(*permitted_row(model, change)).for_update())
    found = await queries.first(form.of(delete(model).where(*conditions).returning()))
    if found is None:
        raise await explain_untouched(queries, model, change)
    if not is_alone:
        await delete_dependents(queries, referrers, model, [change.id])
    return form.row(found)


def deletes_alone(referrers: Referrers, model: type[Any]) -> bool:
    """Tell whether a deletion is one statement."""
    return not describe(model).soft_delete or not referrers.of(model)


def restores_alone(referrers: Referrers, model: type[Any]) -> bool:
    """Tell whether taking a deletion back is one statement."""
    return not cascades_to(referrers, model)


async def purge_row(
    queries: Queries, model: type[Any], change: Change, form: StoredForm
) -> StoredRow:
    """Remove a row for good, live or deleted; foreign keys deal with those that refer to it.

    Returns:
        The row as it was.

    Raises:
        NotFound: there is no such row.
        PreconditionFailed: it is at another version.
        Problem: others refer to it, deleted ones included.
    """
    statement = purge(model).with_deleted().where(*conditions_on_row(model, change)).returning()
    found = await queries.first(form.of(statement))
    if found is None:
        raise await _explain_unremoved(queries, model, change)
    return form.row(found)


async def restore_row(
    queries: Queries, referrers: Referrers, model: type[Any], change: Change, form: StoredForm
) -> StoredRow:
    """Take a deletion back, and that of the rows that went along.

    Args:
        queries: a transaction, where `restores_alone` says no.
        referrers: of all models.
        model: the row's.
        change: which row.
        form: how the row comes back.

    Raises:
        NotFound: there is no such row.
        PreconditionFailed: it is at another version.
        Conflict: it is not deleted.
        ReferenceViolation: it refers to a deleted row.
        Problem: what the database refuses, such as a value that is taken by now.
    """
    is_alone = restores_alone(referrers, model)
    deleted_at = None
    if not is_alone:
        mark = select(model.deleted_at).only_deleted().where(*permitted_row(model, change))
        deleted_at = await queries.first(mark.for_update())
    conditions = [*conditions_on_row(model, change), *locks_for_restored(model)]
    statement = restore(model).where(*conditions).returning()
    found = await queries.first(form.of(statement, visible=change.permission.visible))
    if found is None:
        raise await _explain_unrestored(queries, model, change)
    if deleted_at is not None:
        await restore_dependents(queries, referrers, model, change.id, deleted_at=deleted_at)
    return form.row(found)


async def _explain_unremoved(queries: Queries, model: type[Any], change: Change) -> Problem:
    version = await _find_version(queries, model, change)
    if version is None:
        return NotFound()
    if forbidden := await explain_forbidden(queries, model, change):
        return forbidden
    return moved_on() if change.preconditions.allow(version) else refuse_version(version)


async def _find_version(queries: Queries, model: type[Any], change: Change) -> int | None:
    query = select(model.version).with_deleted().where(model.id == change.id, *change.seen)
    found: int | None = await queries.first(query)
    return found


async def _explain_unrestored(queries: Queries, model: type[Any], change: Change) -> Problem:
    query = select(model).with_deleted().where(model.id == change.id, *change.seen)
    row = await queries.first(query)
    if row is None:
        return NotFound()
    if forbidden := await explain_forbidden(queries, model, change):
        return forbidden
    if row.deleted_at is None:
        return Conflict("The row is not deleted.")
    if not change.preconditions.allow(row.version):
        return refuse_version(row.version)
    values = {one.attribute: getattr(row, one.attribute) for one in describe(model).references}
    faults = await find_missing(queries, given_references(model, values))
    if faults:
        names = ", ".join(str(fault.pointer)[1:] for fault in faults)
        return ReferenceViolation(f"It refers to what is deleted: {names}.", errors=faults)
    return moved_on()
