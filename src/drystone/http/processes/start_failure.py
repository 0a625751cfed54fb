"""Says in one line why a worker cannot start, and where in the application it broke.

Errors of Drystone itself are written for the person who reads them, and are shown as
they are. Of any other the type is shown as well, and the place: the innermost line
that is neither Drystone's nor a library's, since that is where the mend goes.
"""

from __future__ import annotations

import site
import sysconfig
import traceback
from pathlib import Path
from typing import Final

from drystone.http.processes.worker_config import Readiness

_OWN: Final = f"{Path(__file__).resolve().parent.parent}/"
_LIBRARIES: Final = tuple(
    f"{path}/"
    for path in {
        *site.getsitepackages(),
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("purelib"),
    }
)


def describe_failure(error: BaseException) -> Readiness:
    """Return the line and the traceback for `error`."""
    trace = "".join(traceback.format_exception(error))
    text = str(error)
    if type(error).__module__.startswith("drystone."):
        return Readiness(text, trace)
    place = find_place(error)
    if isinstance(error, SyntaxError):
        text = error.msg  # its own text names the place again
    name = type(error).__name__
    summary = f"{name}: {text}" if text else name
    return Readiness(f"{summary} ({place})" if place else summary, trace)


def find_place(error: BaseException) -> str | None:
    """Return `file:line` of the application's part in `error`, or the innermost."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(("<frozen", _OWN))
    ]
    applications = [frame for frame in frames if not frame.filename.startswith(_LIBRARIES)]
    for frame in reversed(applications or frames):
        return f"{frame.filename}:{frame.lineno}"
    return None
