"""What a statement can be about: a model, or a model under another name.

parent = alias(Task, "parent")
select(Task).join(parent, on=Task.parent == parent.id).where(parent.status == "done")
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from drystone.schema.expressions.shapes import ColumnShape, Subquery
from drystone.schema.model.column import Column
from drystone.schema.model.model_info import ModelInfo
from drystone.schema.model.model_meta import describe

from .steps import Source

if TYPE_CHECKING:
    from collections.abc import Hashable

    from drystone.schema.expressions.shapes import Shape

M = TypeVar("M")


class _Alias:
    """A model's fields, as those of another row than the statement's own."""

    __slots__ = ("_model", "_source")

    def __init__(self, model: type[Any], name: str) -> None:
        self._model = model
        self._source = Source(describe(model), name)

    def __getattr__(self, attribute: str) -> Column[Any]:
        column = getattr(self._model, attribute, None)
        if not isinstance(column, Column):
            raise AttributeError(f"{self._model.__name__} has no field {attribute!r}")  # noqa: TRY004  (what getattr raises)
        return type(column)(column.info, scope=self._source.scope, owner=type(self._model))

    def __repr__(self) -> str:
        return f"<alias {self._source.scope} of {self._model.__name__}>"


def alias(model: type[M], name: str) -> type[M]:
    """Return a model's fields under another name, to meet its table twice in a statement.

    Args:
        model: the model.
        name: how the statement's text calls the table.

    Raises:
        ValueError: the name is not one that PostgreSQL could give.
    """
    if not name or "\0" in name or len(name.encode()) > 63:
        raise ValueError(f"{name!r} cannot name a table: write 1 to 63 bytes without NUL")
    if name == "excluded":
        raise ValueError("'excluded' is the row that an insert could not write; choose another")
    return cast("type[M]", _Alias(model, name))


def source_of(model: object) -> Source:
    """Return the table of a model or alias.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(model, _Alias):
        return model._source  # noqa: SLF001  (of this module)
    return _source_of_model(model)


@lru_cache(maxsize=1024)
def _source_of_model(model: Hashable) -> Source:
    return Source(describe(cast("type[Any]", model)))


def find_source(shapes: tuple[Shape, ...]) -> Source | None:
    """Return the table of the first column in some shapes; None without any."""
    for shape in shapes:
        if isinstance(shape, ColumnShape):
            info = getattr(shape.owner, "__drystone__", None)
            return Source(info, shape.scope) if isinstance(info, ModelInfo) else None
        # Not into a subquery: its tables are its own.
        if not isinstance(shape, Subquery):
            parts = tuple(part for part in shape if isinstance(part, tuple))
            if (found := find_source(cast("tuple[Shape, ...]", parts))) is not None:
                return found
    return None
