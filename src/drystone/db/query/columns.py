"""The columns of a result: their names and types, and the expressions behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from drystone.db.catalog.identifiers import quote_identifier
from drystone.schema.expressions.shapes import ColumnShape, Shape

from .kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.column_types import ColumnType
    from drystone.schema.model.model_info import ModelInfo

    from .expression_text import ExpressionWriter
    from .frame import Frame
    from .steps import Output


class ResultColumn(NamedTuple):
    """A column of a result.

    Attributes:
        shape: what it shows.
        kind: its type; None where that cannot be told.
        label: what it is named by its author.
        is_hidden: whether rows as JSON leave it out, unless they name it.
    """

    shape: Shape
    kind: ColumnType | None
    label: str | None = None
    is_hidden: bool = False

    @property
    def name(self) -> str | None:
        """Its label, or the column's own name; None where it has neither."""
        if self.label is None and isinstance(self.shape, ColumnShape):
            return self.shape.column.name
        return self.label

    def may_be_null(self, frame: Frame) -> bool:
        """Tell whether it can be NULL, as far as the declarations say."""
        if not isinstance(self.shape, ColumnShape):
            return True
        found, key = frame.find(self.shape)
        on_the_way = cast("tuple[ColumnInfo, ...]", (*self.shape.path, self.shape.column))
        return found.tables[key].may_miss or any(one.nullable for one in on_the_way)


def columns_of_model(info: ModelInfo, scope: str | None = None) -> tuple[ResultColumn, ...]:
    """Return the columns of a model's whole rows, in the order of the declaration."""
    return tuple(
        ResultColumn(ColumnShape(one, scope=scope), one.type, is_hidden=one.is_secret)
        for one in info.columns
    )


def columns_of_outputs(outputs: Iterable[Output]) -> tuple[ResultColumn, ...]:
    """Return the columns that expressions become.

    Raises:
        ValueError: two of them have one label.
    """
    labels = [one.label for one in outputs if one.label]
    for label in labels:
        if labels.count(label) > 1:
            raise ValueError(f"two columns are named {label!r}: name one of them differently")
    return tuple(ResultColumn(one.shape, kind_of(one.shape), one.label) for one in outputs)


def write_columns(writer: ExpressionWriter, columns: Iterable[ResultColumn], frame: Frame) -> str:
    """Return the list of columns behind SELECT or RETURNING."""
    return ", ".join(
        writer.write(one.shape, frame) + (f" AS {quote_identifier(one.label)}" if one.label else "")
        for one in columns
    )
