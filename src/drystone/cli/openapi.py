"""`drystone openapi`: the description of an application, without serving it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from drystone.cli.application import load_application
from drystone.cli.failure import CommandFailure
from drystone.cli.serve import read_settings
from drystone.cli.target import find_target
from drystone.openapi.encode import encode_document
from drystone.routing.pattern import RouteError

_EXAMPLES: Final = """\b
Examples:
  drystone openapi tasks.app:app
  drystone openapi tasks.app:app --output openapi.json
  drystone openapi | npx @redocly/cli lint /dev/stdin
"""


@click.command(epilog=_EXAMPLES)
@click.argument("target", metavar="[MODULE:APP]", required=False)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write it there; a file that is there is replaced.",
)
@click.option("--compact", is_flag=True, help="On one line, as it is served.")
def openapi(target: str | None, *, output: Path | None, compact: bool) -> None:
    """Print the OpenAPI document of an application.

    It is what the application serves at /openapi.json, whether or not it serves it. No
    database is needed.
    """
    content = _describe(target, indent=None if compact else 2) + b"\n"
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise CommandFailure(f"cannot write {output}: {error.strerror}") from None


def _describe(target: str | None, *, indent: int | None) -> bytes:
    """Return the document of the application that is meant.

    Raises:
        CommandFailure: there is no such application, or it cannot be described.
        Misuse: it is no application of ours.
    """
    settings, _ = read_settings({})
    target = find_target(target, settings.app)
    app = load_application(target, otherwise="has no routes to describe")
    try:
        return encode_document(app, indent=indent)
    except RouteError as error:
        raise CommandFailure(str(error)) from None
    except TypeError as error:
        raise CommandFailure(f"{target} cannot be described: {error}") from None
