"""The rows behind or before a place in an order: keyset pagination as a predicate.

A place is what the sort terms were in one row, as PostgreSQL wrote them
(`page_text.py`); PostgreSQL reads them back, each as text cast to its type. The order must
be total, so its last term is a key.

NULL counts as greater than everything, as in `ORDER BY` without more words. With that,
for terms a, b and the key in one direction, and without NULLs in the way, the rows behind
a place are those of one comparison, which an index on (a, b, id) answers where it begins:

    (a, b, id) > (a0, b0, id0)

and of mixed directions, or with NULLs, those of a chain whose first condition still tells
the index where to begin:

    a >= a0 AND (a > a0 OR (b < b0 OR (b = b0 AND id > id0)))

Where NULLs of the first term lie ahead, or lie behind, these are two ranges of an index, and
joined by OR PostgreSQL would read them as one whole walk with a filter. They are told apart,
so that a page can be taken from each:

    (a, id) > (a0, id0)       a IS NULL                     behind a value, ascending
    a IS NULL AND id < id0    a IS NOT NULL                 behind a NULL, descending

References: Winand, "We need tool support for keyset pagination"; PostgreSQL, chapter
9.25.5 (row comparison).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, cast

import msgspec

from drystone.db.ddl.sql_types import sql_type
from drystone.schema.expressions.expression import Predicate
from drystone.schema.expressions.shapes import (
    Call,
    ColumnShape,
    Operation,
    Parameter,
    Suffix,
)

from .kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from drystone.schema.expressions.expression import Order
    from drystone.schema.expressions.shapes import Shape
    from drystone.schema.model.column_info import ColumnInfo

# These give `real`, whose text would be another number as `double precision`.
_REAL: Final = frozenset({"ts_rank", "similarity"})
_PLACE: Final = msgspec.json.Decoder(list[str | None])


class PlaceError(ValueError):
    """A place that cannot be one of this order."""


class _Term(NamedTuple):
    """A term of the order, and what it was in the row at the place."""

    shape: Shape
    values: tuple[object, ...]
    value: str | None
    ascends: bool
    may_be_null: bool

    @property
    def is_bounded(self) -> bool:
        """Whether the rows behind it are one range: no NULLs among them."""
        return self.value is not None and not (self.ascends and self.may_be_null)

    @property
    def parameter(self) -> Parameter:
        return Parameter(f"text::{_type_of(self.shape)}")


def seek(order: Sequence[Order], place: str, *, inclusive: bool = False) -> tuple[Predicate, ...]:
    """Return predicates for the rows that come behind a place: each is of one of them.

    Args:
        order: the terms by which the rows are sorted, the last one a key; reversed, for
            those before the place.
        place: as `json_page` gave it.
        inclusive: whether the row at the place belongs to them.

    Raises:
        PlaceError: the place is of another order.
        ValueError: a term says where its NULLs stand, or is of no type that can be told.
    """
    if any(one.shape.nulls for one in order):
        raise ValueError("NULLs stand where PostgreSQL puts them in an order with places")
    values = _read(place)
    if len(values) != len(order) or values[-1] is None:
        raise PlaceError(f"a place of {len(values)} values in an order of {len(order)} terms")
    terms = [
        _Term(
            one.shape.operand,
            one.values,
            value,
            ascends=not one.shape.descending,
            may_be_null=_may_be_null(one.shape.operand),
        )
        for one, value in zip(order, values, strict=True)
    ]
    return tuple(_ranges(terms, inclusive=inclusive))


def reverse(order: Sequence[Order]) -> tuple[Order, ...]:
    """Return the terms for the opposite order."""
    return tuple(
        type(one)(one.shape._replace(descending=not one.shape.descending), one.values)
        for one in order
    )


def _read(place: str) -> list[str | None]:
    try:
        return _PLACE.decode(place)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise PlaceError(f"a place that cannot be read: {error}") from None


def _ranges(terms: Sequence[_Term], *, inclusive: bool) -> Iterator[Predicate]:
    """Yield what is behind, the NULLs of the first term apart from its values."""
    first, *rest = terms
    if first.is_bounded:
        yield _behind(terms, inclusive=inclusive)
    elif first.value is not None:
        yield _behind([first._replace(may_be_null=False), *rest], inclusive=inclusive)
        yield _test(first, "IS NULL")
    else:
        yield _test(first, "IS NULL") & _behind(rest, inclusive=inclusive)
        if not first.ascends:
            yield _test(first, "IS NOT NULL")


def _behind(terms: Sequence[_Term], *, inclusive: bool) -> Predicate:
    first, *rest = terms
    if all(one.is_bounded and one.ascends == first.ascends for one in terms):
        return _compare_rows(terms, inclusive=inclusive)
    tail = _behind(rest, inclusive=inclusive)
    if first.is_bounded:
        # Behind the value or at it: what is not behind it has its very value.
        return _compare(first, _operator(first, inclusive=True)) & (_strictly(first) | tail)
    (one, *others) = _ranges(terms, inclusive=inclusive)
    return one | others[0] if others else one


def _compare_rows(terms: Sequence[_Term], *, inclusive: bool) -> Predicate:
    operator = _operator(terms[0], inclusive=inclusive)
    if len(terms) == 1:
        return _compare(terms[0], operator)
    left = Call("row", tuple(one.shape for one in terms))
    right = Call("row", tuple(one.parameter for one in terms))
    values = (value for one in terms for value in one.values)
    shape = Operation(operator, left, right)
    return Predicate(shape, (*values, *(one.value for one in terms)))


def _test(term: _Term, suffix: str) -> Predicate:
    return Predicate(Suffix(term.shape, suffix), term.values)


def _strictly(term: _Term) -> Predicate:
    return _compare(term, _operator(term, inclusive=False))


def _compare(term: _Term, operator: str) -> Predicate:
    return Predicate(Operation(operator, term.shape, term.parameter), (*term.values, term.value))


def _operator(term: _Term, *, inclusive: bool) -> str:
    return (">" if term.ascends else "<") + "=" * inclusive


def _type_of(shape: Shape) -> str:
    if isinstance(shape, Call) and shape.name in _REAL:
        return "real"
    kind = kind_of(shape)
    if kind is None:
        raise ValueError(f"the type of {shape!r} cannot be told, so it has no place in an order")
    return sql_type(kind)


def _may_be_null(shape: Shape) -> bool:
    if not isinstance(shape, ColumnShape):
        return True
    return any(one.nullable for one in cast("tuple[ColumnInfo, ...]", (*shape.path, shape.column)))
