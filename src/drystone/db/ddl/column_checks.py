"""The bounds of a column → CHECK constraints.

What is said of each item of an array is checked where one expression can say it: ranges
and choices. Lengths and patterns of items would need a function for each; they are held
to at the edge alone (`schema/model/bodies`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.ddl.literals import literal
from drystone.db.ddl.names import object_name
from drystone.db.ddl.records import Constraint, Fault
from drystone.db.ddl.sql_types import sql_type
from drystone.schema.constraints import count_of
from drystone.schema.model.column_info import ColumnInfo
from drystone.schema.model.column_types import (
    ArrayType,
    BytesType,
    ChoiceType,
    DecimalType,
    FloatType,
    IntegerType,
    TextType,
)

# A condition, the word that ends its name, the code and the phrase for callers.
_Check = tuple[str, str, str, str]


def column_checks(column: ColumnInfo) -> Iterator[Constraint]:
    """Yield the checks of a column's own bounds."""
    for condition, word, code, detail in _checks(quote_identifier(column.name), column.type):
        yield Constraint(
            name=object_name(column.table, column.name, word),
            kind="check",
            definition=f"CHECK ({condition})",
            fault=Fault((column.name,), code, detail),
        )


def _checks(name: str, kind: Any) -> Iterator[_Check]:
    match kind:
        case TextType():
            yield from _length(f"char_length({name})", kind, "characters")
            if kind.pattern is not None:
                said = f"must match the pattern {kind.pattern}"
                yield f"{name} ~ {literal(kind.pattern)}", "pattern", "pattern", said
        case BytesType():
            yield from _length(f"octet_length({name})", kind, "bytes")
        case IntegerType() | FloatType() | DecimalType():
            yield from _range(name, kind.minimum, kind.maximum)
        case ChoiceType():
            choices = ", ".join(literal(value) for value in kind.values)
            said = ", ".join(
                f'"{one}"' if isinstance(one, str) else f"{one}" for one in kind.values
            )
            yield f"{name} IN ({choices})", "choice", "enum", f"must be one of {said}"
        case ArrayType():
            yield f"array_position({name}, NULL) IS NULL", "items", "type", "must not hold null"
            yield from _length(f"cardinality({name})", kind, "items")
            yield from _items(name, kind)
        case _:
            pass


def _items(name: str, kind: ArrayType) -> Iterator[_Check]:
    match kind.item:
        case ChoiceType() as item:
            choices = ", ".join(literal(value) for value in item.values)
            condition = f"{name} <@ ARRAY[{choices}]::{sql_type(kind)}"
            yield condition, "choice", "enum", "must hold the choices that there are"
        case IntegerType() | FloatType() | DecimalType() as item:
            bounds = [(item.minimum, "<="), (item.maximum, ">=")]
            parts = [
                f"{literal(one)} {sign} ALL ({name})" for one, sign in bounds if one is not None
            ]
            if parts:
                yield (
                    " AND ".join(parts),
                    "range",
                    "too_large",
                    _between(item.minimum, item.maximum),
                )
        case _:
            pass


def _length(measure: str, kind: TextType | BytesType | ArrayType, unit: str) -> Iterator[_Check]:
    low, high = kind.min_length or None, kind.max_length
    verb = "hold" if unit == "items" else "be"
    if low is not None and high is not None:
        many = count_of(high, unit)
        said = f"must {verb} {many}" if low == high else f"must {verb} {low} to {many}"
        yield _bounds(measure, low, high), "length", "too_long", said
    elif high is not None:
        yield (
            f"{measure} <= {high}",
            "length",
            "too_long",
            f"must {verb} at most {count_of(high, unit)}",
        )
    elif low is not None:
        yield (
            f"{measure} >= {low}",
            "length",
            "too_short",
            f"must {verb} at least {count_of(low, unit)}",
        )


def _range(name: str, low: Any, high: Any) -> Iterator[_Check]:
    if low is None and high is None:
        return
    code = "too_small" if high is None else "too_large"
    yield _bounds(name, low, high), "range", code, _between(low, high)


def _between(low: Any, high: Any) -> str:
    if low is None:
        return f"must be at most {high}"
    return f"must be at least {low}" if high is None else f"must be from {low} to {high}"


def _bounds(measured: str, low: Any, high: Any) -> str:
    if low is None:
        return f"{measured} <= {literal(high)}"
    if high is None:
        return f"{measured} >= {literal(low)}"
    if low == high:
        return f"{measured} = {literal(low)}"
    return f"{measured} BETWEEN {literal(low)} AND {literal(high)}"
