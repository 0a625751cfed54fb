"""What differs in a table that stays: its columns, constraints, indexes and triggers.

Foreign keys come last, because whether one can stay also depends on other tables:
the key that it points to may have gone, or changed its type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drystone.db.catalog.expressions import mentions

from .change import (
    AddConstraint,
    CreateIndex,
    CreateTrigger,
    DropConstraint,
    DropIndex,
    DropTrigger,
    RenameConstraint,
    RenameIndex,
    SetComment,
    UnvalidateConstraint,
    ValidateConstraint,
)
from .matching import is_free_standing, match_parts, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from drystone.db.catalog.records import Constraint, Index, Table, Trigger

    from .change import Change
    from .columns import ColumnDifference
    from .matching import Match

Target = tuple[str, frozenset[str]]
"""Columns of a table that are unique together, so that a foreign key can name them."""


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table that stays, before and after, and what of it goes with what.

    Attributes:
        old: as it is, under its new names.
        new: as it shall be.
        columns: what differs in its columns.
        constraints: all but the foreign keys.
        indexes: those that serve no constraint.
        triggers: those that are judged.
    """

    old: Table
    new: Table
    columns: ColumnDifference
    constraints: Match[Constraint]
    indexes: Match[Index]
    triggers: Match[Trigger]

    @property
    def name(self) -> str:
        """The table's name as it shall be."""
        return self.new.name

    @property
    def at_once(self) -> bool:
        """Whether the table is rewritten anyway."""
        return self.columns.is_rewritten

    def lost_targets(self) -> set[Target]:
        """Return what foreign keys could name and no longer can, if only for a while."""
        return set(_targets(self.name, self.constraints.gone, self.indexes.gone))

    def new_targets(self) -> dict[Target, bool]:
        """Return what foreign keys can name only when it is made, and whether at once."""
        found = _targets(self.name, self.constraints.come, self.indexes.come)
        return dict.fromkeys(found, self.at_once)

    def moved_columns(self) -> set[tuple[str, str]]:
        """Return the columns, with their table, that take another type or are made anew."""
        names = self.columns.retyped | self.columns.remade
        return {(self.name, column) for column in names}


def match_table(
    old: Table, new: Table, columns: ColumnDifference, *, judges_trigger: Callable[[str], bool]
) -> KeptTable:
    """Pair the parts of a table that stays."""

    def remade(*names: str, text: str) -> bool:
        return any(name in names or mentions(text, name) for name in columns.remade)

    return KeptTable(
        old,
        new,
        columns,
        constraints=match_parts(
            _without_references(old),
            _without_references(new),
            says=lambda part: (part.kind, part.definition),
            must_be_remade=lambda part: remade(*part.columns, text=part.definition),
        ),
        indexes=match_parts(
            filter(is_free_standing, old.indexes),
            filter(is_free_standing, new.indexes),
            says=lambda part: (part.definition, part.is_unique, part.is_valid),
            must_be_remade=lambda part: remade(*part.columns, text=part.definition),
        ),
        triggers=match_parts(
            [trigger for trigger in old.triggers if judges_trigger(trigger.name)],
            [trigger for trigger in new.triggers if judges_trigger(trigger.name)],
            says=lambda part: part.definition,
            must_be_remade=lambda part: any(
                mentions(part.definition, name) for name in columns.remade | columns.retyped
            ),
        ),
    )


def match_references(
    table: KeptTable, *, moved: set[tuple[str, str]], lost: set[Target]
) -> Match[Constraint]:
    """Pair the foreign keys of a table.

    Args:
        table: whose they are.
        moved: columns of any table that take another type or are made anew.
        lost: what foreign keys can no longer name.
    """

    def must_be_remade(key: Constraint) -> bool:
        own = {(table.name, column) for column in key.columns}
        named = {(str(key.referenced_table), column) for column in key.referenced_columns}
        return bool(moved & (own | named)) or target_of(key) in lost

    return match_parts(
        _references(table.old),
        _references(table.new),
        says=lambda part: (part.kind, part.definition),
        must_be_remade=must_be_remade,
    )


def target_of(key: Constraint) -> Target:
    """Return what a foreign key names."""
    return str(key.referenced_table), frozenset(key.referenced_columns)


def drops(table: KeptTable) -> Iterator[Change]:
    """Yield what goes, foreign keys and columns aside."""
    for constraint in table.constraints.gone:
        index = serving(constraint, table.old.indexes)
        yield DropConstraint(table.name, constraint, index, table.at_once)
    for index in table.indexes.gone:
        yield DropIndex(table.name, index, table.at_once)


def trigger_drops(table: KeptTable) -> Iterator[Change]:
    """Yield the triggers that go."""
    for trigger in table.triggers.gone:
        yield DropTrigger(table.name, trigger)


def renames(table: KeptTable, references: Match[Constraint]) -> Iterator[Change]:
    """Yield what is only called otherwise."""
    for old, new in (*table.constraints.renamed, *references.renamed):
        yield RenameConstraint(table.name, old.name, new.name)
    for left, right in table.indexes.renamed:
        yield RenameIndex(left.name, right.name)


def additions(table: KeptTable) -> Iterator[Change]:
    """Yield what comes, foreign keys and columns aside."""
    for constraint in table.constraints.come:
        index = serving(constraint, table.new.indexes)
        yield AddConstraint(table.name, constraint, index, table.at_once)
    for index in table.indexes.come:
        yield CreateIndex(table.name, index, table.at_once)


def reference_additions(
    table: KeptTable, references: Match[Constraint], targets: dict[Target, bool]
) -> Iterator[Change]:
    """Yield the foreign keys that come; late ones name what is not unique yet."""
    for key in references.come:
        is_late = targets.get(target_of(key)) is False
        yield AddConstraint(table.name, key, None, table.at_once, is_late)


def trigger_additions(table: KeptTable) -> Iterator[Change]:
    """Yield the triggers that come."""
    for trigger in table.triggers.come:
        yield CreateTrigger(table.name, trigger)


def validations(table: KeptTable, references: Match[Constraint]) -> Iterator[Change]:
    """Yield the constraints that are to be held against old rows, or no longer."""
    matches = (table.constraints, references)
    for old, new in (pair for match in matches for pair in (*match.kept, *match.renamed)):
        if new.is_validated and not old.is_validated:
            yield ValidateConstraint(table.name, new)
        elif old.is_validated and not new.is_validated:
            yield UnvalidateConstraint(table.name, new)


def comments(table: KeptTable, references: Match[Constraint]) -> Iterator[Change]:
    """Yield the comments that differ on what stays."""
    if table.old.comment != table.new.comment:
        yield SetComment("table", table.name, table.name, table.old.comment, table.new.comment)
    yield from table.columns.comments
    for match in (table.constraints, references):
        for old, new in (*match.kept, *match.renamed):
            if old.comment != new.comment:
                yield SetComment("constraint", table.name, new.name, old.comment, new.comment)
    for left, right in (*table.indexes.kept, *table.indexes.renamed):
        if left.comment != right.comment:
            yield SetComment("index", table.name, right.name, left.comment, right.comment)


def _references(table: Table) -> list[Constraint]:
    return [part for part in table.constraints if part.kind == "foreign key"]


def _without_references(table: Table) -> list[Constraint]:
    return [part for part in table.constraints if part.kind != "foreign key"]


def _targets(table: str, constraints: list[Constraint], indexes: list[Index]) -> Iterator[Target]:
    for constraint in constraints:
        if constraint.kind in ("primary key", "unique"):
            yield table, frozenset(constraint.columns)
    for index in indexes:
        if index.is_unique:
            yield table, frozenset(index.columns)
