"""Rows of another model that may be created together with a row of a resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from drystone.schema.model.column_info import ColumnInfo

MAX_CHILDREN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NestedList:
    """A list of rows in the body of a creation.

    Attributes:
        name: of the member: `comments`.
        model: of the rows.
        reference: the column of theirs that leads to the new row; nobody else sets it.
    """

    name: str
    model: type[Any]
    reference: ColumnInfo
