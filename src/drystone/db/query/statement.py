"""What every statement is to whoever runs it: text, values, and what makes a row.

prepared = select(Task).where(Task.priority >= 3).prepare()
records = await connection.fetch(prepared.sql, *prepared.values)
tasks = [prepared.decode(record) for record in records]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from drystone.schema.expressions.query import Query

from .compile import bind, compile_statement
from .steps import Sight

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from drystone.db.rows.decode import Decode
    from drystone.schema.expressions.expression import Predicate
    from drystone.schema.model.column_info import ColumnInfo

    from .compile import Steps

T_co = TypeVar("T_co", covariant=True)


class Prepared(NamedTuple, Generic[T_co]):
    """A statement ready to be sent.

    Attributes:
        sql: its text.
        values: what `$1`, `$2`, … stand for.
        decode: makes a row of a record.
    """

    sql: str
    values: tuple[Any, ...]
    decode: Decode[T_co]


class Statement(Query[T_co]):
    """A statement that yields rows of type T_co. Immutable: each clause returns another one."""

    __slots__ = ()

    def __init__(self, steps: Steps, values: tuple[object, ...] = ()) -> None:
        self.steps: Steps = steps
        self.values = values

    def seeing(self, path: Sequence[ColumnInfo], scope: Predicate) -> Self:
        """Take rows that references lead to for missing, unless a condition is true of them.

        Whatever the statement says through these references, its order and what it yields
        included, sees them so; what `Select.within` says sees all.

        Args:
            path: the references, from the statement's own model.
            scope: over the model that they lead to.
        """
        steps = (*self.steps, Sight(tuple(path), scope.shape))
        return type(self)(steps, self.values + scope.values)

    def prepare(self) -> Prepared[T_co]:
        """Return what is sent.

        Raises:
            ValueError: it makes no sense, or one of its values can be in no text.
            RowMismatch: its columns do not fit what its rows are to become.
        """
        compiled = compile_statement(self.steps)
        return Prepared(compiled.sql, bind(compiled, self.values), compiled.decode)

    @property
    def sql(self) -> str:
        """Its text."""
        return compile_statement(self.steps).sql

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} {self.sql}>"


class Command:
    """A statement that yields no rows. Immutable: each clause returns another one."""

    __slots__ = ("steps", "values")

    def __init__(self, steps: Steps, values: tuple[object, ...] = ()) -> None:
        self.steps: Steps = steps
        self.values = values

    def prepare(self) -> Prepared[None]:
        """Return what is sent; its `decode` has nothing to decode.

        Raises:
            ValueError: it makes no sense, or one of its values can be in no text.
        """
        compiled = compile_statement(self.steps)
        decode = cast("Decode[None]", compiled.decode)
        return Prepared(compiled.sql, bind(compiled, self.values), decode)

    @property
    def sql(self) -> str:
        """Its text."""
        return compile_statement(self.steps).sql

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} {self.sql}>"
