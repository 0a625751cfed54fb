"""`drystone migrate make`: writes the migration that the models ask for."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

import click

from drystone.cli.failure import CommandFailure, Misuse
from drystone.cli.migrate.answers import Terminal, read_answers
from drystone.cli.migrate.application import find_declared
from drystone.cli.migrate.place import load_settings, run_on_database
from drystone.cli.migrate.progress import describe_file, tell_step
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.errors import MigrationError
from drystone.db.migrations.making.folder import (
    EMPTY,
    NewFile,
    next_number,
    read_present,
    write_files,
)
from drystone.db.migrations.making.make import Made, make_migration
from drystone.db.migrations.making.summary import summarize
from drystone.schema.model.declaration_error import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.cli.migrate.application import Declared

FAULTY: Final = 3
_NAME: Final = re.compile(r"[a-z0-9_]{1,80}")

_EXAMPLES: Final = """\b
Exit codes:
  0  written, or there is nothing to do
  1  nothing was written: something is wrong, or has to be said first
  2  called wrongly
  3  written, but it does not do there and back what it should: edit it

\b
Examples:
  drystone migrate make tables tasks.app:app
  drystone migrate make titles tasks.app:app --rename tasks.name=title
  drystone migrate make kinds tasks.app:app --backfill "tasks.kind='task'"
  drystone migrate make no_notes tasks.app:app --lose-data
  drystone migrate make totals tasks.app:app --empty     for SQL by hand
"""


@click.command(epilog=_EXAMPLES)
@click.argument("name")
@click.argument("target", metavar="[MODULE:APP]", required=False)
@click.option(
    "--rename",
    "renames",
    multiple=True,
    metavar="TABLE.OLD=NEW",
    help="A column that was renamed; repeatable.",
)
@click.option(
    "--rename-table",
    "table_renames",
    multiple=True,
    metavar="OLD=NEW",
    help="A table that was renamed; repeatable.",
)
@click.option("--no-renames", is_flag=True, help="Nothing else was renamed; do not ask.")
@click.option(
    "--backfill",
    "backfills",
    multiple=True,
    metavar="TABLE.COLUMN=SQL",
    help="What rows that are there get in a column; repeatable.",
)
@click.option("--lose-data", is_flag=True, help="Columns and tables may be dropped.")
@click.option("--empty", is_flag=True, help="Write an empty file, for SQL by hand.")
@click.option("--dry-run", is_flag=True, help="Print what would be written.")
@click.pass_context
def make(
    context: click.Context,
    name: str,
    target: str | None,
    *,
    renames: tuple[str, ...],
    table_renames: tuple[str, ...],
    no_renames: bool,
    backfills: tuple[str, ...],
    lose_data: bool,
    empty: bool,
    dry_run: bool,
) -> None:
    """Write the migration that the models ask for.

    The models are compared with what the files in the application's folder make, each in
    a database that is made on the server at hand and dropped again; the database's own
    tables are not looked at. What was renamed is asked about. The migration is tried
    there and back before it is written, as one file or several.
    """
    _check_name(name, target)
    answers = read_answers(
        renames=renames,
        table_renames=table_renames,
        no_renames=no_renames,
        backfills=backfills,
        lose_data=lose_data,
    )
    settings = load_settings()
    declared = find_declared(target, settings)
    if empty:
        _finish(declared, _make_empty(declared, name), dry_run=dry_run)
        return
    if not declared.models:
        raise Misuse(f"{declared.target} has no models; write App(…, models=[…]), or --empty")
    try:
        made = run_on_database(
            lambda url: make_migration(
                url,
                declared.folder,
                declared.models,
                name=name,
                answers=answers,
                asked=Terminal() if _is_terminal() else None,
                connect=connect_direct,
                tell=tell_step,
            ),
            settings,
        )
    except DeclarationError as error:
        raise CommandFailure(str(error)) from None
    if not made.changes:
        click.echo(f"Nothing to do: the migrations in {declared.folder} make what the models say.")
        return
    _finish(declared, made, dry_run=dry_run)
    context.exit(FAULTY if made.faults else 0)


def _check_name(name: str, target: str | None) -> None:
    if _NAME.fullmatch(name):
        return
    if ":" in name and target is None:
        raise Misuse(f"the migration's name comes first: drystone migrate make NAME {name}")
    near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:80]
    mend = f"write {near}" if near else "write one such as add_due_at"
    raise Misuse(
        f"{name!r} cannot be a migration's name: up to 80 small letters, digits and "
        f"underscores; {mend}"
    )


def _make_empty(declared: Declared, name: str) -> Made:
    folder = declared.folder
    try:
        number = next_number(read_present(folder))
    except MigrationError as error:
        raise CommandFailure(str(error)) from None
    return Made(files=(NewFile(folder / f"{number:04d}_{name}.sql", EMPTY),))


def _finish(declared: Declared, made: Made, *, dry_run: bool) -> None:
    """Write the files, or show them; then say what is in them, and what comes next."""
    if dry_run:
        for file in made.files:
            click.echo(click.style(f"-- {file.path}", bold=True))
            click.echo(file.text)
    else:
        try:
            write_files(declared.folder, made.files)
        except MigrationError as error:
            raise CommandFailure(str(error)) from None
        for file in made.files:
            click.echo(f"{click.style('wrote', fg='green')} {file.path}{_content(made, file)}")
        for line in summarize(made.changes):
            click.echo(f"  {line}")
    _tell_faults(made.faults)
    if not dry_run:
        _tell_next(declared, made)


def _content(made: Made, file: NewFile) -> str:
    if not made.changes:
        return ""
    parsed = file.parse()
    return f" {describe_file(parsed, parsed.up).partition(' ')[2]}"


def _tell_faults(faults: Sequence[str]) -> None:
    if not faults:
        return
    click.echo(click.style("Tried on an empty database, it does not do what it should:", fg="red"))
    for fault in faults:
        click.echo("\n".join(f"  {line}" for line in fault.splitlines()))
    click.echo("Something written by hand may depend on what changes: edit the file.")


def _tell_next(declared: Declared, made: Made) -> None:
    first = "Write your statements into it" if not made.changes else "Read it, edit it if need be"
    if len(made.files) > 1:
        first = "Read them, edit them if need be"
    click.echo(f"{first}; then:")
    click.echo(f"  drystone migrate plan {declared.target}   what it would lock")
    click.echo(f"  drystone migrate up {declared.target}     apply it")


def _is_terminal() -> bool:
    return sys.stdin.isatty()
