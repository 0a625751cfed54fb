"""`drystone migrate down`: reverts the last migrations."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from drystone.cli.failure import Misuse
from drystone.cli.migrate.place import find_folder, load_settings, place_options, run_on_database
from drystone.cli.migrate.progress import describe_file, tell
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import down as revert

if TYPE_CHECKING:
    from drystone.db.migrations.files import MigrationFile
    from drystone.settings import Settings

_EXAMPLES: Final = """\b
Examples:
  drystone migrate down tasks.app:app            revert the last one
  drystone migrate down tasks.app:app --steps 3  revert the last three
  drystone migrate down tasks.app:app --to 4     keep 0004, revert what came after
  drystone migrate down tasks.app:app --yes      do not ask, as scripts need
"""


@click.command(epilog=_EXAMPLES)
@place_options
@click.option("--steps", type=click.IntRange(min=1), help="How many to revert; 1 if not given.")
@click.option("--to", type=click.IntRange(min=0), help="The number of the last one to keep.")
@click.option("--yes", is_flag=True, help="Do not ask; production requires it.")
def down(
    target: str | None,
    directory: Path | None,
    *,
    steps: int | None,
    to: int | None,
    yes: bool,
) -> None:
    """Revert the application's last migrations.

    What they made is dropped, with the rows in it. One whose file has no statements under
    'migrate:down' cannot be reverted, and then none is.
    """
    if steps is not None and to is not None:
        raise Misuse("--steps and --to are both given; write one of them")
    settings = load_settings()
    folder = find_folder(target, directory, settings)
    if folder is None:
        raise Misuse("there is nothing to revert without a folder; give --directory")

    async def work(url: str) -> tuple[MigrationFile, ...]:
        connect = partial(connect_direct, url)
        chosen = await revert(connect, folder, steps=steps, to=to, dry_run=True)
        if chosen and not yes:
            _confirm(chosen, settings)
        if not chosen:
            return ()
        # By number: what others applied meanwhile was not asked about.
        return await revert(connect, folder, to=chosen[-1].number - 1, on_event=tell)

    if not run_on_database(work, settings):
        click.echo("Nothing to revert.")


def _confirm(files: tuple[MigrationFile, ...], settings: Settings) -> None:
    """Return if whoever runs the command wants it.

    Raises:
        Misuse: nobody can be asked, or this is production.
        Abort: they do not.
    """
    for file in files:
        if file.down is not None:
            click.echo(f"would revert {describe_file(file, file.down)}")
    if settings.is_production:
        raise Misuse("this is production, where rows would be lost; write --yes if you mean it")
    if not _is_terminal():
        raise Misuse("nobody can be asked, as this is no terminal; write --yes if you mean it")
    click.confirm("What they made is dropped, with the rows in it. Go on?", abort=True)


def _is_terminal() -> bool:
    return sys.stdin.isatty()
