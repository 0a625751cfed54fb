"""The commands that an application declares with `@app.command`, as the command line has them.

    drystone seed --tasks 100000 tasks.app:app
    drystone seed --tasks 100000                  with DRYSTONE_APP, or app in pyproject.toml

The application stands in the first or the last place, as everywhere; what else is typed is
the command's own. An `async def` runs in the started application: in development, where
DATABASE_URL is not set, with a database around it, migrated, as `drystone serve` has one.
"""

from __future__ import annotations

import asyncio
import inspect
from contextlib import nullcontext
from functools import wraps
from typing import TYPE_CHECKING, Any

import asyncpg
import click

from drystone.cli.application import load_application
from drystone.cli.failure import CommandFailure, Misuse
from drystone.cli.interruption import interruptible
from drystone.cli.serve import read_settings
from drystone.cli.serving import choose_style
from drystone.cli.target import find_target, is_target
from drystone.db.failures import NOT_MIGRATED
from drystone.errors import Problem
from drystone.observe.logs import configure_logs

if TYPE_CHECKING:
    from collections.abc import Collection, Coroutine, Mapping, Sequence
    from contextlib import AbstractContextManager

    from drystone.app import App
    from drystone.app_command import DeclaredCommand
    from drystone.settings import Settings


def split_target(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the application that stands first or last among arguments, and the others.

    >>> split_target(["tasks.app:app", "--tasks", "7"])
    ('tasks.app:app', ['--tasks', '7'])
    >>> split_target(["--tasks", "7"])
    (None, ['--tasks', '7'])
    """
    rest = list(arguments)
    for place in (0, -1):
        if rest and is_target(rest[place]):
            return rest.pop(place), rest
    return None, rest


def load_commands(argument: str | None, *, taken: Collection[str]) -> dict[str, click.Command]:
    """Return the commands of an application, by name.

    Args:
        argument: what the command line names, if anything; else the settings do.
        taken: names that are not to be had.

    Raises:
        CommandFailure: there is no such application, or a command has a taken name.
    """
    settings, _ = read_settings({})
    target = find_target(argument, settings.app)
    app = load_application(target, otherwise="has no commands")
    for name, declared in app.commands.items():
        if name in taken:
            raise CommandFailure(
                f"{declared.origin}: the command {name!r} is one of drystone's own; "
                "give the function another name"
            )
    return {name: _make(name, declared, app, settings) for name, declared in app.commands.items()}


def _make(name: str, declared: DeclaredCommand, app: App, settings: Settings) -> click.Command:
    function = declared.function

    # Options that click has noted on the function go with it.
    @wraps(function)
    def run(**given: Any) -> None:
        with interruptible():
            if inspect.iscoroutinefunction(function):
                _run_in(app, settings, function(**given))
            else:
                function(**given)

    run.__doc__ = inspect.cleandoc(function.__doc__ or "")
    return click.command(name, context_settings={"help_option_names": ["-h", "--help"]})(run)


def _run_in(app: App, settings: Settings, work: Coroutine[Any, Any, object]) -> None:
    """Run the work while the application is started.

    Raises:
        CommandFailure: it cannot be started, or the work raised a problem.
    """
    configure_logs(level=settings.log_level, style=choose_style(settings))
    try:
        with _database_around(app, settings):
            asyncio.run(_start_and_run(app, work))
    except Problem as problem:
        raise CommandFailure(_describe(problem)) from None
    except NOT_MIGRATED as error:
        raise CommandFailure(f"{error}; run drystone migrate up") from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CommandFailure(f"the database failed: {error}") from None
    except ValueError as error:
        if "DATABASE_URL" not in str(error):
            raise
        raise Misuse(str(error)) from None
    finally:
        # Where there was no database for it, it was never begun.
        work.close()


async def _start_and_run(app: App, work: Coroutine[Any, Any, object]) -> None:
    await app.start()
    try:
        await work
    finally:
        await app.stop()


def _database_around(app: App, settings: Settings) -> AbstractContextManager[object]:
    has_database = bool(app.models) or app.migrations is not None
    if not has_database or settings.database_url is not None or settings.is_production:
        return nullcontext()
    from drystone.cli.development import prepared_database  # noqa: PLC0415  (as in serve)

    return prepared_database(None, app.migrations, tell=_tell)


def _tell(line: str) -> None:
    click.echo(click.style(line, dim=True), err=True)


def _describe(problem: Problem) -> str:
    """Return a problem on one line, with what the database said where it was that."""
    said = f" ({problem.__cause__})" if problem.__cause__ is not None else ""
    lines = [f"{problem.detail or problem.title}{said}".splitlines()[0]]
    lines += [
        f"  {fault.pointer or fault.parameter or fault.header}: {fault.detail}"
        for fault in problem.errors
    ]
    return "\n".join(lines)


def summarise(commands: Mapping[str, click.Command]) -> list[tuple[str, str]]:
    """Return each command with the first sentence of its help."""
    return [(name, one.get_short_help_str(limit=100)) for name, one in commands.items()]
