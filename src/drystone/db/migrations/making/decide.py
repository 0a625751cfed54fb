"""What is to change between two catalogues, once a person has said what only they know.

Three things cannot be read off two schemas: what was renamed, what rows that are there
get in a column that must have a value, and whether data may be lost. Each is given
beforehand, or asked for; without an answer there is no migration.

Pure, but for the one who is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from drystone.db.changes.compare import compare
from drystone.db.changes.errors import BackfillNeeded, ChangeRefused
from drystone.db.changes.losses import losses
from drystone.db.changes.renames import ColumnRename, Renames, TableRename, suggest_renames

from .errors import NotMade, RenameUnclear, ValueMissing, WouldLose

if TYPE_CHECKING:
    from drystone.db.catalog.records import Catalog
    from drystone.db.changes.change import Change


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said beforehand.

    Attributes:
        renames: what was renamed. A column's table is its old or its new name.
        nothing_else_renamed: what else is gone is dropped; nobody is asked.
        backfills: by (table, column), an SQL expression over a row.
        may_lose: data may be lost.
    """

    renames: tuple[TableRename | ColumnRename, ...] = ()
    nothing_else_renamed: bool = False
    backfills: Mapping[tuple[str, str], str] = field(default_factory=dict)
    may_lose: bool = False


class Asked(Protocol):
    """Somebody who can be asked."""

    def is_renamed(self, rename: TableRename | ColumnRename) -> bool:
        """Tell whether that is what happened."""

    def value_for(self, table: str, column: str) -> str:
        """Return the SQL expression that fills a column in rows that are there."""


def decide_changes(
    before: Catalog, after: Catalog, *, answers: Answers, asked: Asked | None
) -> tuple[Change, ...]:
    """Return the changes from one schema to another; empty where there is none.

    Args:
        before: what the migrations make.
        after: what the models ask for.
        answers: what was said beforehand.
        asked: who is asked for the rest; None where nobody can be.

    Raises:
        RenameUnclear, ValueMissing: nobody can be asked.
        WouldLose: data would be lost, and it was not said that it may be.
        NotMade: an answer does not fit, or there is no way in one migration.
    """
    try:
        renames = decide_renames(before, after, answers=answers, asked=asked)
        changes = _fill(before, after, renames, answers, asked)
    except ChangeRefused as error:
        raise NotMade(str(error)) from None
    lost = losses(changes)
    if lost and not answers.may_lose:
        raise WouldLose(lost)
    return changes


def decide_renames(
    before: Catalog, after: Catalog, *, answers: Answers, asked: Asked | None
) -> Renames:
    """Return what was renamed: what was said, and what is confirmed.

    Raises:
        RenameUnclear: nobody can be asked.
        NotMade: something is said to be called what nothing is called.
        ChangeRefused: something is said to have been what nothing was called.
    """
    confirmed = list(_at_new_tables(answers.renames))
    for rename in confirmed:
        _check_wanted(rename, after)
    denied: set[TableRename | ColumnRename] = set()
    while True:
        known = Renames.of(confirmed)
        suggested = suggest_renames(before, after, known=known)
        questions = [one for one in suggested if one not in denied]
        if not questions or answers.nothing_else_renamed:
            return known
        if asked is None:
            raise RenameUnclear(questions)
        if asked.is_renamed(questions[0]):
            confirmed.append(questions[0])
        else:
            denied.add(questions[0])


def _at_new_tables(
    renames: tuple[TableRename | ColumnRename, ...],
) -> tuple[TableRename | ColumnRename, ...]:
    new = {one.before: one.after for one in renames if isinstance(one, TableRename)}
    return tuple(
        one
        if isinstance(one, TableRename)
        else ColumnRename(new.get(one.table, one.table), one.before, one.after)
        for one in renames
    )


def _check_wanted(rename: TableRename | ColumnRename, after: Catalog) -> None:
    tables = {table.name: {column.name for column in table.columns} for table in after.tables}
    if isinstance(rename, TableRename):
        if rename.after not in tables:
            raise NotMade(f"no model has the table {rename.after}; look at --rename-table")
    elif rename.after not in tables.get(rename.table, set()):
        raise NotMade(f"no model has a column {rename.table}.{rename.after}; look at --rename")


def _fill(
    before: Catalog, after: Catalog, renames: Renames, answers: Answers, asked: Asked | None
) -> tuple[Change, ...]:
    try:
        return compare(before, after, renames=renames, backfills=answers.backfills)
    except BackfillNeeded as error:
        if asked is None:
            raise ValueMissing(error.columns) from None
        fills = {column: asked.value_for(*column) for column in error.columns}
        return compare(before, after, renames=renames, backfills={**answers.backfills, **fills})
