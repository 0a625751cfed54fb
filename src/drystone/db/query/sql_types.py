"""Column types → the names of PostgreSQL's types, where a parameter has to name its own."""

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

_NAMES: Final[dict[type, str]] = {
    TextType: "text",
    IntegerType: "bigint",
    FloatType: "double precision",
    DecimalType: "numeric",
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
    """Return the type of a value of the column; integers of any width as `bigint`.

    >>> sql_type(ArrayType(item=TextType()))
    'text[]'
    """
    match kind:
        case ArrayType():
            return f"{sql_type(kind.item)}[]"
        case ChoiceType():
            return "text" if kind.kind == "text" else "bigint"
        case _:
            return _NAMES[type(kind)]
