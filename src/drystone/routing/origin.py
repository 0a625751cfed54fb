"""Where a declaration stands, as `file:line`, so that an error can point at it.

Asked once per declaration, before anything is served. A declaration is made
through several functions of this package; the place that its author would look
for is the first frame outside of it.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Final

_PACKAGE: Final = __name__.partition(".")[0]


def caller_origin() -> str:
    """Return `file:line` of the nearest caller that is not part of this package.

    The file is given relative to the working directory where it lies below it.
    """
    frame = inspect.currentframe()
    while frame is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    if frame is None:
        return "<unknown>:0"
    return f"{_shorten(frame.f_code.co_filename)}:{frame.f_lineno}"


def _is_ours(module_name: str) -> bool:
    return module_name == _PACKAGE or module_name.startswith(f"{_PACKAGE}.")


def _shorten(filename: str) -> str:
    path = Path(filename)
    directory = Path.cwd()
    return str(path.relative_to(directory)) if path.is_relative_to(directory) else filename
