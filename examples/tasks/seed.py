"""`drystone seed`: sample rows, as many as are wanted.

All of it is one transaction: whoever stops it with Ctrl-C, or runs out of disk, has what
there was before. Nobody else can write to the tables meanwhile; readers see the rows at once,
when all are there.
"""

from __future__ import annotations

import sys
from typing import Final

import click

from drystone import Database, Transaction, select
from drystone.errors import Conflict
from drystone.settings import Settings, SettingsReader, Variables
from examples.tasks.models import Task
from examples.tasks.sample import LOADING, empty, fill, is_empty
from examples.tasks.tracker import app

# About so many rows are made for each task, and as long as a quarter of them takes the history.
_STEPS_PER_TASK: Final = 4.7


@app.command
@click.option(
    "--tasks",
    type=click.IntRange(1, 1_000_000),
    default=100_000,
    show_default=True,
    help="How many; people, projects, comments and the rest go with them.",
)
@click.option("--add", "is_added", is_flag=True, help="Put them beside the rows that there are.")
@click.option(
    "--replace",
    "replaces",
    is_flag=True,
    help="Remove every row and its history before: nothing else is left of them.",
)
async def seed(*, tasks: int, is_added: bool, replaces: bool) -> None:
    """Fill the tables with sample tasks, and all that hangs on them.

    The database is the one that DATABASE_URL names, migrated, by the role that owns the
    tables; without it, in development, the one in .drystone/postgres. Nothing is kept
    unless all of it is.
    """
    if is_added and replaces:
        raise click.UsageError("--add and --replace are both given; write one of them")
    async with Database(database_url(), config=LOADING) as database, database.transaction() as tx:
        await make_way(tx, is_added=is_added, replaces=replaces)
        await fill_visibly(tx, tasks)
        found = await tx.count(select(Task))
    click.echo(f"{tasks:,} tasks were made; there are {found:,} now.")


def database_url() -> str:
    """Return the database of the application that runs."""
    settings = SettingsReader(Variables.from_process()).read(Settings)
    url = settings.database_direct_url or settings.database_url
    if url is None:
        raise ValueError("DATABASE_URL: is not set")
    return url


async def make_way(tx: Transaction, *, is_added: bool, replaces: bool) -> None:
    """Pass if the tables are empty, or may have rows.

    Raises:
        Conflict: they have rows, and it was not said what is to become of them.
    """
    # Two at once: the second one waits, and finds the rows.
    await tx.lock("sample rows")
    if replaces:
        await empty(tx)
    elif not is_added and not await is_empty(tx):
        raise Conflict(
            "The tables have rows already; write --add to put more beside them, or "
            "--replace to remove them first."
        )


async def fill_visibly(tx: Transaction, tasks: int) -> None:
    """Make the rows, with a bar where somebody looks on."""
    length = int(tasks * _STEPS_PER_TASK)
    is_hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=length, label="Sample rows", file=sys.stderr, hidden=is_hidden
    ) as bar:
        await fill(tx, tasks, tell=lambda _table, rows: bar.update(rows))
        bar.update(length - bar.pos)
