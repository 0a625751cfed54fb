"""`drystone migrate plan`: what the pending migrations would do to others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click

from drystone.cli.migrate.place import find_folder, load_settings, place_options, run_on_database
from drystone.cli.migrate.plan_report import print_plan, to_json
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.planning.plan import make_plan

HINDERS: Final = 3

_EXAMPLES: Final = """\b
Exit codes:
  0  nobody would have to wait
  3  a statement would make others wait

\b
Examples:
  drystone migrate plan tasks.app:app
  drystone migrate plan tasks.app:app --json         for CI: see also the exit code
  drystone migrate plan --directory migrations
"""


@click.command(epilog=_EXAMPLES)
@place_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.option(
    "--allow-out-of-order",
    is_flag=True,
    help="Plan also what is numbered below the last applied one.",
)
@click.pass_context
def plan(
    context: click.Context,
    target: str | None,
    directory: Path | None,
    *,
    as_json: bool,
    allow_out_of_order: bool,
) -> None:
    """Show what the pending migrations would lock.

    Each statement is run in an empty database that is made on the same server and dropped
    again, and PostgreSQL is asked which locks it took, which tables it rewrote and which
    it scanned. Tables of up to 16 MB count as small; for what keeps others waiting while
    a larger one is worked through, the safe form is shown.
    """
    settings = load_settings()
    folder = find_folder(target, directory, settings)
    made = run_on_database(
        lambda url: make_plan(
            url, folder, connect=connect_direct, allow_out_of_order=allow_out_of_order
        ),
        settings,
        quiet=as_json,
    )
    if as_json:
        click.echo(json.dumps(to_json(made), indent=2))
    else:
        print_plan(made)
    context.exit(HINDERS if made.hindrances else 0)
