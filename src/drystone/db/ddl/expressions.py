"""Expressions of a declaration → SQL text with their values in it.

A check, an index or a condition stands in a statement that takes no parameters. The
values are those of the declaration, written by `literals`. Columns are those of the one
row, so they stand without their table. What needs other rows is refused: aggregates,
windows, subqueries, references followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from drystone.db.catalog.identifiers import quote_identifier, quote_literal
from drystone.db.ddl.literals import json_literal, literal
from drystone.schema.expressions.shapes import (
    FUNCTIONS,
    KEYWORDS,
    OPERATORS,
    SUFFIXES,
    Call,
    ColumnShape,
    Junction,
    Keyword,
    Negation,
    Operation,
    OrderShape,
    Parameter,
    Shape,
    Suffix,
)
from drystone.schema.model.rules import PERIODS

if TYPE_CHECKING:
    from typing import Any

    from drystone.schema.expressions.expression import Expression, Order

_COMPOUND: Final = (Operation, Junction, Negation, Suffix)
_OF_MANY_ROWS: Final = frozenset("count sum avg min max bool_and bool_or array_agg".split())
_FUNCTIONS: Final = (FUNCTIONS | PERIODS) - _OF_MANY_ROWS
_NULLS: Final = {None: "", "first": " NULLS FIRST", "last": " NULLS LAST"}


class UnwritableExpression(Exception):
    """An expression that cannot stand in a table's definition; the text says why."""


def expression_text(expression: Expression[Any]) -> str:
    """Return the text of an expression over the columns of one row.

    Raises:
        UnwritableExpression: it needs more than the row, or holds a value without a constant.
    """
    return _write_all(expression.shape, expression.values)


def term_text(term: Expression[Any] | Order, *, operator_class: str = "") -> str:
    """Return the text of what an index orders by: in parentheses unless a column or a call.

    Args:
        term: an expression, or one with its order.
        operator_class: how the index compares it.

    Raises:
        UnwritableExpression: as for `expression_text`.
    """
    shape = term.shape
    operand = shape.operand if isinstance(shape, OrderShape) else shape
    text = _write_all(operand, term.values)
    if not isinstance(operand, ColumnShape):
        text = f"({text})"
    if operator_class:
        text = f"{text} {operator_class}"
    if isinstance(shape, OrderShape):
        return text + " DESC" * shape.descending + _NULLS[shape.nulls]
    return text


def _write_all(shape: Shape, values: tuple[object, ...]) -> str:
    waiting = iter(values)
    text = _write(shape, waiting)
    if next(waiting, waiting) is not waiting:
        raise UnwritableExpression("has more values than places for them")
    return text


def _write(shape: Shape, values: Iterator[object]) -> str:
    match shape:
        case ColumnShape(path=()):
            return quote_identifier(shape.column.name)
        case Parameter():
            return _constant(next(values), shape.cast)
        case Keyword() if shape.text in KEYWORDS:
            return quote_literal(shape.text)
        case Operation() if shape.operator in OPERATORS:
            left = _operand(shape.left, values)
            if shape.operator in {"= ANY", "<> ALL"}:
                return f"{left} {shape.operator} ({_write(shape.right, values)})"
            return f"{left} {shape.operator} {_operand(shape.right, values)}"
        case Suffix() if shape.suffix in SUFFIXES:
            return f"{_operand(shape.operand, values)} {shape.suffix}"
        case Junction():
            return f" {shape.operator} ".join(_operand(part, values) for part in shape.parts)
        case Negation():
            return f"NOT {_operand(shape.part, values)}"
        case Call() if shape.window is None and shape.name in _FUNCTIONS:
            return f"{shape.name}({', '.join(_write(one, values) for one in shape.arguments)})"
        case _:
            raise UnwritableExpression("needs more than the columns of one row; use those alone")


def _operand(shape: Shape, values: Iterator[object]) -> str:
    text = _write(shape, values)
    return f"({text})" if isinstance(shape, _COMPOUND) else text


def _constant(value: object, cast: str | None) -> str:
    try:
        if cast == "jsonb":
            return json_literal(value)
        text = literal(value)
    except (TypeError, ValueError) as error:
        raise UnwritableExpression(
            f"holds a value that no constant can stand for: {error}"
        ) from None
    if text.startswith("-"):
        # Behind another minus it would begin a comment.
        return f"({text})"
    return f"{text}::{cast}" if cast and not text.endswith(f"::{cast}") else text
