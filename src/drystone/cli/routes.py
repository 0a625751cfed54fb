"""`drystone routes`: what an application serves, in order of declaration."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from drystone.cli.application import load_application
from drystone.cli.failure import CommandFailure
from drystone.cli.serve import read_settings
from drystone.cli.target import find_target
from drystone.routing.pattern import RouteError

if TYPE_CHECKING:
    from drystone.routing.route import RouteDescription

_HEADINGS = ("METHODS", "PATH", "NAME", "HANDLER", "DECLARED AT")

_EXAMPLES: Final = """\b
Examples:
  drystone routes tasks.app:app
  drystone routes tasks.app:app --middleware
  drystone routes tasks.app:app --json | jq '.[].path'
"""


@click.command(epilog=_EXAMPLES)
@click.argument("target", metavar="[MODULE:APP]", required=False)
@click.option("--middleware", is_flag=True, help="Show what runs around each handler.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def routes(target: str | None, *, middleware: bool, as_json: bool) -> None:
    """List the routes of an application.

    Method, path, name, handler, and where each is declared.
    HEAD is answered with every GET, and OPTIONS everywhere; they are not listed.
    """
    described = _load(target)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(route) for route in described], indent=2))
        return
    click.echo(_format_table(described, middleware=middleware))


def _load(target: str | None) -> list[RouteDescription]:
    """Return the routes of the application that is meant.

    Raises:
        CommandFailure: there is no such application, or its routes cannot be listed.
    """
    settings, _ = read_settings({})
    target = find_target(target, settings.app)
    try:
        return load_application(target, otherwise="has no routes to list").routes()
    except RouteError as error:
        raise CommandFailure(str(error)) from None


def _format_table(described: Sequence[RouteDescription], *, middleware: bool) -> str:
    rows = [
        (
            ",".join(route.methods),
            route.path,
            route.name or "-",
            route.handler,
            _shorten(route.origin),
        )
        for route in described
    ]
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    lines = [_format_row(_HEADINGS, widths)]
    for row, route in zip(rows, described, strict=True):
        lines.append(_format_row(row, widths))
        if middleware:
            lines.append(f"    {' > '.join((*route.middleware, 'handler'))}")
    return "\n".join(lines)


def _format_row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _shorten(origin: str) -> str:
    """Return a place relative to the working directory, where it is below it."""
    return origin.removeprefix(f"{Path.cwd()}{os.sep}")
