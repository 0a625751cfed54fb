"""Functions that no single field has: counts, window functions, dates, alternatives.

What a field's own methods say (`Task.title.lower()`, `Task.priority.max()`) is in
`expression`. PostgreSQL's documentation: chapters 9.9, 9.18, 9.21 and 9.22.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from drystone.schema.expressions.expression import Aggregate, Expression, Predicate
from drystone.schema.expressions.shapes import PARAMETER, UNITS, Call, Junction, Keyword

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

Unit = Literal[
    "microseconds",
    "milliseconds",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "decade",
]


def all_of(predicates: Sequence[Predicate]) -> Predicate | None:
    """Join predicates by AND; None where there are none."""
    return _join("AND", predicates)


def any_of(predicates: Sequence[Predicate]) -> Predicate | None:
    """Join predicates by OR; None where there are none."""
    return _join("OR", predicates)


def _join(operator: Literal["AND", "OR"], predicates: Sequence[Predicate]) -> Predicate | None:
    if len(predicates) < 2:
        return predicates[0] if predicates else None
    values = tuple(value for one in predicates for value in one.values)
    return Predicate(Junction(operator, tuple(one.shape for one in predicates)), values)


def count() -> Aggregate[int]:
    """Return how many rows there are: `count(*)`."""
    return Aggregate(Call("count"))


def row_number() -> Aggregate[int]:
    """Number the rows of a window from 1; needs `.over(…)`."""
    return Aggregate(Call("row_number"))


def rank() -> Aggregate[int]:
    """Rank the rows of a window with gaps behind ties; needs `.over(…)`."""
    return Aggregate(Call("rank"))


def dense_rank() -> Aggregate[int]:
    """Rank the rows of a window without gaps; needs `.over(…)`."""
    return Aggregate(Call("dense_rank"))


def lag(value: Expression[T], offset: int = 1) -> Aggregate[T | None]:
    """Return the value so many rows before in the window; NULL before the first."""
    return Aggregate(Call("lag", (value.shape, PARAMETER)), (*value.values, offset))


def lead(value: Expression[T], offset: int = 1) -> Aggregate[T | None]:
    """Return the value so many rows behind in the window; NULL behind the last."""
    return Aggregate(Call("lead", (value.shape, PARAMETER)), (*value.values, offset))


def first_value(value: Expression[T]) -> Aggregate[T]:
    """Return the value of the window's first row; needs `.over(…)`."""
    return Aggregate(Call("first_value", (value.shape,)), value.values)


def last_value(value: Expression[T]) -> Aggregate[T]:
    """Return the value of the last row up to this one's peers; needs `.over(…)`."""
    return Aggregate(Call("last_value", (value.shape,)), value.values)


def coalesce(value: Expression[T | None], otherwise: T | Expression[T]) -> Expression[T]:
    """Return the value, or the other one where it is NULL."""
    if isinstance(otherwise, Expression):
        shape = Call("coalesce", (value.shape, otherwise.shape))
        return Expression(shape, value.values + otherwise.values)
    return Expression(Call("coalesce", (value.shape, PARAMETER)), (*value.values, otherwise))


def now() -> Expression[datetime]:
    """Return the time at which the transaction began: the same for all its statements."""
    return Expression(Call("now"))


def date_trunc(
    unit: Unit, moment: Expression[datetime] | Expression[datetime | None]
) -> Expression[datetime]:
    """Return the beginning of the unit, in UTC, that a moment lies in.

    Raises:
        ValueError: there is no such unit.
    """
    if unit not in UNITS:
        raise ValueError(f"{unit!r} is no unit of time; write one of {', '.join(sorted(UNITS))}")
    arguments: tuple[Any, ...] = (Keyword(unit), moment.shape, Keyword("UTC"))
    return Expression(Call("date_trunc", arguments), moment.values)
