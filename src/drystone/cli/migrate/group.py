"""`drystone migrate` and its list of subcommands."""

from __future__ import annotations

from typing import Final

import click

from drystone.cli.migrate.check import check
from drystone.cli.migrate.down import down
from drystone.cli.migrate.make import make
from drystone.cli.migrate.plan import plan
from drystone.cli.migrate.status import status
from drystone.cli.migrate.up import up

_EXAMPLES: Final = """\b
Examples:
  drystone migrate make tables tasks.app:app   what the models ask for, as a new file
  drystone migrate plan tasks.app:app          what the pending ones would lock
  drystone migrate up tasks.app:app            apply them
  drystone migrate check tasks.app:app         whether models, files and database agree
  drystone migrate up --directory migrations   without an application
"""


class InOrder(click.Group):
    """A group that lists its commands in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the help page."""
        return list(self.commands)


@click.group(epilog=_EXAMPLES, cls=InOrder)
def migrate() -> None:
    """Bring the database's tables up to date.

    Migrations are numbered SQL files, 0001_tables.sql and so on, in the folder that the
    application names or --directory does. The database is DRYSTONE_DATABASE_DIRECT_URL,
    else DATABASE_URL, else the embedded PostgreSQL in .drystone/postgres.
    """


for _command in (make, plan, up, down, status, check):
    migrate.add_command(_command)
