"""How the progress of migrations looks in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from drystone.db.migrations.events import Finished, Mended, Retrying, Waiting

if TYPE_CHECKING:
    from drystone.db.migrations.events import Event
    from drystone.db.migrations.files import MigrationFile
    from drystone.db.migrations.sections import Section


def tell(event: Event) -> None:
    """Print one event as a line."""
    colour = None
    if isinstance(event, Finished):
        colour = "green"
    elif isinstance(event, Waiting | Retrying | Mended):
        colour = "yellow"
    click.echo(click.style(str(event), fg=colour))


def describe_file(file: MigrationFile, section: Section) -> str:
    """Return a migration with what is to be run of it."""
    count = len(section.statements)
    statements = "1 statement" if count == 1 else f"{count} statements"
    how = "in one transaction" if section.transactional else "each by itself"
    return f"{file.label} ({statements}, {how})"


def tell_step(words: str) -> None:
    """Print what is being done, beside what the command answers."""
    click.echo(click.style(words, dim=True), err=True)
