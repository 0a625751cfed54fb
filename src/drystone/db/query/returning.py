"""RETURNING: statements that write, and yield what they wrote."""

from __future__ import annotations

from typing import Any, TypeVar

from .select import outputs_of
from .statement import Statement
from .steps import Into, Returning

T_co = TypeVar("T_co", covariant=True)
S = TypeVar("S")


class Written(Statement[T_co]):
    """A statement that writes rows and yields them, or columns of them, as type T_co."""

    __slots__ = ()

    def into(self, target: type[S]) -> Written[S]:
        """Make each row a Struct or model, by the names of the columns."""
        return Written((*self.steps, Into(target)), self.values)


def returning_of(statement: Any, columns: tuple[Any, ...]) -> Any:
    """Return the statement with what it yields: whole rows without columns."""
    outputs = outputs_of(columns) or None
    values = tuple(value for one in columns for value in one.values)
    return Written((*statement.steps, Returning(outputs)), statement.values + values)
