"""A statement that yields rows, as far as an expression knows it.

`select` of `db/query` is one. An expression may hold it: as `EXISTS (…)`, as a value, or
behind `IN`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

T_co = TypeVar("T_co", covariant=True)


class Query(Generic[T_co]):
    """A statement whose rows are read as T_co.

    Attributes:
        steps: its shape: the clauses in the order in which they were written.
        values: what its parameters stand for, in the same order.
    """

    __slots__ = ("steps", "values")

    steps: tuple[Hashable, ...]
    values: tuple[object, ...]
