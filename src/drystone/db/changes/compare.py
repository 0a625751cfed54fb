"""Compare two catalogues: the changes that lead from the one to the other, in order.

Both were read by the same reader, so texts that differ are differences (see
`catalog/records.py`). The order is one that PostgreSQL takes with plain statements:
what stands in the way goes first, what others build on comes before them, and what
loses data goes last. `steps.py` keeps to it within each of its stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import kept_table
from .change import (
    AddConstraint,
    CreateExtension,
    CreateTable,
    DropConstraint,
    DropExtension,
    DropTable,
    RenameColumn,
    RenameTable,
)
from .columns import compare_columns
from .errors import BackfillNeeded, ChangeRefused
from .kept_table import KeptTable, Target, match_references, match_table, target_of
from .renames import Renames, rename_catalog
from .table_order import in_creation_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from drystone.db.catalog.records import Catalog, Constraint, Table

    from .change import Change
    from .matching import Match


@dataclass(frozen=True, slots=True)
class Scope:
    """What a comparison has a say in; the rest of a catalogue is left as it is.

    Attributes:
        triggers: names of those that are judged; None for all.
        drops_extensions: whether one that is not wanted goes.
    """

    triggers: frozenset[str] | None = None
    drops_extensions: bool = True

    def judges_trigger(self, name: str) -> bool:
        """Tell whether a trigger of this name is judged."""
        return self.triggers is None or name in self.triggers


EVERYTHING = Scope()
MODELS = Scope(triggers=frozenset({"touch", "history", "history_truncate"}), drops_extensions=False)
"""What models declare: other triggers and extensions are written by hand."""


def compare(
    before: Catalog,
    after: Catalog,
    *,
    renames: Renames | None = None,
    backfills: Mapping[tuple[str, str], str] | None = None,
    scope: Scope = MODELS,
) -> tuple[Change, ...]:
    """Return the changes that turn one schema into another, in an order that works.

    Functions, views and the like are never touched: see `Catalog.definitions`.

    Args:
        before: what is there.
        after: what shall be there.
        renames: what was called otherwise; anything else that is gone is dropped.
        backfills: by (table, column) under their new names, the SQL expression over a
            row that fills the column where it has no value.
        scope: what is judged.

    Raises:
        BackfillNeeded: columns come that must have a value, and rows have none.
        ChangeRefused: a rename that cannot be, a backfill for no column, or a change
            that PostgreSQL refuses in one go.
    """
    known = renames or Renames()
    fills = backfills or {}
    _check_backfills(fills, after)
    renamed = rename_catalog(before, known)
    old = {table.name: table for table in renamed.tables}
    new = {table.name: table for table in after.tables}
    kept = [_match(old[name], new[name], fills, scope) for name in sorted(old.keys() & new.keys())]
    unfilled = [(table.name, column) for table in kept for column in table.columns.unfilled]
    if unfilled:
        raise BackfillNeeded(unfilled)
    gone = [old[name] for name in sorted(old.keys() - new.keys())]
    come = [new[name] for name in sorted(new.keys() - old.keys())]
    extensions = set(before.extensions), set(after.extensions)
    return (
        *(CreateExtension(name) for name in sorted(extensions[1] - extensions[0])),
        *(RenameTable(item.before, item.after) for item in known.tables),
        *(RenameColumn(item.table, item.before, item.after) for item in known.columns),
        *_table_changes(kept, gone, come),
        *(
            DropExtension(name)
            for name in sorted(extensions[0] - extensions[1])
            if scope.drops_extensions
        ),
    )


def _check_backfills(backfills: Mapping[tuple[str, str], str], after: Catalog) -> None:
    columns = {(table.name, column.name) for table in after.tables for column in table.columns}
    for table, column in sorted(backfills.keys() - columns):
        raise ChangeRefused(f"there is no column {table}.{column} to fill.")


def _match(
    old: Table, new: Table, backfills: Mapping[tuple[str, str], str], scope: Scope
) -> KeptTable:
    if old.partition_key != new.partition_key:
        raise ChangeRefused(f"{new.name} cannot be partitioned otherwise than it was made.")
    fills = {column: text for (table, column), text in backfills.items() if table == new.name}
    columns = compare_columns(old, new, backfills=fills)
    return match_table(old, new, columns, judges_trigger=scope.judges_trigger)


def _table_changes(kept: list[KeptTable], gone: list[Table], come: list[Table]) -> Iterator[Change]:
    moved = {column for table in kept for column in table.moved_columns()}
    lost = {target for table in kept for target in table.lost_targets()}
    targets = {target: at_once for table in kept for target, at_once in table.new_targets().items()}
    references = [match_references(table, moved=moved, lost=lost) for table in kept]
    both = list(zip(kept, references, strict=True))
    making = [_with_later_keys(*item, targets, moved) for item in in_creation_order(come)]
    dropping = [_with_later_keys(*item, lost, moved) for item in in_creation_order(gone)]

    for table in kept:
        yield from kept_table.trigger_drops(table)
    yield from _reference_drops(both, dropping)
    for table in kept:
        yield from kept_table.drops(table)
    for table, keys in both:
        yield from kept_table.renames(table, keys)
    for table in kept:
        yield from table.columns.early_drops
    for new_table, without in making:
        yield CreateTable(new_table, without)
    for table in kept:
        yield from table.columns.changes
    for table in kept:
        yield from kept_table.additions(table)
    yield from _later_references(making, targets)
    for table, keys in both:
        yield from kept_table.reference_additions(table, keys, targets)
        yield from kept_table.validations(table, keys)
    for table, keys in both:
        yield from kept_table.trigger_additions(table)
        yield from kept_table.comments(table, keys)
    for table in kept:
        yield from table.columns.drops
    for old_table, without in reversed(dropping):
        yield DropTable(old_table, without)


def _with_later_keys(
    table: Table,
    without: tuple[str, ...],
    targets: Collection[Target],
    moved: Collection[tuple[str, str]],
) -> tuple[Table, tuple[str, ...]]:
    """Leave out of a table the keys, too, that name what is being made, changed or lost."""
    later = [
        key.name
        for key in table.constraints
        if target_of(key) in targets
        or any((key.referenced_table, column) in moved for column in key.referenced_columns)
    ]
    return table, tuple(sorted({*without, *later}))


def _later_references(
    making: list[tuple[Table, tuple[str, ...]]], targets: Mapping[Target, bool]
) -> Iterator[Change]:
    for table, without in making:
        for key in table.constraints:
            if key.name in without:
                is_late = targets.get(target_of(key)) is False
                yield AddConstraint(table.name, key, at_once=True, is_late=is_late)


def _reference_drops(
    kept: list[tuple[KeptTable, Match[Constraint]]],
    dropping: list[tuple[Table, tuple[str, ...]]],
) -> Iterator[Change]:
    for table, keys in kept:
        for key in keys.gone:
            yield DropConstraint(table.name, key, at_once=table.at_once)
    for old_table, without in dropping:
        for key in old_table.constraints:
            if key.name in without:
                yield DropConstraint(old_table.name, key, at_once=True)
