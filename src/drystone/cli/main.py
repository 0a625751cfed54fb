"""The `drystone` command and its list of subcommands.

A subcommand's module is imported when that command is run, and not before: nobody who
asks for help or for the version should wait for a web server to be imported.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final, NamedTuple

import click


class Listing(NamedTuple):
    """A subcommand as the list knows it.

    Attributes:
        place: of the command, as `module:attribute`.
        summary: the first sentence of its help.
    """

    place: str
    summary: str


# In the order of the help page. An application's own commands will come after these.
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is meant.

        Raises:
            UsageError: there is none; the nearest name is suggested.
        """
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches  # noqa: PLC0415  (for a mistake only)

            near = get_close_matches(name, COMMANDS, n=1)
            mend = f"did you mean {near[0]!r}?" if near else f"write one of {', '.join(COMMANDS)}"
            ctx.fail(f"There is no command {name!r}; {mend}")
        return super().resolve_command(ctx, args)


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
