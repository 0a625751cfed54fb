"""How fields are annotated: `Field[T]`, `Ref[M]`, `OptionalRef[M]`.

To a type checker these are descriptors: `Task.priority` on the class is a `Column[int]`,
`task.priority` on a row an `int`; the constructor takes what `__set__` takes. At run time
no such descriptor exists: the metaclass reads the annotation and makes a slot of it.
The first parameter of `__set__` is `Never`, so that no row can be assigned to.
`docs/adr/0010-model-attributes.md` has the alternatives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Never, TypeVar, overload
from uuid import UUID

if TYPE_CHECKING:
    from drystone.schema.model.column import Column, ReferenceColumn

T = TypeVar("T")
M = TypeVar("M")


class Field(Generic[T]):
    """A column that holds a T: `title: Field[str]`, `due_at: Field[datetime | None]`."""

    @overload
    def __get__(self, row: None, model: object) -> Column[T]: ...
    @overload
    def __get__(self, row: object, model: object = None) -> T: ...
    def __get__(self, row: object, model: object = None) -> object:
        raise NotImplementedError

    def __set__(self, row: Never, value: T, /) -> None:
        raise NotImplementedError


class Ref(Generic[M]):
    """A reference to a row of M that is always there: on a row, the other row's id."""

    @overload
    def __get__(self, row: None, model: object) -> ReferenceColumn[M]: ...
    @overload
    def __get__(self, row: object, model: object = None) -> UUID: ...
    def __get__(self, row: object, model: object = None) -> object:
        raise NotImplementedError

    def __set__(self, row: Never, value: UUID, /) -> None:
        raise NotImplementedError


class OptionalRef(Generic[M]):
    """A reference to a row of M, or to none."""

    @overload
    def __get__(self, row: None, model: object) -> ReferenceColumn[M]: ...
    @overload
    def __get__(self, row: object, model: object = None) -> UUID | None: ...
    def __get__(self, row: object, model: object = None) -> object:
        raise NotImplementedError

    def __set__(self, row: Never, value: UUID | None, /) -> None:
        raise NotImplementedError
