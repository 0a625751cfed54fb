"""Whether an expression can be NULL, as far as its shape and the declarations say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from drystone.schema.expressions.shapes import (
    Call,
    ColumnShape,
    Junction,
    Keyword,
    Negation,
    Operation,
    Parameter,
    Shape,
    Subquery,
    Suffix,
)

from .steps import Group, Having, SelectOutputs

if TYPE_CHECKING:
    from drystone.schema.model.column_info import ColumnInfo

_NEVER: Final = frozenset({"count", "now", "row_number", "rank", "dense_rank", "to_tsvector"})
# NULL where one of their arguments is, and else not.
_STRICT: Final = frozenset({"lower", "upper", "char_length", "cardinality", "abs", "date_trunc"})
_SEES_NULL: Final = frozenset({"IS DISTINCT FROM", "IS NOT DISTINCT FROM"})
# Of a document, what stands under a path may be missing.
_PATHS: Final = frozenset({"->", "->>", "#>", "#>>"})


def may_be_null(shape: Shape) -> bool:
    """Tell whether a value can be NULL; True where nothing says that it cannot."""
    match shape:
        case ColumnShape():
            steps = cast("tuple[ColumnInfo, ...]", (*shape.path, shape.column))
            return any(one.nullable for one in steps)
        case Suffix() | Keyword() | Parameter():
            return False
        case Junction():
            return any(may_be_null(part) for part in shape.parts)
        case Negation():
            return may_be_null(shape.part)
        case Operation():
            return _operation_may(shape)
        case Call():
            return _call_may(shape)
        case Subquery():
            return _subquery_may(shape)
        case _:
            return True


def _operation_may(shape: Operation) -> bool:
    if shape.operator in _SEES_NULL:
        return False
    parts = may_be_null(shape.left) or may_be_null(shape.right)
    return parts or shape.operator in _PATHS


def _call_may(shape: Call) -> bool:
    if shape.name in _NEVER:
        return False
    if shape.name == "coalesce":
        return all(may_be_null(one) for one in shape.arguments)
    if shape.name in _STRICT:
        return any(may_be_null(one) for one in shape.arguments)
    return True


def _subquery_may(shape: Subquery) -> bool:
    if shape.form in {"EXISTS", "ARRAY"}:
        return False
    # A count over all rows found has one row, whatever was found; other selects may have none.
    steps = cast("tuple[object, ...]", shape.query)
    if any(isinstance(step, Group | Having) for step in steps):
        return True
    return not any(
        isinstance(step, SelectOutputs)
        and isinstance(call := step.outputs[0].shape, Call)
        and call.name == "count"
        and call.window is None
        for step in steps
    )
