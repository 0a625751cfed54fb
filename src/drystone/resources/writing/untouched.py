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
from .references import given_references, is_looked_at, locks_for_change, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.db.queries import Queries
    from drystone.schema.expressions.expression import Predicate

    from .change import Change


def moved_on() -> Problem:
    """Return the refusal where nothing stands in the way any more: another try may do."""
    return TransactionConflict()


def conditions_on_row(model: type[Any], change: Change) -> list[Predicate]:
    """Return what says which row a change is about, for whom, and at which versions."""
    return [*permitted_row(model, change), *change.preconditions.predicates(model.version)]


def permitted_row(model: type[Any], change: Change) -> list[Predicate]:
    """Return what says which row a change is about, if its caller may make it."""
    granted = change.permission.rows
    return [model.id == change.id, *change.seen, *([] if granted is None else [granted])]


def echoes(model: type[Any], change: Change) -> list[Predicate]:
    """Return the tests that read-only fields are as they were sent along."""
    fields = [getattr(model, name).same_as(value) for name, value in change.echoed.items()]
    return [*fields, *(column.same_as(value) for column, value in change.recomputed)]


async def explain_untouched(queries: Queries, model: type[Any], change: Change) -> Problem:
    """Return why a live row was not changed: the first of 404, 403, 412 and 422 that applies."""
    granted = change.permission.rows
    visible = change.permission.visible
    tests = [*echoes(model, change), *locks_for_change(model, change.values, visible)]
    # A key is never NULL: the test of a rule that grants all.
    is_granted = model.id.is_not_null() if granted is None else granted
    query = select(model.version, is_granted, *tests).where(model.id == change.id, *change.seen)
    found = await queries.first(query)
    if found is None:
        return NotFound()
    version, may_be_changed, *answers = found
    if not may_be_changed:
        return change.permission.refuse()
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
        yield _refuse_echo(info.column(name).name, "is read-only, and not what is stored")
    for computed, _ in change.recomputed:
        yield _refuse_echo(computed.info.name, "is computed, and not what it was sent as")
    for column, _ in given_references(model, change.values):
        if is_looked_at(column, change.permission.visible):
            yield missing(column)


async def explain_forbidden(queries: Queries, model: type[Any], change: Change) -> Problem | None:
    """Return the refusal where a row, live or deleted, is seen and may not be changed so."""
    if change.permission.rows is None:
        return None
    query = select(model.id).with_deleted().where(*permitted_row(model, change))
    return None if await queries.first(query) else change.permission.refuse()


def _refuse_echo(name: str, detail: str) -> Violation:
    return Violation(code="read_only", detail=detail, pointer=format_pointer([name]))
