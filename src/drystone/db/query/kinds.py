"""What an expression yields: the type of a column, as far as it can be told.

Needed where a value has to be sent or shown by its type: members of an enumeration, texts
that may not hold NUL, JSON that PostgreSQL writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from drystone.schema.expressions.shapes import (
    Call,
    ColumnShape,
    Junction,
    Negation,
    Operation,
    Shape,
    Subquery,
    Suffix,
)
from drystone.schema.model.column_types import (
    ArrayType,
    BooleanType,
    ColumnType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    FloatType,
    IntegerType,
    JSONType,
    TextType,
)

from .steps import SelectOutputs

if TYPE_CHECKING:
    from drystone.schema.model.column_info import ColumnInfo

_INTEGERS: Final = frozenset({"count", "row_number", "rank", "dense_rank", "char_length"})
_TEXTS: Final = frozenset({"lower", "upper"})
_SAME: Final = frozenset({"min", "max", "lag", "lead", "first_value", "last_value", "coalesce"})
_COMPARISONS: Final = frozenset(
    {"=", "<>", "<", "<=", ">", ">=", "IS NOT DISTINCT FROM", "IS DISTINCT FROM", "IN"}
    | {"LIKE", "ILIKE", "NOT ILIKE", "~", "= ANY", "<> ALL", "<@", "@>", "&&", "?", "@@"}
)


def kind_of(shape: Shape) -> ColumnType | None:
    """Return the type of an expression's value; None where it cannot be told."""
    match shape:
        case ColumnShape():
            return cast("ColumnInfo", shape.column).type
        case Junction() | Negation() | Suffix():
            return BooleanType()
        case Operation():
            return _kind_of_operation(shape)
        case Call():
            return _kind_of_call(shape)
        case Subquery():
            return _kind_of_subquery(shape)
        case _:
            return None


def _kind_of_operation(shape: Operation) -> ColumnType | None:
    left = kind_of(shape.left)
    if shape.operator in _COMPARISONS:
        return BooleanType()
    if shape.operator == "%" and isinstance(left, TextType):
        return BooleanType()
    if shape.operator in {"#>", "->"}:
        return JSONType(python=object)
    if shape.operator in {"#>>", "->>", "||"}:
        return TextType()
    return _kind_of_arithmetic(shape.operator, left, kind_of(shape.right))


def _kind_of_arithmetic(
    operator: str, left: ColumnType | None, right: ColumnType | None
) -> ColumnType | None:
    match left, right:
        case DateTimeType(), DateTimeType():
            return DurationType()
        case DateType(), DateType():
            return IntegerType()
        case (DateTimeType(), _) if operator in "+-":
            return DateTimeType()
        case (FloatType(), _) | (_, FloatType()):
            return FloatType()
        case (DecimalType(), _) | (_, DecimalType()):
            return DecimalType()
        case (IntegerType(), _):
            return IntegerType()
        case (DurationType(), _):
            return DurationType()
        case _:
            return None


def _kind_of_call(shape: Call) -> ColumnType | None:
    if shape.name in _INTEGERS:
        return IntegerType()
    if shape.name in _TEXTS:
        return TextType()
    if shape.name in {"ts_rank", "similarity"}:
        return FloatType()
    if shape.name in {"now", "date_trunc"}:
        return DateTimeType()
    inner = kind_of(shape.arguments[0]) if shape.arguments else None
    if shape.name == "array_agg":
        return None if inner is None else ArrayType(item=inner)
    if shape.name == "avg":
        return DecimalType() if isinstance(inner, IntegerType) else inner
    if shape.name in _SAME or shape.name == "sum":
        return inner
    return None


def _kind_of_subquery(shape: Subquery) -> ColumnType | None:
    if shape.form == "EXISTS":
        return BooleanType()
    inner = None
    for step in cast("tuple[object, ...]", shape.query):
        if isinstance(step, SelectOutputs):
            inner = kind_of(step.outputs[0].shape)
    return ArrayType(item=inner) if shape.form == "ARRAY" and inner is not None else inner
