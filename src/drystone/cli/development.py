"""A database around the server, for development: found, migrated, and ended last.

    address free? ─► PostgreSQL found or started ─► migrations applied ─► served ─► ended

It runs in the supervisor's process, which must outlive the workers anyway; they find the
database by DATABASE_URL, as in production. Interrupted at any moment (`interruption.py`),
it ends what was begun.

Production never comes here: there somebody decides when migrations are applied.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

import asyncpg

from drystone.cli.failure import CommandFailure
from drystone.cli.interruption import undisturbed
from drystone.db.dsn.error import DSNError
from drystone.db.embedded.errors import EmbeddedError
from drystone.db.finding import find_database
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.errors import MigrationError
from drystone.db.migrations.events import Finished, Mended, Retrying, Waiting
from drystone.db.migrations.runner import up
from drystone.db.migrations.session import describe
from drystone.http.server.listener import ListenError, close_all, open_listeners

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from drystone.db.finding import FoundDatabase
    from drystone.db.migrations.events import Event
    from drystone.http.processes.serve_config import ServeConfig

_TOLD: Final = (Finished, Mended, Retrying, Waiting)


def check_address(config: ServeConfig) -> None:
    """Pass if we can listen: better known before a database is started.

    Raises:
        CommandFailure: we cannot.
    """
    if "LISTEN_FDS" in os.environ:  # a service manager has opened the sockets
        return
    try:
        close_all(open_listeners(hosts=config.hosts, port=config.port, unix=config.unix))
    except ListenError as error:
        raise CommandFailure(str(error)) from None


@contextmanager
def prepared_database(
    url: str | None, migrations: Path | None, *, tell: Callable[[str], None]
) -> Iterator[FoundDatabase]:
    """Have a database, with every migration applied, for as long as the block runs.

    Processes that are started in the block find it by DATABASE_URL.

    Args:
        url: the database; without one, PostgreSQL is started in `.drystone/postgres`.
        migrations: the application's folder; None for the platform's tables alone.
        tell: is given a line for what is used, and for each migration.

    Raises:
        CommandFailure: there is no database, or it cannot be migrated.
    """
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            with _told_in_a_line():
                found = runner.run(stack.enter_async_context(find_database(url)))
                tell(found.summary)
                runner.run(_migrate(found.url, migrations, tell=tell))
            os.environ["DATABASE_URL"] = found.url
            os.environ.pop("DATABASE_URL_FILE", None)
            yield found
        finally:
            # A second, impatient Ctrl-C would leave the database behind.
            with undisturbed(), _told_in_a_line():
                runner.run(stack.aclose())


async def _migrate(url: str, folder: Path | None, *, tell: Callable[[str], None]) -> None:
    def pass_on(event: Event) -> None:
        if isinstance(event, _TOLD):
            tell(str(event))

    await up(partial(connect_direct, url), folder, on_event=pass_on)


@contextmanager
def _told_in_a_line() -> Iterator[None]:
    """Turn what a database can fail with into what a command fails with."""
    try:
        yield
    except (MigrationError, EmbeddedError, DSNError) as error:
        raise CommandFailure(str(error)) from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise CommandFailure(f"the database failed: {describe(error)}") from None
