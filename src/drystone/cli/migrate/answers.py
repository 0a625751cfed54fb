"""What only a person knows of a migration: from options, or asked on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from drystone.cli.failure import Misuse
from drystone.db.changes.renames import ColumnRename, TableRename
from drystone.db.migrations.making.decide import Answers

if TYPE_CHECKING:
    from collections.abc import Sequence


class Terminal:
    """Whoever sits at the terminal."""

    def is_renamed(self, rename: TableRename | ColumnRename) -> bool:
        """Ask whether something was renamed."""
        if isinstance(rename, TableRename):
            question = f"Is table {rename.before} now {rename.after}?"
        else:
            question = f"Is {rename.table}.{rename.before} now {rename.table}.{rename.after}?"
        return click.confirm(question)

    def value_for(self, table: str, column: str) -> str:
        """Ask for what rows that are there get in a column."""
        click.echo(f"{table}.{column} must have a value. Which do rows get that are there?")
        given: str = click.prompt("An SQL expression, such as 'none', 0 or now()")
        return given


def read_answers(
    *,
    renames: Sequence[str],
    table_renames: Sequence[str],
    no_renames: bool,
    backfills: Sequence[str],
    lose_data: bool,
) -> Answers:
    """Return what the options say.

    Raises:
        Misuse: one of them is not written as it should be.
    """
    return Answers(
        renames=(*map(_table_rename, table_renames), *map(_column_rename, renames)),
        nothing_else_renamed=no_renames,
        backfills=dict(map(_backfill, backfills)),
        may_lose=lose_data,
    )


def _table_rename(text: str) -> TableRename:
    before, sign, after = (part.strip() for part in text.partition("="))
    if not (before and sign and after) or "." in text:
        raise Misuse(f"--rename-table {text!r}: write the old name and the new one: task=tasks")
    return TableRename(before, after)


def _column_rename(text: str) -> ColumnRename:
    place, _, after = (part.strip() for part in text.partition("="))
    table, _, before = place.partition(".")
    # The table may be repeated on the right.
    after = after.removeprefix(f"{table}.")
    if not (table and before and after) or "." in after:
        raise Misuse(f"--rename {text!r}: write table, old name and new one: tasks.name=title")
    return ColumnRename(table, before, after)


def _backfill(text: str) -> tuple[tuple[str, str], str]:
    place, _, value = text.partition("=")
    table, _, column = (part.strip() for part in place.partition("."))
    if not (table and column and value.strip()):
        raise Misuse(
            f"--backfill {text!r}: write table, column and an SQL expression: "
            "\"tasks.kind='task'\", with the quotes"
        )
    return (table, column), value.strip()
