"""The `drystone` command and its list of subcommands.

A subcommand's module is imported when that command is run, and not before: nobody who
asks for help or for the version should wait for a web server to be imported. Any other
name is that of a command which the application declares (`application_commands.py`); the
list shows those where it is known which application is meant.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Final, NamedTuple

import click

from drystone.cli.failure import CommandFailure


class Listing(NamedTuple):
    """A subcommand as the list knows it.

    Attributes:
        place: of the command, as `module:attribute`.
        summary: the first sentence of its help.
    """

    place: str
    summary: str


# In the order of the help page. An application's own commands come after these.
COMMANDS: Final = {
    "serve": Listing("drystone.cli.serve:serve", "Serve an application."),
    "routes": Listing("drystone.cli.routes:routes", "List the routes of an application."),
    "openapi": Listing(
        "drystone.cli.openapi:openapi", "Print the OpenAPI document of an application."
    ),
    "migrate": Listing(
        "drystone.cli.migrate.group:migrate", "Bring the database's tables up to date."
    ),
    "maintain": Listing(
        "drystone.cli.maintain:maintain_command", "Make room for changes, remove what is old."
    ),
    "explain": Listing(
        "drystone.cli.explain.command:explain_command",
        "Show what a request asks of the database.",
    ),
    "erd": Listing("drystone.cli.erd:erd", "Draw the tables of an application."),
    "version": Listing("drystone.cli.version:version", "Print the versions that matter."),
}

_EXAMPLES: Final = """\b
Examples:
  drystone serve tasks.app:app        serve it at http://127.0.0.1:8000
  drystone routes tasks.app:app       list what it serves
  drystone serve --help               every option, with its variable
"""


class CommandGroup(click.Group):
    """A group whose commands are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None where there is no such one."""
        listing = COMMANDS.get(cmd_name)
        if listing is None:
            return None
        module, _, name = listing.place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.summary) for name, one in COMMANDS.items()])
        if not _names_application():
            return
        from drystone.cli.application_commands import (  # noqa: PLC0415  (where there is one)
            load_commands,
            summarise,
        )

        try:
            own = summarise(load_commands(None, taken=COMMANDS))
        except CommandFailure as failure:
            # Help is what somebody asks for whose application cannot be imported.
            own = [("-", f"cannot be listed: {failure.message.splitlines()[0]}")]
        if own:
            with formatter.section("Commands of the application"):
                formatter.write_dl(own)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is meant, and what it is given.

        Raises:
            UsageError: there is none; the nearest name is suggested.
        """
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches  # noqa: PLC0415  (as above)

        from drystone.cli.application_commands import (  # noqa: PLC0415  (as above)
            load_commands,
            split_target,
        )

        target, rest = split_target(args[1:])
        is_named = target is not None or _names_application()
        near = get_close_matches(name, COMMANDS, n=1)
        own: dict[str, click.Command] = {}
        try:
            own = load_commands(target, taken=COMMANDS) if is_named else {}
        except CommandFailure:
            # Who mistypes one of ours need not hear what is wrong with their application.
            if not near:
                raise
        if name in own:
            return name, own[name], rest
        near = get_close_matches(name, [*COMMANDS, *own], n=1)
        mend = f"did you mean {near[0]!r}?" if near else f"write one of {', '.join(COMMANDS)}"
        if own and not near:
            mend += f", or of the application's own: {', '.join(own)}"
        elif not is_named:
            # What is near may be near by chance: `seed` and `serve`.
            mend += " Or" if near else ", or"
            mend += f" name the application that declares it: drystone {name} module:app"
        raise click.UsageError(f"There is no command {name!r}; {mend}", ctx)


def _names_application() -> bool:
    """Tell whether something besides the command line may say which application is meant.

    Settings would know for certain, and take longer to import than a help page should.
    """
    if os.environ.get("DRYSTONE_APP"):
        return True
    return any(
        word in _read(Path(name))
        for name, word in ((".env", "DRYSTONE_APP"), ("pyproject.toml", "[tool.drystone]"))
    )


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError):
        return ""


@click.group(
    name="drystone",
    epilog=_EXAMPLES,
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def main() -> None:
    """Serve REST APIs on PostgreSQL.

    The application is module:attribute. Where a command is not given one, it takes
    DRYSTONE_APP, or app under [tool.drystone] in pyproject.toml.
    """
