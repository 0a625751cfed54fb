"""A new row, in one statement: references locked, the row inserted and written as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.db.query.insert import insert
from drystone.db.query.json_rows import stored_row
from drystone.errors import Problem, ValidationFailed

from .change import StoredRow
from .references import find_missing, given_references, locks_for
from .untouched import moved_on

if TYPE_CHECKING:
    from drystone.db.queries import Queries

    from .change import Change


async def create_row(queries: Queries, model: type[Any], change: Change) -> StoredRow:
    """Insert a row.

    Raises:
        ValidationFailed: a reference leads to no live row.
        Problem: what the database refuses.
    """
    row = model(id=change.id, **change.values)
    statement = insert(row).only_if(*locks_for(model, change.values))
    found = await queries.first(stored_row(statement))
    if found is None:
        raise await _explain(queries, model, change)
    return StoredRow(*found)


async def _explain(queries: Queries, model: type[Any], change: Change) -> Problem:
    faults = await find_missing(queries, given_references(model, change.values))
    return ValidationFailed(errors=faults) if faults else moved_on()
