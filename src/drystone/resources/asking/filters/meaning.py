"""Conditions → the predicate that they are, and their text in normal form.

The text is an expression that `filter=` reads, the same for the same conditions in
another order or spelling: the parts of AND and OR are sorted and each is said once, lists
are sorted, values are spelled in one way, fields are called by their name in JSON. A
cursor is bound to it, and the predicate follows its order, so that one prepared statement
serves all orders. Texts that differ may still mean the same: nothing is proved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from drystone.resources.asking.filters.conditions import Condition, Group, Inverse
from drystone.resources.asking.filters.operators import MEMBERSHIP, SYMBOLS, TAKES_LIST
from drystone.resources.asking.filters.value_text import value_text
from drystone.schema.expressions.functions import all_of, any_of
from drystone.schema.model.column_types import ArrayType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from drystone.resources.asking.filters.conditions import Comparison
    from drystone.schema.expressions.expression import Predicate
    from drystone.schema.model.column import Column


class Meaning(NamedTuple):
    """What conditions mean.

    Attributes:
        text: in normal form.
        predicate: for a statement.
        word: what its parts are joined by; None where it is not a group.
        parts: of a group, sorted by their texts.
    """

    text: str
    predicate: Predicate
    word: str | None = None
    parts: tuple[Meaning, ...] = ()


def meaning_of(condition: Condition) -> Meaning:
    """Return what a condition means."""
    match condition:
        case Group():
            return _mean_group(condition)
        case Inverse():
            inner = meaning_of(condition.part)
            return Meaning(f"NOT ({inner.text})", ~inner.predicate)
        case _:
            return _mean_comparison(condition)


def _mean_group(group: Group[Comparison]) -> Meaning:
    by_text = {part.text: part for part in _flatten(group)}
    parts = [by_text[text] for text in sorted(by_text)]
    if len(parts) == 1:
        return parts[0]
    text = f" {group.word} ".join(f"({one.text})" if one.word else one.text for one in parts)
    predicate = (all_of if group.word == "AND" else any_of)([one.predicate for one in parts])
    assert predicate is not None, "a group has parts"  # noqa: S101  (our own fault)
    return Meaning(text, predicate, group.word, tuple(parts))


def _flatten(group: Group[Comparison]) -> Iterator[Meaning]:
    for part in map(meaning_of, group.parts):
        if part.word == group.word:
            yield from part.parts
        else:
            yield part


def _mean_comparison(comparison: Comparison) -> Meaning:
    field, operator, values = comparison.field, comparison.operator, comparison.values
    if operator == "null":
        symbol = "=" if values[0] else "!="
        return Meaning(f"{field.name} {symbol} null", _null(field.column, *values))
    spelled = [(value_text(value), value) for value in values]
    if operator in MEMBERSHIP:
        by_text = dict(spelled)
        spelled = [(text, by_text[text]) for text in sorted(by_text)]
    text = ", ".join(text for text, _ in spelled)
    if operator in TAKES_LIST:
        text = f"({text})"
    return Meaning(
        f"{field.name} {_WRITTEN.get(operator, operator)} {text}",
        _compare(field.column, operator, [value for _, value in spelled]),
    )


_WRITTEN: Final = {word: symbol for symbol, word in SYMBOLS.items()}


def _compare(column: Column[Any], operator: str, values: list[Any]) -> Predicate:
    """Return the predicate of a comparison.

    The one place where it is made: references lead to one row each, and become joins in
    `db/query`. A path to many rows would be wrapped into EXISTS here.
    """
    if operator == "contains" and isinstance(column.info.type, ArrayType):
        return column.has(values[0])
    return _PREDICATES[operator](column, values)


def _null(column: Column[Any], is_null: bool) -> Predicate:
    return column.is_null() if is_null else column.is_not_null()


_PREDICATES: Final[dict[str, Callable[[Column[Any], list[Any]], Predicate]]] = {
    "eq": lambda column, values: column == values[0],
    "ne": lambda column, values: column != values[0],
    "gt": lambda column, values: column > values[0],
    "gte": lambda column, values: column >= values[0],
    "lt": lambda column, values: column < values[0],
    "lte": lambda column, values: column <= values[0],
    "in": lambda column, values: column.in_(values),
    "nin": lambda column, values: column.not_in(values),
    "between": lambda column, values: column.between(*values),
    "contains": lambda column, values: column.contains(values[0]),
    "starts": lambda column, values: column.starts_with(values[0]),
    "ends": lambda column, values: column.ends_with(values[0]),
}
