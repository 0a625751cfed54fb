"""`drystone serve`: flags over environment over `.env` over defaults, then serve.

In development an application with models gets a database where none is named; see
`development.py`, which is only imported then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from drystone.cli.declared import read_declared
from drystone.cli.failure import Misuse
from drystone.cli.interruption import interruptible
from drystone.cli.serving import choose_style, plan, read_limits
from drystone.cli.target import find_target
from drystone.cli.version import version_of
from drystone.http.processes.supervisor import serve as supervise
from drystone.observe.logs import configure_logs
from drystone.settings import Settings, SettingsError, SettingsReader, Variables

if TYPE_CHECKING:
    from pathlib import Path

    from drystone.http.limits import Limits
    from drystone.http.processes.serve_config import ServeConfig

_EXAMPLES: Final = """\b
Examples:
  drystone serve tasks.app:app
  drystone serve tasks.app:app --host 0.0.0.0 --port 9000 --workers 4
  drystone serve tasks.app:app --reload
  drystone serve --asgi other.main:app
  DRYSTONE_APP=tasks.app:app PORT=9000 drystone serve
"""


# Values stay text here: settings parse them, so that a flag and its variable take the
# same and are refused in the same words.
@click.command(epilog=_EXAMPLES)
@click.argument("target", metavar="[MODULE:APP]", required=False)
@click.option(
    "--host", help="Address to listen on, or several with commas.  [DRYSTONE_HOST; 127.0.0.1]"
)
@click.option("--port", help="Port to listen on; 0 for any free one.  [PORT; 8000]")
@click.option("--workers", help="Processes that serve.  [DRYSTONE_WORKERS; 1]")
@click.option("--unix", metavar="PATH", help="Listen on a Unix socket instead.  [DRYSTONE_UNIX]")
@click.option(
    "--tls-cert",
    metavar="PATH",
    help="Certificate and chain, PEM: serve https.  [DRYSTONE_TLS_CERT]",
)
@click.option(
    "--tls-key", metavar="PATH", help="Its key, where not in the same file.  [DRYSTONE_TLS_KEY]"
)
@click.option("--log-level", help="debug, info, warning or error.  [DRYSTONE_LOG_LEVEL; info]")
@click.option(
    "--log-format", help="json, console, or auto: by the terminal.  [DRYSTONE_LOG_FORMAT; auto]"
)
@click.option("--reload", is_flag=True, help="Replace the workers when a source file changes.")
@click.option("--asgi", is_flag=True, help="MODULE:APP is an ASGI application.")
@click.pass_context
def serve(
    context: click.Context, /, target: str | None, *, reload: bool, asgi: bool, **flags: str | None
) -> None:
    """Serve an application.

    An application with models needs a database: the one that DATABASE_URL names, which
    is used as it is. In development, without DATABASE_URL, a PostgreSQL is started in
    .drystone/postgres, pending migrations are applied, and it ends with the server.

    Beside each option stand the variable that sets it and its default. Further
    variables, such as DATABASE_URL and every bound of the server, are listed in
    .env.example. A line of the file .env counts where the environment has none.
    """
    settings, limits = read_settings(flags, asgi=asgi)
    target = find_target(target, settings.app)
    config = plan(settings, limits, target=target, asgi=asgi, reload=reload)
    with interruptible():
        code = _run(config, settings, target=None if asgi else target)
    context.exit(code)


def _run(config: ServeConfig, settings: Settings, *, target: str | None) -> int:
    """Serve, with a database around it where one is wanted and none is named.

    Args:
        config: for the supervisor.
        settings: may name the database.
        target: the application, if it is one of Drystone's.

    Raises:
        CommandFailure: it cannot be served.
    """
    if target is None or settings.database_url is not None:
        return _supervise(config, settings)
    declared = read_declared(target, timeout_seconds=config.start_timeout_seconds)
    if not declared.has_database:
        return _supervise(config, settings)
    if settings.is_production:
        raise Misuse(
            f"DATABASE_URL: is not set, and {target} has models; "
            "write postgresql://user:password@host:5432/database"
        )
    return _supervise_with_database(config, settings, declared.migrations)


def _supervise(config: ServeConfig, settings: Settings) -> int:
    if not settings.is_production:
        click.echo(describe_start(config, settings), err=True)
    configure_logs(level=settings.log_level, style=choose_style(settings))
    return supervise(config)


def _supervise_with_database(
    config: ServeConfig, settings: Settings, migrations: Path | None
) -> int:
    from drystone.cli.development import (  # noqa: PLC0415  (production does without)
        check_address,
        prepared_database,
    )

    check_address(config)
    with prepared_database(None, migrations, tell=_tell):
        return _supervise(config, settings)


def _tell(line: str) -> None:
    click.echo(click.style(line, dim=True), err=True)


def read_settings(flags: dict[str, str | None], *, asgi: bool = False) -> tuple[Settings, Limits]:
    """Return settings and bounds, and export what flags and `.env` say to the workers.

    Unknown variables are warned of on stderr.

    Args:
        flags: what was given, by the option's name.
        asgi: an ASGI application is served, which checks hosts itself.

    Raises:
        Misuse: names every mistake.
    """
    variables = Variables.from_process().with_flags(
        {variable_of(name): (option_of(name), text) for name, text in flags.items()}
    )
    reader = SettingsReader(variables)
    settings = reader.read(Settings, defaults={"allowed_hosts": ("*",)} if asgi else {})
    limits = read_limits(reader, settings)
    try:
        reader.finish()
    except SettingsError as error:
        raise Misuse(str(error)) from None
    for warning in reader.unknown():
        click.echo(f"{click.style('Warning:', fg='yellow')} {warning}", err=True)
    variables.export()
    return settings, limits


def variable_of(name: str) -> str:
    """Return the variable that an option stands for.

    >>> variable_of("tls_cert"), variable_of("port")
    ('DRYSTONE_TLS_CERT', 'PORT')
    """
    return "PORT" if name == "port" else f"DRYSTONE_{name.upper()}"


def option_of(name: str) -> str:
    """Return an option as it is typed.

    >>> option_of("tls_cert")
    '--tls-cert'
    """
    return f"--{name.replace('_', '-')}"


def describe_start(config: ServeConfig, settings: Settings) -> str:
    """Return the one line that a developer reads first."""
    workers = "1 worker" if config.workers == 1 else f"{config.workers} workers"
    extra = ", reloading on changes" if config.reload else ""
    return (
        f"Drystone {version_of('drystone')} at {_address(config)} "
        f"({settings.environment}, {workers}{extra}). Press Ctrl-C to stop."
    )


def _address(config: ServeConfig) -> str:
    if config.unix is not None:
        return f"unix:{config.unix}"
    scheme = "http" if config.tls_cert is None else "https"
    host = f"[{config.hosts[0]}]" if ":" in config.hosts[0] else config.hosts[0]
    port = str(config.port) if config.port else "(a free port, see below)"
    return f"{scheme}://{host}:{port}"
