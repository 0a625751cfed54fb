"""Fields as they stand on a model's class: expressions that know their column.

`Task.priority` is a `Column[int]`, `Task.project` a `ReferenceColumn[Project]`. Both are
found by Python in the metaclass that belongs to the model (`model_meta`), as data
descriptors; an instance never meets them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, NoReturn, TypeVar, cast
from uuid import UUID

from drystone.schema.expressions.expression import Expression, Predicate
from drystone.schema.expressions.shapes import PARAMETER, ColumnShape, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from drystone.schema.expressions.shapes import AnyColumn
    from drystone.schema.model.column_info import ColumnInfo

T = TypeVar("T")
M = TypeVar("M")

# How the operators of a column are written when the other side is one value: the shape
# is the same each time, so it is built once.
_COMPARISONS: Final = ("=", "<>", "<", "<=", ">", ">=")


class Column(Expression[T]):
    """A field on its model's class.

    Attributes:
        info: the column's description.
    """

    __slots__ = ("_comparisons", "info")

    def __init__(
        self,
        info: ColumnInfo,
        *,
        path: tuple[AnyColumn, ...] = (),
        scope: str | None = None,
        owner: type | None = None,
    ) -> None:
        self.info = info
        self._take_shape(ColumnShape(info, path, scope, owner))

    def __set_name__(self, owner: type, _name: str) -> None:
        self._take_shape(ColumnShape(self.info, owner=owner))

    def _take_shape(self, shape: ColumnShape) -> None:
        super().__init__(shape)
        self._comparisons = {op: Operation(op, shape, PARAMETER) for op in _COMPARISONS}

    def __get__(self, model: object, _metaclass: object = None) -> Self:
        return self

    def __set__(self, model: object, _value: object) -> NoReturn:
        raise AttributeError(f"{self!r} is a declared field; it cannot be replaced on the class")

    def __repr__(self) -> str:
        return f"{self.info.table}.{self.info.attribute}"

    def _compare(self, operator: str, other: object) -> Predicate:
        shape = self._comparisons.get(operator)
        if shape is None or isinstance(other, Expression):
            return super()._compare(operator, other)
        return Predicate(shape, (other,))


class ReferenceColumn(Column[UUID], Generic[M]):
    """A reference on its model's class; compared with a row of the other model, or its id."""

    __slots__ = ()

    if TYPE_CHECKING:
        # A row of another model is refused. The code is that of Column.
        def __eq__(self, other: M | UUID | Expression[Any]) -> Predicate: ...  # type: ignore[override]  # a predicate
        def __ne__(self, other: M | UUID | Expression[Any]) -> Predicate: ...  # type: ignore[override]  # a predicate

    __hash__ = object.__hash__

    @property
    def to(self) -> type[M]:
        """The fields of the row that it leads to: `Task.project.to.owner`."""
        return cast("type[M]", _Path(self))

    def in_(self, choices: Iterable[M | UUID]) -> Predicate:
        """Test for being one of the rows or ids."""
        return super().in_([cast("UUID", id_of(one)) for one in choices])

    def not_in(self, choices: Iterable[M | UUID]) -> Predicate:
        """Test for being none of the rows or ids."""
        return super().not_in([cast("UUID", id_of(one)) for one in choices])

    def _compare(self, operator: str, other: object) -> Predicate:
        return super()._compare(operator, id_of(other))


class _Path:
    """The fields of a model, reached through references."""

    __slots__ = ("_references",)

    def __init__(self, *references: ReferenceColumn[Any]) -> None:
        self._references = references

    def __getattr__(self, name: str) -> Column[Any]:
        last = self._references[-1]
        reference = last.info.reference
        if reference is None:
            raise AttributeError(f"{last!r} is no reference")
        model = reference.resolve()
        column = getattr(model, name, None)
        if not isinstance(column, Column):
            raise AttributeError(f"{last!r} leads to {model.__name__}, which has no field {name!r}")  # noqa: TRY004  (what getattr raises)
        shape = cast("ColumnShape", last.shape)
        path = (*shape.path, last.info)
        return type(column)(column.info, path=path, scope=shape.scope, owner=shape.owner)


def id_of(value: object) -> object:
    """Return the id of a row; anything else as it is."""
    if isinstance(value, UUID | Expression) or value is None:
        return value
    return getattr(value, "id", value)
