"""`drystone migrate up`: applies what is pending."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from drystone.cli.migrate.place import find_folder, load_settings, place_options, run_on_database
from drystone.cli.migrate.progress import describe_file, tell
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.patience import Patience
from drystone.db.migrations.runner import up as apply_pending

if TYPE_CHECKING:
    from drystone.db.migrations.files import MigrationFile

_EXAMPLES: Final = """\b
Examples:
  drystone migrate up tasks.app:app              apply all that is pending
  drystone migrate up tasks.app:app --to 7       up to 0007 and no further
  drystone migrate up tasks.app:app --dry-run    only say what would be applied
  drystone migrate up --directory migrations     without an application
"""


@click.command(epilog=_EXAMPLES)
@place_options
@click.option("--to", type=click.IntRange(min=1), help="The number of the last one to apply.")
@click.option("--dry-run", is_flag=True, help="Only list what would be applied.")
@click.option(
    "--allow-out-of-order",
    is_flag=True,
    help="Apply also what is numbered below the last applied one.",
)
@click.option(
    "--lock-timeout",
    type=click.FloatRange(min=0),
    default=2.0,
    show_default=True,
    help="Seconds that a statement waits for a lock, and keeps others waiting; 0: no end.",
)
@click.option(
    "--attempts",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="How often a lock is tried for, with longer and longer pauses.",
)
def up(
    target: str | None,
    directory: Path | None,
    *,
    to: int | None,
    dry_run: bool,
    allow_out_of_order: bool,
    lock_timeout: float,
    attempts: int,
) -> None:
    """Apply the migrations that are pending.

    Each file runs in a transaction together with the record of it, unless its marker says
    transaction:false; such a one is recorded statement by statement, and the next run
    carries on where it broke off. Several nodes may run this at once: one migrates, the
    others wait and find nothing left to do.
    """
    settings = load_settings()
    folder = find_folder(target, directory, settings)
    patience = Patience(lock_timeout_seconds=lock_timeout, attempts=attempts)

    async def work(url: str) -> tuple[MigrationFile, ...]:
        return await apply_pending(
            partial(connect_direct, url),
            folder,
            to=to,
            dry_run=dry_run,
            allow_out_of_order=allow_out_of_order,
            patience=patience,
            on_event=tell,
        )

    files = run_on_database(work, settings)
    if not files:
        click.echo("Nothing to apply.")
    elif dry_run:
        for file in files:
            click.echo(f"would apply {describe_file(file, file.up)}")
