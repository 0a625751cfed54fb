"""References of a row that is written: each has to lead to a live row, and keep doing so.

A foreign key sees rows, not marks: beside a soft deletion that is not committed yet it
lets a reference through. So the row that is referred to is locked FOR SHARE
(chapter 13.3.2), as long as it is live, by the very statement that writes; whoever
deletes it waits for us, or we for them. Where a lock finds no row, nothing is written,
and a second statement asks which reference it was. Models that keep no deleted rows
leave all of this to the foreign key.

A row that the caller cannot see is one that is not there: it is looked for by the same
lock, under the rule of its model, and missed by the same fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.db.query.expansions import all_visible
from drystone.db.query.select import Select, exists, select
from drystone.db.query.sources import alias
from drystone.errors import Violation
from drystone.schema.json_pointer import format_pointer
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from drystone.db.queries import Queries
    from drystone.db.query.expansions import Visible
    from drystone.schema.expressions.expression import Predicate
    from drystone.schema.model.column_info import ColumnInfo


def target_of(column: ColumnInfo) -> type[Any]:
    """Return the model that a reference leads to."""
    assert column.reference is not None, "only references lead anywhere"  # noqa: S101  (our own fault)
    return column.reference.resolve()


def given_references(model: type[Any], values: Mapping[str, Any]) -> list[tuple[ColumnInfo, UUID]]:
    """Return the references that values set, and where they lead; NULL leads nowhere."""
    return [
        (column, values[column.attribute])
        for column in describe(model).references
        if values.get(column.attribute) is not None
    ]


def is_looked_at(column: ColumnInfo, visible: Visible) -> bool:
    """Tell whether a foreign key alone would let through what must not be referred to."""
    target = target_of(column)
    return describe(target).soft_delete or visible(target) is not None


def leads_to_live(column: ColumnInfo, value: UUID, visible: Visible = all_visible) -> Predicate:
    """Test for a live row of this id that is seen; it is locked against being deleted."""
    return exists(_seen_row(column, value, visible).for_share())


def locks_for(
    model: type[Any], values: Mapping[str, Any], visible: Visible = all_visible
) -> list[Predicate]:
    """Return the conditions under which a new row can refer to what it refers to."""
    return [
        leads_to_live(column, value, visible)
        for column, value in given_references(model, values)
        if is_looked_at(column, visible)
    ]


def locks_for_change(
    model: type[Any], values: Mapping[str, Any], visible: Visible = all_visible
) -> list[Predicate]:
    """Return the same for a row that is there: a reference that stays as it is may stay."""
    return [
        (getattr(model, column.attribute) == value) | leads_to_live(column, value, visible)
        for column, value in given_references(model, values)
        if is_looked_at(column, visible)
    ]


def locks_for_restored(model: type[Any], *, besides: ColumnInfo | None = None) -> list[Predicate]:
    """Return the conditions under which a deleted row's own references lead to live rows.

    Args:
        model: the row's.
        besides: a reference that need not be looked at.
    """
    return [
        _own_reference_lives(model, column)
        for column in describe(model).references
        if column is not besides and describe(target_of(column)).soft_delete
    ]


def _own_reference_lives(model: type[Any], column: ColumnInfo) -> Predicate:
    # Another name, as the row may refer to one of its own table.
    referred = alias(target_of(column), "referred")
    own = getattr(model, column.attribute)
    lives = exists(select(referred).where(referred.id == own).for_share())
    return lives | own.is_null() if column.nullable else lives


async def lock_many(
    queries: Queries,
    references: Iterable[tuple[ColumnInfo, UUID]],
    visible: Visible = all_visible,
) -> set[tuple[ColumnInfo, UUID]]:
    """Lock the rows that many references lead to; return those that lead nowhere.

    One statement for each model that is referred to, in an order that is always the same,
    so that two of these never wait for each other.
    """
    wanted = set(references)
    by_target: dict[type[Any], set[UUID]] = {}
    for column, value in wanted:
        by_target.setdefault(target_of(column), set()).add(value)
    found: dict[type[Any], set[UUID]] = {}
    for target in sorted(by_target, key=lambda one: describe(one).table):
        ids = target.id.in_(sorted(by_target[target]))
        scope = visible(target)
        rows = select(target.id).where(ids, *([] if scope is None else [scope]))
        rows = rows.order_by(target.id).for_share()
        found[target] = set(await queries.all(rows))
    return {one for one in wanted if one[1] not in found[target_of(one[0])]}


async def find_missing(
    queries: Queries,
    references: Sequence[tuple[ColumnInfo, UUID]],
    visible: Visible = all_visible,
) -> list[Violation]:
    """Return a fault for each reference that leads to no live row, or to none that is seen."""
    if not references:
        return []
    tests = [exists(_seen_row(column, value, visible)) for column, value in references]
    # Beside the first one once more: several columns make a tuple.
    _, *found = await queries.one(select(tests[0], *tests))
    return [
        missing(column)
        for (column, _value), is_there in zip(references, found, strict=True)
        if not is_there
    ]


def missing(column: ColumnInfo) -> Violation:
    """Return the fault of a reference that leads to no live row."""
    table = describe(target_of(column)).table
    return Violation(
        code="not_found",
        detail=f"refers to none of the {table} there are",
        pointer=format_pointer([column.name]),
    )


def _seen_row(column: ColumnInfo, value: UUID, visible: Visible) -> Select[Any]:
    target = target_of(column)
    scope = visible(target)
    return select(target).where(target.id == value, *([] if scope is None else [scope]))
