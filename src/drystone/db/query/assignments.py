"""What a column is set to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.schema.expressions.expression import Expression
from drystone.schema.expressions.shapes import PARAMETER, ColumnShape
from drystone.schema.model.column import Column, ReferenceColumn, id_of
from drystone.schema.model.defaults import Generated

from .steps import Change

if TYPE_CHECKING:
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model_info import ModelInfo


def change_of(model: ModelInfo, column: object, value: Any) -> tuple[Change, tuple[object, ...]]:
    """Return the step that sets a column, and its values.

    Raises:
        TypeError: it is no column.
        ValueError: the database keeps it, or it is another row's.
    """
    info = column_to_set(model, column)
    if isinstance(value, Expression):
        return Change(info, value.shape), value.values
    given = id_of(value) if isinstance(column, ReferenceColumn) else value
    return Change(info, PARAMETER), (given,)


def column_to_set(model: ModelInfo, column: object) -> ColumnInfo:
    """Return the description of a column that can be set. Raises as `change_of` does."""
    if not isinstance(column, Column):
        raise TypeError(f"{column!r} is no field; write one, such as Task.title")
    info: ColumnInfo = column.info
    if isinstance(column.shape, ColumnShape) and (column.shape.path or column.shape.scope):
        raise ValueError(f"{column!r} is of another row; set fields of the model itself")
    if info not in model.columns:
        raise ValueError(f"{column!r} is no column of {model.table}")
    if info.is_standard:
        raise ValueError(f"{column!r} is kept by the database and cannot be set")
    if isinstance(info.default, Generated):
        raise ValueError(f"{column!r} is computed by the database and cannot be set")  # noqa: TRY004  (the field is at fault)
    return info
