"""Column types → PostgreSQL's (chapter 8)."""

from __future__ import annotations

from typing import Final

from drystone.schema.model.column_types import (
    ArrayType,
    BooleanType,
    BytesType,
    ChoiceType,
    ColumnType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    FloatType,
    IntegerType,
    JSONType,
    TextType,
    TimeType,
    UUIDType,
)

MIN_INT32: Final = -(2**31)
MAX_INT32: Final = 2**31 - 1

_NAMES: Final[dict[type, str]] = {
    TextType: "text",
    FloatType: "double precision",
    BooleanType: "boolean",
    UUIDType: "uuid",
    DateTimeType: "timestamptz",
    DateType: "date",
    TimeType: "time",
    DurationType: "interval",
    BytesType: "bytea",
    JSONType: "jsonb",
}


def sql_type(kind: ColumnType) -> str:
    """Return the type of a column.

    >>> sql_type(IntegerType(minimum=1, maximum=5)), sql_type(IntegerType(minimum=1))
    ('integer', 'bigint')
    """
    match kind:
        case ArrayType():
            return f"{sql_type(kind.item)}[]"
        case IntegerType():
            return "integer" if _fits(kind.minimum, kind.maximum) else "bigint"
        case ChoiceType(kind="text"):
            return "text"
        case ChoiceType():
            values = [int(value) for value in kind.values]
            return "integer" if _fits(min(values), max(values)) else "bigint"
        case DecimalType(precision=None):
            return "numeric"
        case DecimalType():
            return f"numeric({kind.precision},{kind.scale or 0})"
        case _:
            return _NAMES[type(kind)]


def _fits(minimum: int | None, maximum: int | None) -> bool:
    return (
        minimum is not None
        and maximum is not None
        and minimum >= MIN_INT32
        and maximum <= MAX_INT32
    )
