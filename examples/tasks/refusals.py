"""What the database refuses, told in the caller's words: the field, the code, a sentence.

Most faults are found in the body before. What is left is what only the table knows: a
name that is taken, a reference to nothing, a rule over several fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from drystone.db.ddl.constraint_fields import constraint_fields
from drystone.db.failures import Breach, BrokenReference, DuplicateRow, RefusedValue
from drystone.errors import UniqueViolation, ValidationFailed, Violation


@contextmanager
def explained(model: type[Any]) -> Iterator[None]:
    """Name the fields of a model's row that the database refuses within the block.

    Raises:
        UniqueViolation: there is such a row already.
        ValidationFailed: a reference leads nowhere, or a rule is broken.
    """
    try:
        yield
    except DuplicateRow as error:
        # The sentence about several fields begins with the first.
        raise UniqueViolation(errors=find_faults(model, error.breach)[:1]) from error
    except (BrokenReference, RefusedValue) as error:
        faults = find_faults(model, error.breach)
        raise ValidationFailed(None if faults else error.detail, errors=faults) from error


def find_faults(model: type[Any], breach: Breach) -> list[Violation]:
    """Return a violation for each field that a broken rule is about; none if it has no name."""
    fault = constraint_fields(model).get(breach.constraint or "")
    if fault is None:
        return []
    return [
        Violation(code=fault.code, detail=fault.detail, pointer=f"/{column}")
        for column in fault.columns
    ]
