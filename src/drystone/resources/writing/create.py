"""A new row, in one statement: references locked, the row inserted and written as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.db.query.insert import insert
from drystone.errors import Problem, ValidationFailed

from .outcome import held_row, outcome_of
from .references import find_missing, given_references, locks_for
from .untouched import moved_on

if TYPE_CHECKING:
    from drystone.db.queries import Queries

    from .change import Change, StoredRow
    from .stored_form import StoredForm


async def create_row(
    queries: Queries, model: type[Any], change: Change, form: StoredForm
) -> StoredRow:
    """Insert a row.

    Raises:
        ValidationFailed: a reference leads to no live row that the caller sees.
        Forbidden: no such row may be made by its caller.
        Problem: what the database refuses.
    """
    row = model(id=change.id, **change.values)
    visible = change.permission.visible
    statement = insert(row).only_if(*locks_for(model, change.values, visible))
    written = form.of(statement, test=outcome_of(model, change), visible=visible)
    found = await queries.first(written)
    if found is None:
        raise await _explain(queries, model, change)
    return held_row(form.row(found), change)


async def _explain(queries: Queries, model: type[Any], change: Change) -> Problem:
    references = given_references(model, change.values)
    faults = await find_missing(queries, references, change.permission.visible)
    return ValidationFailed(errors=faults) if faults else moved_on()
