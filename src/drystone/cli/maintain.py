"""`drystone maintain`: what a database needs from time to time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from drystone.cli.application import load_named
from drystone.cli.failure import CommandFailure, Misuse
from drystone.cli.migrate.place import load_settings, run_on_database
from drystone.cli.target import find_target
from drystone.db.failures import NOT_MIGRATED
from drystone.db.maintenance.maintain import Busy, Done, Skipped, maintain
from drystone.db.maintenance.policy import MaintenancePolicy
from drystone.errors import Problem
from drystone.schema.model.declaration_error import DeclarationError

if TYPE_CHECKING:
    from drystone.db.maintenance.maintain import Event

_EXAMPLES: Final = """\b
Examples:
  drystone maintain tasks.app:app --dry-run             only say what would be done
  drystone maintain tasks.app:app                       make the next months' partitions
  drystone maintain tasks.app:app --keep-deleted 30     purge what was deleted 30 days ago
  17 3 * * * drystone maintain tasks.app:app            each night, in a crontab
"""


@click.command("maintain", epilog=_EXAMPLES)
@click.argument("target", metavar="[MODULE:APP]", required=False)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option(
    "--keep-history",
    type=click.IntRange(min=1),
    metavar="DAYS",
    help="Drop months of history that ended so long ago; for ever, where not given.",
)
@click.option(
    "--keep-deleted",
    type=click.IntRange(min=1),
    metavar="DAYS",
    help="Purge rows that were deleted so long ago; never, where not given.",
)
@click.option(
    "--lock-timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="How long a step waits for a lock, and keeps others waiting.  [default: 2]",
)
def maintain_command(
    target: str | None,
    *,
    dry_run: bool,
    keep_history: int | None,
    keep_deleted: int | None,
    lock_timeout: float | None,
) -> None:
    """Make room for changes, remove what is old.

    The history of changes has a partition for each month: those ahead are made, and what
    came in while there was none is moved where it belongs. Expired answers to requests
    with an Idempotency-Key go in any case; history and deleted rows only when it is said
    how long they are kept, here or by the application. Several nodes may run this at
    once: one does the work. Servers do the same by themselves, about once an hour.
    """
    settings = load_settings()
    models, policy = _find(find_target(target, settings.app))
    if keep_history is not None:
        policy = replace(policy, history=timedelta(days=keep_history))
    if keep_deleted is not None:
        policy = replace(policy, deleted=timedelta(days=keep_deleted))
    if lock_timeout is not None:
        policy = replace(policy, lock_timeout_seconds=lock_timeout)

    async def work(url: str) -> None:
        try:
            await maintain(url, models, policy, on_event=_tell, is_dry_run=dry_run)
        except NOT_MIGRATED as error:
            raise CommandFailure(f"{error}; run drystone migrate up") from None
        except DeclarationError as error:
            raise CommandFailure(str(error)) from None
        except Problem as problem:
            cause = problem.__cause__ or problem.detail or problem.title
            raise CommandFailure(f"the database failed: {cause}") from None

    run_on_database(work, settings)


def _find(name: str) -> tuple[tuple[type[Any], ...], MaintenancePolicy]:
    """Return the models of an application, and how long it keeps things.

    Raises:
        CommandFailure: there is no such application, or it has no models.
    """
    service = load_named(name)
    models = tuple(getattr(service, "models", ()))
    if not models:
        raise Misuse(f"{name} has no models; write App(models=[…])")
    policy = getattr(service, "maintenance", None)
    return models, policy if isinstance(policy, MaintenancePolicy) else MaintenancePolicy()


def _tell(event: Event) -> None:
    colour = None
    if isinstance(event, Done):
        colour = "green"
    elif isinstance(event, Skipped | Busy):
        colour = "yellow"
    click.echo(click.style(str(event), fg=colour))
