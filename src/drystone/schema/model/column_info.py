"""One column of a model, described: what readers in higher layers work from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from drystone.schema.model.column_types import ColumnType
    from drystone.schema.model.defaults import Default
    from drystone.schema.model.rules import Index, Unique


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceInfo:
    """Where a reference leads.

    Attributes:
        resolve: returns the model referred to; known once all modules are imported.
        on_delete: what happens to the row when the other is deleted for good.
        has_index: whether the column gets an index of its own.
    """

    resolve: Callable[[], type[Any]]
    on_delete: Literal["restrict", "cascade", "null"]
    has_index: bool


@dataclass(frozen=True, slots=True, eq=False)
class ColumnInfo:
    """A column. Two are the same only if they are one object.

    Attributes:
        attribute: its name in Python: `project`.
        name: its name in the table and in JSON: `project_id`.
        table: the name of the table.
        type: what it holds.
        nullable: whether it may hold nothing.
        default: what it holds when nothing is given; None where it is required.
        plain_type: what `msgspec` checks it by, bounds and NULL included.
        reference: where it leads, if it is a reference.
        unique: its own rule of uniqueness.
        index: its own index.
        comment: what the database says of it.
        is_standard: whether the platform declares and keeps it: `id`, `version`, times.
        is_secret: whether answers and the history leave it out.
    """

    attribute: str
    name: str
    table: str
    type: ColumnType
    nullable: bool
    default: Default | None
    plain_type: Any
    reference: ReferenceInfo | None = None
    unique: Unique | None = None
    index: Index | None = None
    comment: str | None = None
    is_standard: bool = False
    is_secret: bool = False

    def __repr__(self) -> str:
        return f"{self.table}.{self.name}"
