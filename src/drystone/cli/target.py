"""Which application a command is about: `module:attribute`.

The first that names one wins: the argument, `DRYSTONE_APP` (environment or `.env`),
`app` under `[tool.drystone]` in the `pyproject.toml` of the working directory.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from drystone.cli.failure import Misuse
from drystone.settings.values import parse_target

PYPROJECT: Final = Path("pyproject.toml")


def find_target(
    argument: str | None, configured: str | None, *, pyproject: Path = PYPROJECT
) -> str:
    """Return the application as `module:attribute`.

    Args:
        argument: what the command line says, if anything.
        configured: what the settings say, if anything; checked by them.
        pyproject: need not exist.

    Raises:
        Misuse: none is named, or not as `module:attribute`.
    """
    if argument is not None:
        return _check(argument, argument)
    if configured is not None:
        return configured
    declared = _read_pyproject(pyproject)
    if declared is None:
        raise Misuse(
            "no application is named; write module:attribute after the command, set "
            "DRYSTONE_APP, or write app under [tool.drystone] in pyproject.toml"
        )
    return _check(declared, f"{pyproject}: app = {declared!r}")


def is_target(word: str) -> bool:
    """Tell whether a word of the command line names an application.

    >>> is_target("tasks.app:app"), is_target("12:30")
    (True, False)
    """
    try:
        parse_target(word)
    except ValueError:
        return False
    return True


def _read_pyproject(path: Path) -> str | None:
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise Misuse(f"{path}: cannot be read: {error}") from None
    tools = document.get("tool")
    table = tools.get("drystone") if isinstance(tools, dict) else None
    declared = table.get("app") if isinstance(table, dict) else None
    return None if declared is None else str(declared)


def _check(target: str, shown: str) -> str:
    try:
        return parse_target(target)
    except ValueError as error:
        raise Misuse(f"{shown}: {_guess(target) or error}") from None


def _guess(target: str) -> str | None:
    """Return what is wrong and what was probably meant; None where it is anyone's guess."""
    path, colon, attribute = target.partition(":")
    if path.endswith(".py") or "/" in path:
        module = ".".join(part for part in Path(path.removesuffix(".py")).parts if part != "/")
        return f"names a file; write {module}:{attribute or 'app'}"
    if not colon:
        return f"names no attribute; write {target}:app"
    return None
