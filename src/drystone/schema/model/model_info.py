"""A model, described: what the table, the bodies and the description are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.rules import Rule


@dataclass(frozen=True, slots=True, eq=False)
class ModelInfo:
    """A model.

    Attributes:
        model: the class.
        table: the name of its table.
        columns: in the order of the declaration, the platform's own included.
        rules: keys, checks and indexes over several columns.
        soft_delete: whether a deleted row is kept, with `deleted_at` set.
        history: whether the database keeps every change of a row.
        comment: the first paragraph of the docstring, which the table carries too.
        origin: `file:line` of the declaration.
    """

    model: type[Any]
    table: str
    columns: tuple[ColumnInfo, ...]
    rules: tuple[Rule, ...]
    soft_delete: bool
    history: bool
    comment: str | None
    origin: str

    def column(self, name: str) -> ColumnInfo:
        """Return a column by its name in the table or in Python.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if name in (column.name, column.attribute):
                return column
        raise KeyError(name)

    @property
    def references(self) -> tuple[ColumnInfo, ...]:
        """The columns that lead to other rows."""
        return tuple(column for column in self.columns if column.reference is not None)

    def __repr__(self) -> str:
        return f"<model {self.model.__name__}>"
