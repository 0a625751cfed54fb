"""What a field holds when nothing was given.

    priority: Field[int] = default(3)
    tags: Field[list[str]] = made(list)
    number: Field[int] = made_by_database("nextval('invoice_number')")
    full_name: Field[str] = generated("first_name || ' ' || last_name")

`default` and `made` are known to Python and to the table alike; the other two are known
to the database alone, so an instance has no such value before it was stored: it holds
`msgspec.UNSET` until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Constant:
    """A value, the same each time."""

    value: object


@dataclass(frozen=True, slots=True)
class Factory:
    """A function without arguments; its result is asked for anew each time.

    Attributes:
        function: makes a value in Python.
        sql: an expression that makes a like one in the table, for rows written there.
    """

    function: Callable[[], object]
    sql: str | None = None


@dataclass(frozen=True, slots=True)
class DatabaseDefault:
    """An SQL expression that the table computes when nothing is given."""

    sql: str


@dataclass(frozen=True, slots=True)
class Generated:
    """An SQL expression over the row's other columns; always computed, never written."""

    sql: str


Default: TypeAlias = Constant | Factory | DatabaseDefault | Generated


def default(value: object) -> Any:
    """Declare the value of a field that was not given; None where it may be NULL."""
    # Any, since a checker compares it with `Field[…]`: the class statement judges the value.
    return Constant(value)


def made(factory: Callable[[], object], *, sql: str | None = None) -> Any:
    """Declare a function that makes the value of a field that was not given.

    Args:
        factory: is called without arguments.
        sql: an expression that makes a like value for rows that are written in SQL.
    """
    return Factory(factory, sql)


def made_by_database(sql: str) -> Any:
    """Declare an SQL expression that makes the value, such as `now()`."""
    return DatabaseDefault(sql)


def generated(sql: str) -> Any:
    """Declare a stored column that PostgreSQL computes from others (chapter 5.4)."""
    return Generated(sql)
