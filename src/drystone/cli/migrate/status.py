"""`drystone migrate status`: where each migration stands."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from drystone.cli.migrate.place import find_folder, load_settings, place_options, run_on_database
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.history import find_faults
from drystone.db.migrations.runner import status as read_status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.migrations.history import Entry

PENDING: Final = 3
CONTRADICTION: Final = 4

_COLOURS: Final = {
    "applied": "green",
    "pending": "yellow",
    "applying": "red",
    "reverting": "red",
    "changed": "red",
    "missing": "red",
    "out of order": "red",
}
_HEADINGS: Final = ("STATE", "MIGRATION", "APPLIED AT", "TOOK", "BY")
_EXAMPLES: Final = """\b
Exit codes:
  0  everything is applied
  3  something is pending, or broke off
  4  files and database contradict each other: changed, missing, out of order

\b
Examples:
  drystone migrate status tasks.app:app
  drystone migrate status tasks.app:app --json | jq '.[] | select(.state != "applied")'
  drystone migrate status --directory migrations
"""


@click.command(epilog=_EXAMPLES)
@place_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def status(
    context: click.Context, target: str | None, directory: Path | None, *, as_json: bool
) -> None:
    """Show what is applied and what is pending.

    Of a migration that broke off, the statement at which it stands is shown.
    """
    settings = load_settings()
    folder = find_folder(target, directory, settings)
    entries = run_on_database(
        lambda url: read_status(partial(connect_direct, url), folder), settings, quiet=as_json
    )
    if as_json:
        click.echo(json.dumps([_to_json(entry) for entry in entries], indent=2))
    else:
        _print_table(entries)
    faults = list(find_faults(entries))
    for fault in faults:
        click.echo(f"{click.style('Error:', fg='red')} {fault}", err=True)
    if faults:
        context.exit(CONTRADICTION)
    context.exit(0 if all(entry.state == "applied" for entry in entries) else PENDING)


def _print_table(entries: Sequence[Entry]) -> None:
    rows = [_cells(entry) for entry in entries]
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    click.echo(_format(_HEADINGS, widths))
    for row, entry in zip(rows, entries, strict=True):
        line = _format(row, widths)
        state = click.style(line[: widths[0]], fg=_COLOURS[entry.state])
        click.echo(f"{state}{line[widths[0] :]}")
        for detail in _describe_progress(entry):
            click.echo(f"    {detail}")


def _format(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cells(entry: Entry) -> tuple[str, ...]:
    row = entry.row
    if row is None:
        return (entry.state, entry.label, "-", "-", "-")
    at = f"{row.applied_at:%Y-%m-%d %H:%M:%S}Z"
    return (entry.state, entry.label, at, f"{row.duration_ms} ms", row.applied_by)


def _describe_progress(entry: Entry) -> list[str]:
    """Return where a migration stands that broke off, or is under way."""
    row, section = entry.row, entry.section
    if row is None or row.state == "done":
        return []
    of = "" if section is None else f" of {len(section.statements)}"
    lines = [f"{row.position}{of} statements are done"]
    if row.statement is not None:
        lines.append(f"begun, outside of a transaction: {' '.join(row.statement.split())}")
    elif section is not None and entry.file and row.position < len(section.statements):
        following = section.statements[row.position]
        lines.append(f"next: {entry.file.path}:{following.line}: {following.summary}")
    return lines


def _to_json(entry: Entry) -> dict[str, Any]:
    row = entry.row
    return {
        "source": entry.source,
        "number": entry.number,
        "name": entry.name,
        "state": entry.state,
        "applied_at": None if row is None else row.applied_at.isoformat(),
        "duration_ms": None if row is None else row.duration_ms,
        "applied_by": None if row is None else row.applied_by,
        "position": None if row is None or row.state == "done" else row.position,
        "statement": None if row is None else row.statement,
    }
