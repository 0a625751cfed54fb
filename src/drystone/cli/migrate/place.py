"""Where migrations are and where they go: the folder, and the database.

The folder is what `--directory` names, else what the application declares as
`App(…, migrations=…)`. The database is the direct one where there is a PgBouncer.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import asyncpg
import click

from drystone.cli.application import load_named
from drystone.cli.failure import CommandFailure, Misuse
from drystone.cli.serve import read_settings
from drystone.cli.target import find_target
from drystone.db.dsn.error import DSNError
from drystone.db.embedded.errors import EmbeddedError
from drystone.db.finding import find_database, place_of
from drystone.db.migrations.errors import MigrationError
from drystone.db.migrations.session import describe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from drystone.settings import Settings

T = TypeVar("T")
F = TypeVar("F", bound="Callable[..., None]")


def place_options(function: F) -> F:
    """Give a command the argument and the option that say where the migrations are."""
    directory = click.option(
        "--directory",
        type=click.Path(path_type=Path, file_okay=False),
        help="The folder of the migrations; no application is loaded then.",
    )
    argument = click.argument("target", metavar="[MODULE:APP]", required=False)
    return argument(directory(function))


def load_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        Misuse: names every mistake.
    """
    settings, _ = read_settings({})
    return settings


def find_folder(target: str | None, directory: Path | None, settings: Settings) -> Path | None:
    """Return the folder of the application's migrations; None where it declares none.

    Args:
        target: the application that the command line names, if any.
        directory: the folder that it names, if any.
        settings: may name an application.

    Raises:
        CommandFailure: there is no such application or folder.
    """
    if directory is not None:
        if target is not None:
            raise Misuse("an application and --directory are both given; write one of them")
        return directory
    name = find_target(target, settings.app)
    service = load_named(name)
    folder = declared_folder(service)
    if folder is None:
        click.echo(
            f"{name} declares no folder of migrations (App(…, migrations=…)), and --directory "
            "is not given: only the platform's own count.",
            err=True,
        )
    return folder


def declared_folder(application: object) -> Path | None:
    """Return the folder that an application declares, if any."""
    folder = getattr(application, "migrations", None)
    return None if folder is None else Path(folder)


def run_on_database(
    work: Callable[[str], Awaitable[T]], settings: Settings, *, quiet: bool = False
) -> T:
    """Return what `work` returns for the URL of the database to migrate.

    An embedded server runs as long as the work does.

    Args:
        work: an async function of the URL.
        settings: may name the database.
        quiet: do not say on stderr which it is.

    Raises:
        CommandFailure: what the work raised as MigrationError, or there is no database.
    """

    async def main() -> T:
        direct = settings.database_direct_url
        async with find_database(direct or settings.database_url) as found:
            if not quiet:
                summary = found.summary
                if direct:
                    summary = f"PostgreSQL at {place_of(direct)} (DRYSTONE_DATABASE_DIRECT_URL)"
                click.echo(click.style(summary, dim=True), err=True)
            return await work(found.url)

    try:
        return asyncio.run(main())
    except (MigrationError, EmbeddedError, DSNError) as error:
        raise CommandFailure(str(error)) from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise CommandFailure(f"the database failed: {describe(error)}") from None
