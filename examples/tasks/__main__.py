"""`make run`: a database, its tables, some rows, and the server in front of them.

As `drystone serve examples.tasks.app:app` in development, but for three things: the tables
are filled where they are empty, a database that DATABASE_URL names is migrated too, and
the first thing to try is printed.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import click

from drystone.cli.development import check_address, prepared_database
from drystone.cli.failure import CommandFailure
from drystone.cli.interruption import interruptible
from drystone.cli.serve import read_settings
from drystone.cli.serving import choose_style, plan
from drystone.errors import Problem
from drystone.http.processes.serve_config import ServeConfig
from drystone.http.processes.supervisor import serve
from drystone.observe.logs import configure_logs
from drystone.settings import Settings
from examples.tasks.sample import fill_if_empty

MIGRATIONS = Path(__file__).with_name("migrations")


class Announcement(logging.Handler):
    """Says where to look, as soon as the supervisor logs that it serves."""

    def __init__(self, tasks: int) -> None:
        super().__init__()
        self._tasks = tasks

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == "serving %s":
            address = record.getMessage().removeprefix("serving ")
            print(f"\n{self._tasks:,} tasks at {address}. Press Ctrl-C to stop.")
            print(f"\n  curl '{address}/api/v1/tasks?limit=3'\n", flush=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Serve the task tracker with 5,000 sample tasks.

    PORT says where, DATABASE_URL on which database; without it a PostgreSQL is started in
    .drystone/postgres. All else is `drystone serve examples.tasks.app:app`.
    """
    sys.exit(start())


def start() -> int:
    """Return the exit code, once all is over."""
    try:
        settings, limits = read_settings({})
        config = plan(settings, limits, target="examples.tasks.app:app")
        with interruptible():
            return run(settings, config)
    except CommandFailure as failure:
        failure.show()
        return failure.exit_code


def run(settings: Settings, config: ServeConfig) -> int:
    """Serve with a database around it; return the exit code."""
    check_address(config)
    with prepared_database(settings.database_url, MIGRATIONS, tell=click.echo) as found:
        tasks = fill(found.url)
        configure_logs(level=settings.log_level, style=choose_style(settings))
        logging.getLogger("drystone.server").addHandler(Announcement(tasks))
        return serve(config)


def fill(url: str) -> int:
    """Return the number of tasks; there are some, if the tables were empty."""
    try:
        return asyncio.run(fill_if_empty(url))
    except Problem as problem:
        raise CommandFailure(f"the database failed: {problem.detail}") from problem


if __name__ == "__main__":
    main()
