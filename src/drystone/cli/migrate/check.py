"""`drystone migrate check`: tells where models, migrations and database do not agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from drystone.cli.failure import CommandFailure, Misuse
from drystone.cli.migrate.application import find_declared
from drystone.cli.migrate.place import load_settings, place_options, run_on_database
from drystone.cli.migrate.progress import tell_step
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.drift.find import find_drift
from drystone.schema.model.declaration_error import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.migrations.drift.find import Between, Drift
    from drystone.settings import Settings

DRIFT: Final = 1

_MENDS: Final[dict[Between, str]] = {
    "models and migrations": "Write what the models ask for with: drystone migrate make NAME",
    "migrations and database": "See what is pending with: drystone migrate status. What was "
    "changed by hand: take it back, or write it into a migration.",
}
_EXAMPLES: Final = """\b
Exit codes:
  0  they agree
  1  they do not, or it cannot be found out

\b
Examples:
  drystone migrate check tasks.app:app
  drystone migrate check tasks.app:app --files-only    models and files alone, for CI
  drystone migrate check tasks.app:app --json
  drystone migrate check --directory migrations        files and database, without models
"""


@click.command(epilog=_EXAMPLES)
@place_options
@click.option("--files-only", is_flag=True, help="Leave out what is in the database.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def check(
    context: click.Context,
    target: str | None,
    directory: Path | None,
    *,
    files_only: bool,
    as_json: bool,
) -> None:
    """Tell where models, migrations and database do not agree.

    The models are compared with what all migrations make; the database with what those
    make that are applied to it. Both are tried out in a database that is made on the
    same server and dropped again; the database itself is only read.
    """
    settings = load_settings()
    models, folder = _find(target, directory, settings, files_only=files_only)
    try:
        drift = run_on_database(
            lambda url: find_drift(
                url,
                folder,
                models,
                files_only=files_only,
                connect=connect_direct,
                tell=tell_step,
            ),
            settings,
            quiet=as_json,
        )
    except DeclarationError as error:
        raise CommandFailure(str(error)) from None
    if as_json:
        click.echo(json.dumps(_to_json(drift), indent=2))
    else:
        _print(drift, files_only=files_only, has_models=bool(models))
    context.exit(DRIFT if drift else 0)


def _find(
    target: str | None, directory: Path | None, settings: Settings, *, files_only: bool
) -> tuple[tuple[type[Any], ...], Path]:
    """Return the models, if any count, and the folder."""
    if directory is not None:
        if target is not None:
            raise Misuse("an application and --directory are both given; write one of them")
        if files_only:
            raise Misuse("--files-only compares with models; name the application instead")
        return (), directory
    declared = find_declared(target, settings)
    return declared.models, declared.folder


def _print(drift: Sequence[Drift], *, files_only: bool, has_models: bool) -> None:
    for one in drift:
        click.echo(one.difference.sentence)
    if drift:
        count = "1 difference" if len(drift) == 1 else f"{len(drift)} differences"
        click.echo(click.style(f"{count} found.", fg="red"), err=True)
        for between, mend in _MENDS.items():
            if any(one.between == between for one in drift):
                click.echo(mend, err=True)
        return
    sides = [*(["models"] if has_models else []), "migrations"]
    sides += [] if files_only else ["database"]
    both = f"{', '.join(sides[:-1])} and {sides[-1]}"
    click.echo(click.style(f"{both.capitalize()} agree.", fg="green"))


def _to_json(drift: Sequence[Drift]) -> dict[str, Any]:
    return {
        "drift": bool(drift),
        "differences": [
            {
                "between": one.between,
                "kind": one.difference.kind,
                "name": one.difference.name,
                "sentence": one.difference.sentence,
            }
            for one in drift
        ],
    }
