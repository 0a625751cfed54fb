"""UPDATE, written with typed fields.

    update(Task).set(Task.status, "done").where(Task.id == id).returning()
    update(Task).set(Task.priority, Task.priority + 1).where(Task.due_at < now())

A statement without a condition is refused unless it says `everywhere()`. Version and
times are kept by the database. `restore` brings back what `delete` marked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from .assignments import change_of, column_to_set
from .returning import Written, returning_of
from .sources import source_of
from .statement import Command
from .steps import Change as SetTo
from .steps import Deleted, Everywhere, Where, Write

if TYPE_CHECKING:
    from typing import Self
    from uuid import UUID

    from drystone.schema.expressions.expression import Expression, Predicate
    from drystone.schema.model.column import Column, ReferenceColumn
    from drystone.schema.model.model_info import ModelInfo

M = TypeVar("M")
V = TypeVar("V")
R = TypeVar("R")
A_ = TypeVar("A_")
B_ = TypeVar("B_")
C_ = TypeVar("C_")
D_ = TypeVar("D_")


class Change(Command, Generic[M]):
    """A statement that changes rows of a model: all for which its conditions are true."""

    __slots__ = ()

    def where(self, *conditions: Predicate) -> Self:
        """Change rows for which all of the conditions are true."""
        steps, values = self.steps, self.values
        for one in conditions:
            steps += (Where(one.shape),)
            values += one.values
        return type(self)(steps, values)

    @property
    def _model(self) -> ModelInfo:
        head = self.steps[0]
        assert isinstance(head, Write), "a change begins with what it changes"  # noqa: S101  (our own fault)
        return head.info

    def everywhere(self) -> Self:
        """Say that every row is meant."""
        return type(self)((*self.steps, Everywhere()), self.values)

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
        return returning_of(self, columns)


class _Seeing(Change[M]):
    """A change that can be told to see deleted rows."""

    __slots__ = ()

    def with_deleted(self) -> Self:
        """Change deleted rows as well."""
        return type(self)((*self.steps, Deleted("with")), self.values)

    def only_deleted(self) -> Self:
        """Change deleted rows, and no others."""
        return type(self)((*self.steps, Deleted("only")), self.values)


class Update(_Seeing[M]):
    """An UPDATE."""

    __slots__ = ()

    @overload
    def set(self, column: ReferenceColumn[R], value: R | UUID | Expression[Any] | None) -> Self: ...
    @overload
    def set(self, column: Column[V], value: V | Expression[V]) -> Self: ...
    @overload
    def set(self, column: Column[V | None], value: Expression[V]) -> Self: ...
    def set(self, column: Column[Any], value: Any) -> Self:
        """Set a column.

        Args:
            column: a field of the model.
            value: what it is set to; or an expression over the row as it was.

        Raises:
            ValueError: the database keeps the column, or it is another row's.
        """
        change, values = change_of(self._model, column, value)
        return type(self)((*self.steps, change), self.values + values)

    def set_default(self, column: Column[Any]) -> Self:
        """Set a column to what the table gives a new row. Raises as `set` does."""
        step = SetTo(column_to_set(self._model, column), None)
        return type(self)((*self.steps, step), self.values)


class Delete(Change[M]):
    """A deletion: by a mark where the model keeps deleted rows."""

    __slots__ = ()


class Purge(_Seeing[M]):
    """A deletion for good."""

    __slots__ = ()


class Restore(Change[M]):
    """The taking back of a deletion."""

    __slots__ = ()


def update(model: type[M]) -> Update[M]:
    """Begin an UPDATE of a model's live rows."""
    return Update((Write(_info(model), "update"),))


def delete(model: type[M]) -> Delete[M]:
    """Begin a deletion of live rows: `deleted_at` is set, where the model has it."""
    return Delete((Write(_info(model), "delete"),))


def purge(model: type[M]) -> Purge[M]:
    """Begin a deletion for good: of live rows, unless it says otherwise."""
    return Purge((Write(_info(model), "purge"),))


def restore(model: type[M]) -> Restore[M]:
    """Begin the taking back of a deletion.

    Raises:
        ValueError: the model keeps no deleted rows.
    """
    info = _info(model)
    if not info.soft_delete:
        raise ValueError(f"{info.model.__name__} keeps no deleted rows that could be restored")
    return Restore((Write(info, "restore"), Deleted("only")))


def _info(model: object) -> ModelInfo:
    source = source_of(model)
    if source.scope is not None:
        raise TypeError(f"{model!r} cannot be written to: name the model itself")
    return source.info
