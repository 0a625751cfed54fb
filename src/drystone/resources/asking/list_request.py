"""What a query string asks for, read and checked: the next stages look at nothing else.

`read_list` and `read_single` make them; `listing/` answers the first, the reading of
one row the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    from drystone.resources.expandable import Expandable
    from drystone.resources.named_field import NamedField
    from drystone.schema.expressions.expression import Predicate

Count: TypeAlias = Literal["exact", "estimated", "none"]
Deleted: TypeAlias = Literal["exclude", "include", "only"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SortTerm:
    """A field to sort by."""

    field: NamedField
    descending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """A page of rows, as asked for.

    Attributes:
        where: all filters, joined by AND; None where there are none.
        filter_text: the filters as text, the same for the same filters in another order;
            a cursor is bound to it. Empty where there are none.
        sort: as asked, the primary key not appended; empty: the default, `-id`.
        search: the words to look for, not empty.
        page: from 1; None in cursor mode.
        cursor: None in page mode; "" is the first page.
        limit: rows on a page, 1 to 100.
        count: how the total is to be found.
        fields: names in JSON, in the order asked for; None is all of them.
        expand: rows of others that are wanted beside the row, as asked: those on the way
            of `project.owner` are not added.
        deleted: what becomes of deleted rows.
    """

    where: Predicate | None
    filter_text: str
    sort: tuple[SortTerm, ...]
    search: str | None
    page: int | None
    cursor: str | None
    limit: int
    count: Count
    fields: tuple[str, ...] | None
    expand: tuple[Expandable, ...]
    deleted: Deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleRequest:
    """One row, as asked for.

    Attributes:
        fields: names in JSON, in the order asked for; None is all of them.
        expand: rows of others that are wanted beside the row.
        deleted: what becomes of a deleted row.
        as_of: the time at which the row is to be seen, in UTC; None is now.
    """

    fields: tuple[str, ...] | None
    expand: tuple[Expandable, ...]
    deleted: Deleted
    as_of: datetime | None
