"""A row that is changed: PUT and PATCH.

One statement where that suffices: what is set, and every condition on the row, its
version and its references. A patch inside a JSON field needs to read it first, under a
lock, so that nothing gets between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.db.query.change import update
from drystone.db.query.select import select
from drystone.schema.model.bodies import is_read_only
from drystone.schema.model.model_meta import describe

from .merge_body import merge_documents
from .outcome import held_row, outcome_of
from .references import locks_for_change
from .untouched import conditions_on_row, echoes, explain_untouched

if TYPE_CHECKING:
    from drystone.db.queries import Queries
    from drystone.db.query.change import Update
    from drystone.db.query.statement import Statement

    from .change import Change, StoredRow
    from .stored_form import StoredForm


async def update_row(
    queries: Queries, model: type[Any], change: Change, form: StoredForm
) -> StoredRow:
    """Set fields of a live row; a change that sets none returns the row as it is.

    Args:
        queries: a transaction, where the change merges documents.
        model: the row's.
        change: a replacement gives the fields that it leaves out their defaults, secret
            ones aside: who puts back what they read has never seen those.
        form: how the row comes back.

    Raises:
        NotFound: there is no such live row that the caller sees.
        Forbidden: it may not be changed by its caller, or not to this.
        PreconditionFailed: it is at another version.
        ValidationFailed: a reference leads to no live row, a read-only field is not as it
            was sent, or a document is not of its type once it is merged.
        Problem: what the database refuses.
    """
    if change.merges:
        change = await _merge(queries, model, change)
    written = form.of(
        _statement(model, change),
        test=outcome_of(model, change),
        visible=change.permission.visible,
    )
    found = await queries.first(written)
    if found is None:
        raise await explain_untouched(queries, model, change)
    return held_row(form.row(found), change)


async def _merge(queries: Queries, model: type[Any], change: Change) -> Change:
    columns = [getattr(model, name) for name in change.merges]
    query = select(model.version, *columns).where(*conditions_on_row(model, change))
    found = await queries.first(query.for_no_key_update())
    if found is None:
        raise await explain_untouched(queries, model, change)
    stored = dict(zip(change.merges, found[1:], strict=True))
    return change.with_values(merge_documents(model, stored, change.merges))


def _statement(model: type[Any], change: Change) -> Statement[Any]:
    conditions = [
        *conditions_on_row(model, change),
        *echoes(model, change),
        *locks_for_change(model, change.values, change.permission.visible),
    ]
    defaults = _left_to_the_table(model, change)
    if not change.values and not defaults:
        return select(model).within(*conditions)
    statement: Update[Any] = update(model)
    for name, value in change.values.items():
        statement = statement.set(getattr(model, name), value)
    for name in defaults:
        statement = statement.set_default(getattr(model, name))
    return statement.where(*conditions).returning()


def _left_to_the_table(model: type[Any], change: Change) -> list[str]:
    """Return the fields that a replacement leaves out: those whose default is the table's."""
    if change.operation != "replace":
        return []
    return [
        column.attribute
        for column in describe(model).columns
        if not is_read_only(column)
        and not column.is_secret
        and column.attribute not in change.values
    ]
