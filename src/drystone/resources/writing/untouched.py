"""Why a statement changed no row: asked once it is known that it did not.

The statement that writes says no more than that one of its conditions did not hold; to
ask beforehand would cost every write a statement more, and the answer could be wrong by
the time of the write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.db.failures import TransactionConflict
from drystone.db.query.select import select
from drystone.errors import NotFound, Problem, ValidationFailed, Violation
from drystone.schema.json_pointer import format_pointer
from drystone.schema.model.model_meta import describe

from .preconditions import refuse_version
from .references import given_references, locks_for_change, missing, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.db.queries import Queries
    from drystone.schema.expressions.expression import Predicate

    from .change import Change


def moved_on() -> Problem:
    """Return the refusal where nothing stands in the way any more: another try may do."""
    return TransactionConflict()


def conditions_on_row(model: type[Any], change: Change) -> list[Predicate]:
    """Return what says which row a change is about, and at which versions."""
    rows = [] if change.rows is None else [change.rows]
    return [model.id == change.id, *rows, *change.preconditions.predicates(model.version)]


def echoes(model: type[Any], change: Change) -> list[Predicate]:
    """Return the tests that read-only fields are as they were sent along."""
    return [getattr(model, name).same_as(value) for name, value in change.echoed.items()]


async def explain_untouched(queries: Queries, model: type[Any], change: Change) -> Problem:
    """Return why a live row was not changed: the first of 404, 412 and 422 that applies."""
    tests = [*echoes(model, change), *locks_for_change(model, change.values)]
    rows = [] if change.rows is None else [change.rows]
    query = select(model.version, model.id, *tests).where(model.id == change.id, *rows)
    found = await queries.first(query)
    if found is None:
        return NotFound()
    version, _, *answers = found
    if not change.preconditions.allow(version):
        return refuse_version(version)
    faults = [
        fault for fault, is_fine in zip(_faults(model, change), answers, strict=True) if not is_fine
    ]
    return ValidationFailed(errors=faults) if faults else moved_on()


def _faults(model: type[Any], change: Change) -> Iterator[Violation]:
    """Yield what is wrong where the tests above fail, in their order."""
    info = describe(model)
    for name in change.echoed:
        pointer = format_pointer([info.column(name).name])
        detail = "is read-only, and not what is stored"
        yield Violation(code="read_only", detail=detail, pointer=pointer)
    for column, _ in given_references(model, change.values):
        if describe(target_of(column)).soft_delete:
            yield missing(column)
