"""What a row must be like once it is written: the rule of its act, looked at again.

The statement that writes a row tells whether the rule is true of what came out (chapter
6.4, RETURNING); where it is not, the transaction around it is rolled back. A change of
fields that the rule does not look at cannot make a difference, so it needs neither.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from drystone.db.query.steps import Source
from drystone.schema.expressions.shapes import ColumnShape
from drystone.schema.model.bodies import is_read_only
from drystone.schema.model.defaults import Generated
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.schema.expressions.expression import Predicate
    from drystone.schema.expressions.shapes import Shape
    from drystone.schema.model.model_info import ModelInfo

    from .change import Change, StoredRow


def outcome_of(model: type[Any], change: Change) -> Predicate | None:
    """Return the condition on the row that a change makes; None where none can fail."""
    result = change.permission.result
    if result is None or change.operation == "create":
        return result
    looked_at = _looked_at(describe(model), result.shape)
    if looked_at is None:
        return result
    return None if looked_at.isdisjoint(_written(model, change)) else result


def held_row(row: StoredRow, change: Change) -> StoredRow:
    """Return a row that was written, if it may be what it is.

    Args:
        row: as it came back.
        change: what was made.

    Raises:
        Forbidden: it may not.
        Unauthenticated: it may not be made so by a guest.
    """
    if not row.holds:
        raise change.permission.refuse()
    return row


def _written(model: type[Any], change: Change) -> set[str]:
    """Return the names in the table of the columns that a change may give other values."""
    written = {*change.values, *change.merges}
    return {
        one.name
        for one in describe(model).columns
        if one.attribute in written
        # A replacement gives a default to whatever is left out.
        or (change.operation == "replace" and not is_read_only(one))
        # Kept by the database.
        or isinstance(one.default, Generated)
        or one.name in ("version", "updated_at")
    }


@lru_cache(maxsize=1024)
def _looked_at(info: ModelInfo, shape: Shape) -> frozenset[str] | None:
    """Return the columns of the row that a rule looks at; None where that cannot be told."""
    found: set[str] = set()
    for part in _walk(shape):
        if isinstance(part, Source) and part.info.table == info.table:
            # Other rows of its table, of which it may be one.
            return None
        if isinstance(part, ColumnShape):
            column = part.path[0] if part.path else part.column
            if column.table == info.table:
                found.add(column.name)
    return frozenset(found)


def _walk(node: object) -> Iterator[object]:
    yield node
    if isinstance(node, tuple):
        for part in node:
            yield from _walk(part)
