"""INSERT, from rows of a model.

    insert(Task(project=project.id, title="Write it down"))
    insert(row, *rows).on_conflict(Tag.name).do_nothing()
    insert(row).on_conflict(Tag.name).do_update(Tag.color)
    insert(row).on_conflict(Counter.name).do_update().set(
        Counter.seen, Counter.seen + excluded(Counter.seen)
    )

What a row leaves unset is left to the table. Several rows travel as one array for each
column, so the text is the same for any number of them; only models with array columns
have each row written out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, overload

import msgspec

from drystone.schema.expressions.expression import Expression
from drystone.schema.expressions.shapes import ColumnShape
from drystone.schema.model.column import Column
from drystone.schema.model.column_types import ArrayType
from drystone.schema.model.defaults import Generated
from drystone.schema.model.model_meta import describe

from .assignments import change_of
from .returning import Written, returning_of
from .statement import Command, Statement
from .steps import Conflict, Insert, OnlyIf, Returning, Where
from .write_text import EXCLUDED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from drystone.schema.expressions.expression import Predicate
    from drystone.schema.model.column import ReferenceColumn
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model import Model
    from drystone.schema.model.model_info import ModelInfo

    from .compile import Steps

M = TypeVar("M", bound="Model")
V = TypeVar("V")
R = TypeVar("R")
A_ = TypeVar("A_")
B_ = TypeVar("B_")
C_ = TypeVar("C_")
D_ = TypeVar("D_")

# The protocol counts parameters by 16 bits.
_MAX_PARAMETERS: Final = 65_535
_STORED: Final = "version created_at updated_at".split()


class InsertStatement(Statement[M]):
    """An INSERT that yields the rows as they were stored."""

    __slots__ = ()

    def on_conflict(self, *columns: Column[Any]) -> OnConflict[M]:
        """Say what happens to a row that is there already.

        Args:
            columns: those of one `Unique` of the model, or its `id`; none for any rule, for
                which only `do_nothing` is possible.
        """
        return OnConflict(self.steps, self.values, tuple(one.info for one in columns))

    @overload
    def set(
        self, column: ReferenceColumn[R], value: R | UUID | Expression[Any] | None
    ) -> InsertStatement[M]: ...
    @overload
    def set(self, column: Column[V], value: V | Expression[V]) -> InsertStatement[M]: ...
    @overload
    def set(self, column: Column[V | None], value: Expression[V]) -> InsertStatement[M]: ...
    def set(self, column: Column[Any], value: Any) -> InsertStatement[M]:
        """Set a column of the row that was there already.

        Raises:
            ValueError: the column is not one that can be set, or nothing is to be updated.
        """
        conflict = next((one for one in self.steps if isinstance(one, Conflict)), None)
        if conflict is None or not conflict.is_update:
            raise ValueError("set(…) is for the row of a conflict: write .do_update() before it")
        change, values = change_of(self._model, column, value)
        return InsertStatement(_before_returning(self.steps, change), self.values + values)

    def where(self, *conditions: Predicate) -> InsertStatement[M]:
        """Update the row of a conflict only if the conditions are true; else nothing is done."""
        steps, values = self.steps, self.values
        for one in conditions:
            steps = _before_returning(steps, Where(one.shape))
            values += one.values
        return InsertStatement(steps, values)

    def only_if(self, *conditions: Predicate) -> InsertStatement[M]:
        """Insert only if the conditions are true, such as `exists(…)` of what is referred to.

        Raises (when it is prepared):
            ValueError: there are several rows of a model with array columns.
        """
        steps, values = self.steps, self.values
        for one in conditions:
            steps = _before_returning(steps, OnlyIf(one.shape))
            values += one.values
        return InsertStatement(steps, values)

    def without_rows(self) -> Command:
        """Yield nothing."""
        return _without_rows(self)

    @property
    def _model(self) -> ModelInfo:
        head = self.steps[0]
        assert isinstance(head, Insert), "an insert begins with its columns"  # noqa: S101  (our own fault)
        return head.info

    @overload
    def returning(self) -> Written[M]: ...
    @overload
    def returning(self, a: Expression[A_], /) -> Written[A_]: ...
    @overload
    def returning(self, a: Expression[A_], b: Expression[B_], /) -> Written[tuple[A_, B_]]: ...
    @overload
    def returning(
        self, a: Expression[A_], b: Expression[B_], c: Expression[C_], /
    ) -> Written[tuple[A_, B_, C_]]: ...
    @overload
    def returning(
        self, a: Expression[A_], b: Expression[B_], c: Expression[C_], d: Expression[D_], /
    ) -> Written[tuple[A_, B_, C_, D_]]: ...
    @overload
    def returning(self, *columns: Expression[Any]) -> Written[tuple[Any, ...]]: ...
    def returning(self, *columns: Expression[Any]) -> Any:
        """Yield columns of the rows that were written; whole rows without any."""
        return returning_of(_without_rows(self), columns)


class OnConflict(Generic[M]):
    """An INSERT of which it is still to be said what a conflict leads to."""

    __slots__ = ("_columns", "_steps", "_values")

    def __init__(
        self, steps: Steps, values: tuple[object, ...], columns: tuple[ColumnInfo, ...]
    ) -> None:
        self._steps = steps
        self._values = values
        self._columns = columns

    def do_nothing(self) -> InsertStatement[M]:
        """Leave the row as it is; it is not among those yielded."""
        step = Conflict(self._columns, is_update=False)
        return InsertStatement(_before_returning(self._steps, step), self._values)

    def do_update(self, *columns: Column[Any]) -> InsertStatement[M]:
        """Update the row instead.

        Args:
            columns: are set to what was to be inserted; `set` sets others.

        Raises:
            ValueError: no rule was named that a conflict is found by.
        """
        if not self._columns:
            raise ValueError("on_conflict() needs the columns of a Unique to update by")
        step = Conflict(self._columns, is_update=True)
        statement: InsertStatement[M] = InsertStatement(
            _before_returning(self._steps, step), self._values
        )
        for column in columns:
            statement = statement.set(column, excluded(column))
        return statement


def insert(row: M, *rows: M) -> InsertStatement[M]:
    """Insert rows of one model.

    Raises:
        TypeError: a row is of no model, or of another one than the first.
        ValueError: a row carries what the database keeps, or the rows do not all give the
            same columns.
    """
    info = describe(type(row))
    every = (row, *rows)
    columns = _given(info, row)
    for other in rows:
        if type(other) is not type(row):
            raise TypeError(f"rows of one insert are of one model; {type(other).__name__} is not")
        if _given(info, other) != columns:
            raise ValueError(
                "the rows do not give the same columns; give each of them the same, or insert "
                "them by themselves"
            )
    count, values = _arrange(columns, every)
    return InsertStatement((Insert(info, columns, count), Returning(None)), values)


def excluded(column: Column[V]) -> Expression[V]:
    """Return what a column of the row in conflict was to be: for `do_update().set(…)`."""
    return Expression(ColumnShape(column.info, scope=EXCLUDED))


def _given(info: ModelInfo, row: object) -> tuple[ColumnInfo, ...]:
    """Return the columns that a row gives.

    Raises:
        ValueError: one of them is the database's to keep.
    """
    given = []
    for column in info.columns:
        value = getattr(row, column.attribute)
        if value is msgspec.UNSET:
            continue
        if column.attribute == "deleted_at" and column.is_standard and value is None:
            continue
        if (column.is_standard and column.name != "id") or isinstance(column.default, Generated):
            raise ValueError(
                f"{column!r} is kept by the database, and the row gives it: make a new "
                f"{info.model.__name__} of the fields that are meant"
            )
        given.append(column)
    return tuple(given)


def _arrange(
    columns: tuple[ColumnInfo, ...], rows: Sequence[Any]
) -> tuple[int, tuple[object, ...]]:
    """Return how the rows are written (see `steps.Insert`), and their values for that.

    Raises:
        ValueError: they have more values than one statement takes.
    """
    if len(rows) == 1:
        return 1, tuple([getattr(rows[0], one.attribute) for one in columns])
    if not any(isinstance(one.type, ArrayType) for one in columns):
        return 0, tuple([[getattr(row, one.attribute) for row in rows] for one in columns])
    if len(rows) * len(columns) > _MAX_PARAMETERS:
        raise ValueError(
            f"{len(rows)} rows of {len(columns)} columns are more than one statement takes; "
            f"insert {_MAX_PARAMETERS // len(columns)} at a time, or copy them"
        )
    return len(rows), tuple([getattr(row, one.attribute) for row in rows for one in columns])


def _before_returning(steps: Steps, step: Conflict | Where | Any) -> Steps:
    """Return the steps with one more; what is yielded stays the last."""
    return (*steps[:-1], step, steps[-1])


def _without_rows(statement: InsertStatement[Any]) -> Command:
    return Command(statement.steps[:-1], statement.values)
