"""Why no migration is made, with the option that says what is missing.

MigrationError
└── NotMade
    ├── RenameUnclear   something may have been renamed, or dropped and added
    ├── ValueMissing    rows that are there would have no value
    └── WouldLose       data would be lost, and nobody said that it may be
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.changes.renames import ColumnRename, TableRename
from drystone.db.migrations.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class NotMade(MigrationError):
    """There is no migration to write yet."""


class RenameUnclear(NotMade):
    """Something may have been renamed, and nobody says so or can be asked.

    Args:
        questions: what may have been.
    """

    def __init__(self, questions: Sequence[TableRename | ColumnRename]) -> None:
        self.questions = tuple(questions)
        options = [(_option(one), _meaning(one)) for one in questions]
        options.append(("--no-renames", "nothing else was renamed: what is gone is dropped"))
        width = max(len(option) for option, _ in options)
        super().__init__(
            "something may have been renamed, and nobody can be asked, as this is no terminal; "
            "say what it is:\n"
            + "\n".join(f"  {option:<{width}}  {meaning}" for option, meaning in options)
        )


class ValueMissing(NotMade):
    """Columns that must have a value come to tables that may have rows.

    Args:
        columns: each with its table.
    """

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        self.columns = tuple(columns)
        options = [f'--backfill {table}.{column}="…"' for table, column in columns]
        width = max(map(len, options))
        examples = "an SQL expression: 0, now(), or 'none' with its quotes"
        lines = [f"  {option:<{width}}  {examples}" for option in options]
        super().__init__(
            "rows that are there would have no value in a column that must have one; give the "
            "field a default, let it be None, or say what they get:\n" + "\n".join(lines)
        )


class WouldLose(NotMade):
    """Data would be lost.

    Args:
        losses: a sentence for each.
    """

    def __init__(self, losses: Iterable[str]) -> None:
        self.losses = tuple(losses)
        super().__init__(
            "data would be lost; write --lose-data if it may be:\n"
            + "\n".join(f"  {sentence}" for sentence in self.losses)
        )


def _option(rename: TableRename | ColumnRename) -> str:
    if isinstance(rename, TableRename):
        return f"--rename-table {rename.before}={rename.after}"
    return f"--rename {rename.table}.{rename.before}={rename.after}"


def _meaning(rename: TableRename | ColumnRename) -> str:
    if isinstance(rename, TableRename):
        return f"table {rename.before} is {rename.after} now, and keeps its rows"
    return f"{rename.table}.{rename.before} is {rename.after} now, and keeps its values"
