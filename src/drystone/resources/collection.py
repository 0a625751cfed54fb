"""A list of rows that refer to a row, as a resource serves it: `many`, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drystone.db.query.expansions import ReferringRows
from drystone.resources.named_field import name_reference

if TYPE_CHECKING:
    from drystone.resources.named_field import NamedField
    from drystone.schema.expressions.expression import Order
    from drystone.schema.model.column import Column
    from drystone.schema.model.column_info import ColumnInfo


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Collection:
    """A bounded list beside a row.

    Attributes:
        member: its name in the JSON of the row that it stands beside.
        model: whose rows are listed.
        reference: the column of theirs that leads to the row.
        of: the reference that leads to the row they refer to; None where it is the
            resource's own.
        limit: of rows shown.
        sort: which come first, `id` the last term.
        expand: references of theirs that can be expanded.
    """

    member: str
    model: type[Any]
    reference: ColumnInfo
    of: NamedField | None
    limit: int
    sort: tuple[Order, ...]
    expand: tuple[NamedField, ...]

    @property
    def name(self) -> str:
        """What `expand=` calls it: `comments`, `project.members`."""
        return self.member if self.of is None else f"{name_reference(self.of)}.{self.member}"

    def rows(self, *expand: Column[Any]) -> ReferringRows:
        """Return what a statement is asked for.

        Args:
            expand: references of the rows that are wanted too.
        """
        return ReferringRows(
            name=self.member,
            model=self.model,
            reference=self.reference,
            of=None if self.of is None else self.of.column,
            limit=self.limit,
            sort=self.sort,
            expand=expand,
        )
