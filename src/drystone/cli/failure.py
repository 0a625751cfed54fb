"""How a command fails: one line on stderr with the mend, and an exit code.

    0   done
    1   CommandFailure   the command failed at its work
    2   Misuse           it was called wrongly: arguments, settings, no such application

A traceback is shown only for what is a fault in Drystone itself.
"""

from __future__ import annotations

from typing import IO, Any

import click


class CommandFailure(click.ClickException):
    """The command cannot do its work.

    Args:
        message: what is wrong and how to mend it; a line for each mistake. A line that
            is indented belongs to the one before it.
    """

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message, each line of it as a mistake of its own."""
        label = click.style("Error:", fg="red")
        for line in self.message.splitlines():
            text = line if line.startswith(" ") else f"{label} {line}"
            click.echo(text, file=file, err=file is None)


class Misuse(CommandFailure):
    """The command was called wrongly."""

    exit_code = 2
