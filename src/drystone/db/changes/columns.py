"""What differs between the columns of two tables that are one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from drystone.db.catalog.expressions import mentions

from .change import (
    AddColumn,
    AlterType,
    DropColumn,
    DropNotNull,
    SetComment,
    SetDefault,
    SetIdentity,
    SetNotNull,
)
from .type_change import judge_type_change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from drystone.db.catalog.records import Column, Table

    from .change import Change


@dataclass(slots=True)
class ColumnDifference:
    """The changes between the columns of two tables, and what follows from them.

    Attributes:
        early_drops: columns that stand in the way of the changes.
        changes: all that is neither a drop nor a comment, in an order that works.
        drops: what comes last.
        comments: of columns that stay.
        retyped: names of columns that take another type.
        remade: names of columns that are dropped and come back.
        unfilled: names of columns that rows already there would have no value for.
        is_rewritten: whether the table is written anew, so that care is of no use.
    """

    early_drops: list[Change] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    drops: list[Change] = field(default_factory=list)
    comments: list[Change] = field(default_factory=list)
    retyped: set[str] = field(default_factory=set)
    remade: set[str] = field(default_factory=set)
    unfilled: list[str] = field(default_factory=list)
    is_rewritten: bool = False


def compare_columns(old: Table, new: Table, *, backfills: Mapping[str, str]) -> ColumnDifference:
    """Return how the columns of a table differ.

    Args:
        old: as it is, under its new names.
        new: as it shall be.
        backfills: by column, the expression for rows that have no value.
    """
    found = ColumnDifference(is_rewritten=old.partition_key is not None)
    before = {column.name: column for column in old.columns}
    after = {column.name: column for column in new.columns}
    kept = sorted(before.keys() & after.keys())
    for name in kept:
        _judge(found, before[name], after[name])
    early = found.remade | _in_the_way(found, before)
    found.remade |= early & after.keys()
    found.is_rewritten |= bool(early)
    key = _key(old)
    for name in _in_order(before, early, computed_last=False):
        found.early_drops.append(DropColumn(new.name, before[name], is_early=True))
    for name in sorted(before.keys() & after.keys() - found.remade):
        fill = backfills.get(name)
        _compare_kept(found, new.name, before[name], after[name], fill=fill, key=key)
    come = after.keys() - before.keys() | found.remade
    for name in _in_order(after, come, computed_last=True):
        fill = backfills.get(name)
        if is_unfilled(after[name]) and fill is None:
            found.unfilled.append(name)
        found.changes.append(AddColumn(new.name, after[name], fill, key))
    for name in _in_order(before, before.keys() - after.keys() - early, computed_last=False):
        found.drops.append(DropColumn(new.name, before[name]))
    return found


def is_unfilled(column: Column) -> bool:
    """Tell whether a column demands a value that nobody gives to rows already there."""
    given = column.default is not None or column.generated or column.identity
    return not column.is_nullable and not given


def _judge(found: ColumnDifference, left: Column, right: Column) -> None:
    retyped = (left.type, left.collation) != (right.type, right.collation)
    if left.generated != right.generated or (left.generated and retyped):
        found.remade.add(right.name)
    elif retyped:
        found.retyped.add(right.name)
        found.is_rewritten |= judge_type_change(left, right).rewrites


def _in_the_way(found: ColumnDifference, before: Mapping[str, Column]) -> set[str]:
    """Return the computed columns that hold on to a column which moves."""
    moving = found.retyped | found.remade
    return {
        name
        for name, column in before.items()
        if column.generated and any(mentions(column.generated, other) for other in moving)
    }


def _compare_kept(
    found: ColumnDifference,
    table: str,
    left: Column,
    right: Column,
    *,
    fill: str | None,
    key: tuple[str, ...],
) -> None:
    found.changes.extend(_property_changes(found, table, left, right))
    if right.is_nullable and not left.is_nullable:
        found.changes.append(DropNotNull(table, right.name, found.is_rewritten))
    if left.is_nullable and not right.is_nullable:
        found.changes.append(SetNotNull(table, right.name, found.is_rewritten, fill, key))
    # An identity needs a column that cannot be null, and takes no default beside it.
    if right.identity and left.identity is None:
        found.changes.append(SetIdentity(table, right.name, None, right.identity))
    if left.comment != right.comment:
        found.comments.append(SetComment("column", table, right.name, left.comment, right.comment))


def _property_changes(
    found: ColumnDifference, table: str, left: Column, right: Column
) -> Iterator[Change]:
    if left.identity and left.identity != right.identity:
        yield SetIdentity(table, right.name, left.identity, right.identity)
    if right.name in found.retyped:
        yield AlterType(table, left, right)
    elif left.default != right.default:
        yield SetDefault(table, right.name, left.default, right.default)


def _key(table: Table) -> tuple[str, ...]:
    keys = (item.columns for item in table.constraints if item.kind == "primary key")
    return next(keys, ())


def _in_order(columns: Mapping[str, Column], names: set[str], *, computed_last: bool) -> list[str]:
    """Return the names as their table has them; computed columns stand on the others."""
    return sorted(
        names,
        key=lambda name: (
            (columns[name].generated is not None) == computed_last,
            columns[name].position,
            name,
        ),
    )
