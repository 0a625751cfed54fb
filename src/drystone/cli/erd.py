"""`drystone erd`: the entity-relationship diagram of an application's models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from drystone.app import App
from drystone.cli.application import load_named
from drystone.cli.failure import CommandFailure, Misuse
from drystone.cli.serve import read_settings
from drystone.cli.target import find_target
from drystone.db.diagram.mermaid import mermaid
from drystone.db.diagram.svg import svg
from drystone.schema.model.declaration_error import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FORMATS: Final[dict[str, Callable[[Sequence[type[Any]]], str]]] = {"mermaid": mermaid, "svg": svg}

_EXAMPLES: Final = """\b
Examples:
  drystone erd tasks.app:app
  drystone erd tasks.app:app --output docs/diagram.svg
  drystone erd tasks.app:app --format svg > diagram.svg
"""


@click.command(epilog=_EXAMPLES)
@click.argument("target", metavar="[MODULE:APP]", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice([*_FORMATS]),
    help="What to write; by the file's ending, else mermaid.",
)
@click.option("--output", type=click.Path(path_type=Path), help="The file to write; else stdout.")
def erd(target: str | None, *, form: str | None, output: Path | None) -> None:
    """Draw the tables of an application.

    Boxes are tables without the columns that all of them have; lines are references.
    Mermaid's text is drawn by GitHub and by many editors; an SVG stands alone.
    """
    drawn = _draw(target, form or _form_of(output))
    if output is None:
        click.echo(drawn, nl=False)
        return
    try:
        output.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise CommandFailure(f"Cannot write {output}: {error.strerror}") from None


def _form_of(output: Path | None) -> str:
    return "svg" if output is not None and output.suffix.lower() == ".svg" else "mermaid"


def _draw(target: str | None, form: str) -> str:
    """Return the diagram of the application that is meant.

    Raises:
        CommandFailure: there is no such application, or no diagram can be made of it.
    """
    settings, _ = read_settings({})
    target = find_target(target, settings.app)
    service = load_named(target)
    if not isinstance(service, App) or not service.models:
        raise Misuse(f"{target} has no models to draw; write App(models=[…])")
    try:
        return _FORMATS[form](service.models)
    except DeclarationError as error:
        raise CommandFailure(str(error)) from None
