"""The operators of filters, and which of them a type has.

    eq ne                     equal, not equal: of everything but arrays and JSON
    in nin                    one of a list, none of it: of the same, true and false aside
    gt gte lt lte between     of what has an order: numbers, times, text, ids
    contains starts ends      of text, ignoring case; `contains` of an array: it holds the item
    null                      of everything: `true` is IS NULL, `false` IS NOT NULL

They mean what they mean in SQL, as PostgREST's users expect: a row whose column is NULL is
found by `null` alone, by `ne` and `nin` no more than by `eq`. Whoever wants such rows too
writes `filter=assignee != "…" OR assignee = null`.

References have no order, though their ids have one; choices that are text have none
either. JSON is not compared: what it holds is no field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.schema.model.column_types import (
    ArrayType,
    BooleanType,
    BytesType,
    ChoiceType,
    ColumnType,
    JSONType,
    TextType,
)

if TYPE_CHECKING:
    from drystone.schema.model.column_info import ColumnInfo

EQUALITY: Final = ("eq", "ne")
ORDER: Final = ("gt", "gte", "lt", "lte", "between")
MEMBERSHIP: Final = ("in", "nin")
WORDS: Final = ("contains", "starts", "ends")
OPERATORS: Final = frozenset((*EQUALITY, *ORDER, *MEMBERSHIP, *WORDS, "null"))

# Those that take several values: lists with commas, or in parentheses in an expression.
TAKES_LIST: Final = frozenset({"in", "nin", "between"})

# How operators are written in an expression, besides their words.
SYMBOLS: Final = {"=": "eq", "!=": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}


def operators_of(column: ColumnInfo) -> tuple[str, ...]:
    """Return the operators that a column can be filtered by."""
    if column.reference is not None:
        return (*EQUALITY, *MEMBERSHIP, "null")
    return (*_operators_of(column.type), "null")


def _operators_of(kind: ColumnType) -> tuple[str, ...]:
    match kind:
        case JSONType():
            return ()
        case ArrayType():
            return () if isinstance(kind.item, ArrayType | JSONType) else ("contains",)
        case BooleanType():
            return EQUALITY
        case BytesType() | ChoiceType(kind="text"):
            return (*EQUALITY, *MEMBERSHIP)
        case TextType():
            return (*EQUALITY, *ORDER, *MEMBERSHIP, *WORDS)
        case _:
            return (*EQUALITY, *ORDER, *MEMBERSHIP)


def operand_type(kind: ColumnType, operator: str) -> ColumnType:
    """Return the type of what a column is compared with by an operator."""
    if operator == "null":
        return BooleanType()
    return kind.item if isinstance(kind, ArrayType) else kind
