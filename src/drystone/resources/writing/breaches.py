"""What the database refuses → what the caller is told, with the fields that are at fault.

The constraint's name leads back to its fields (`db/ddl/constraint_fields`). What breaks a
rule of another table, such as that of a row that is restored along, names the table and
points nowhere: the body has no such field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from drystone.db.ddl.constraint_fields import constraint_fields
from drystone.db.failures import Breach, BrokenReference, DuplicateRow, RefusedValue, RowsExclude
from drystone.errors import (
    Conflict,
    Problem,
    ReferenceViolation,
    UniqueViolation,
    ValidationFailed,
    Violation,
)
from drystone.schema.json_pointer import format_pointer
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.ddl.records import Fault

Refusal: TypeAlias = DuplicateRow | BrokenReference | RowsExclude | RefusedValue

REFUSALS: Final = (DuplicateRow, BrokenReference, RowsExclude, RefusedValue)

_NOT_NULL: Final = "23502"


@dataclass(frozen=True, slots=True)
class Breaches:
    """Explains what the tables of some models refuse.

    Attributes:
        faults: what breaking a constraint means, by its table and name.
    """

    faults: Mapping[tuple[str, str], Fault]

    def explain(self, refusal: Refusal, model: type[Any], *, is_removal: bool = False) -> Problem:
        """Return the problem to answer with.

        Args:
            refusal: what the database said.
            model: whose row was written.
            is_removal: whether it was to be removed: a broken reference is then one that
                leads to it.
        """
        breach = refusal.breach
        fault = self.faults.get((breach.table or "", breach.constraint or ""))
        if isinstance(refusal, BrokenReference) and is_removal:
            return referred_by([(breach.table or "", fault.columns[0] if fault else None)])
        is_own = breach.table == describe(model).table
        if fault is None:
            columns = {one.name for one in describe(model).columns} if is_own else set()
            return _explain_unnamed(refusal, breach, columns)
        sentence = f"{fault.columns[0]} {fault.detail}." if fault.columns else None
        if not is_own:
            return Conflict(f"In {breach.table}: {sentence or breach.constraint}")
        # A check's faults say it all; one sentence is enough of what a unique rule says.
        is_check = isinstance(refusal, RefusedValue)
        return _problem(refusal, None if is_check else sentence, _violations(fault))


def find_breaches(models: Sequence[type[Any]]) -> Breaches:
    """Return what explains the refusals of these models' tables."""
    return Breaches(
        {
            (describe(model).table, name): fault
            for model in models
            for name, fault in constraint_fields(model).items()
        }
    )


def referred_by(places: Sequence[tuple[str, str | None]]) -> ReferenceViolation:
    """Return the refusal to delete a row that others refer to.

    Args:
        places: tables and columns that refer to it.
    """
    named = ", ".join(f"{table} by {column}" if column else table for table, column in places)
    return ReferenceViolation(f"Other rows refer to it: {named}.")


def _explain_unnamed(refusal: Refusal, breach: Breach, columns: set[str]) -> Problem:
    """Return the problem for a rule that no model declares, or a value that has no name."""
    if breach.sqlstate == _NOT_NULL and breach.column in columns:
        pointer = format_pointer([breach.column])
        fault = Violation(code="required", detail="is required", pointer=pointer)
        return ValidationFailed(errors=[fault])
    return _problem(refusal, refusal.detail, ())


def _problem(refusal: Refusal, detail: str | None, errors: Sequence[Violation]) -> Problem:
    match refusal:
        case DuplicateRow():
            return UniqueViolation(detail, errors=errors)
        case RowsExclude():
            return Conflict(detail, errors=errors)
        case _:
            # A reference that leads nowhere is a fault of the body, like any other value.
            return ValidationFailed(detail, errors=errors)


def _violations(fault: Fault) -> list[Violation]:
    return [
        Violation(code=fault.code, detail=fault.detail, pointer=format_pointer([column]))
        for column in fault.columns[:1]
    ]
