"""`make run`: a database, its tables, some rows, and the server in front of them.

This process starts PostgreSQL (unless DATABASE_URL names one), prepares it, and then
supervises the workers until Ctrl-C. It ends the database last.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from contextlib import AsyncExitStack

import asyncpg

from drystone.cli.serving import choose_style, plan, read_limits
from drystone.db.embedded.errors import EmbeddedError
from drystone.db.finding import find_database
from drystone.http.processes.serve_config import ServeConfig
from drystone.http.processes.supervisor import serve
from drystone.http.server.listener import ListenError, close_all, open_listeners
from drystone.observe.logs import configure_logs
from drystone.settings import Settings, SettingsError, SettingsReader, Variables
from examples.tasks.database import AWAY
from examples.tasks.migrate import prepare


class DatabaseUnusable(Exception):
    """The database was found, and cannot be prepared."""


class Announcement(logging.Handler):
    """Says where to look, as soon as the supervisor logs that it serves."""

    def __init__(self, summary: str) -> None:
        super().__init__()
        self._summary = summary

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == "serving %s":
            address = record.getMessage().removeprefix("serving ")
            print(f"\nTasks at {address}. Press Ctrl-C to stop.")
            print(self._summary)
            print(f"\n  curl '{address}/api/v1/tasks?limit=3'\n", flush=True)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    variables = Variables.from_process()
    reader = SettingsReader(variables)
    settings = reader.read(Settings)
    config = plan(settings, read_limits(reader, settings), target="examples.tasks.app:app")
    try:
        reader.finish()
        variables.export()
        check_address(config)
        return run(settings, config)
    except (SettingsError, ListenError, EmbeddedError, DatabaseUnusable) as error:
        print(f"Error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 1


def check_address(config: ServeConfig) -> None:
    """Pass if we can listen: better known before a database is started."""
    close_all(open_listeners(hosts=config.hosts, port=config.port, unix=config.unix))


def run(settings: Settings, config: ServeConfig) -> int:
    """Serve with a database around it; return the exit code."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            found = runner.run(stack.enter_async_context(find_database(settings.database_url)))
            tasks = prepare_database(runner, found.url)
            # For the workers, which inherit the environment.
            os.environ["DATABASE_URL"] = found.url
            os.environ.pop("DATABASE_URL_FILE", None)
            configure_logs(level=settings.log_level, style=choose_style(settings))
            server_log = logging.getLogger("drystone.server")
            server_log.addHandler(Announcement(f"{tasks} tasks in {found.summary}"))
            return serve(config)
        finally:
            runner.run(stack.aclose())


def prepare_database(runner: asyncio.Runner, url: str) -> int:
    """Make the tables, and fill them where they are empty; return the number of tasks."""
    try:
        return runner.run(prepare(url))
    except (*AWAY, asyncpg.PostgresError) as error:
        raise DatabaseUnusable(f"the database cannot be used: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
