"""Reading a failure out of what PostgreSQL wrote.

The programs have no error codes on their way out, only text; it is in English
because they are run in the C locale. What is not recognised stays what it was,
with the last lines of the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import DiskFull, EmbeddedError, InitdbFailed, PortInUse, StartFailed

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN_LINES = 10


def last_lines(text: str, count: int = _SHOWN_LINES) -> list[str]:
    r"""Return the last lines that say anything.

    >>> last_lines("one\n\ntwo\nthree\n", 2)
    ['two', 'three']
    """
    return [line for line in text.splitlines() if line.strip()][-count:]


def explain_initdb(text: str, directory: Path) -> EmbeddedError:
    """Return the error for an `initdb` that wrote `text` and failed."""
    if "No space left on device" in text:
        return _disk_full(text, directory)
    return InitdbFailed(
        f"initdb could not make a database in {directory}; it said (mend that, or set "
        "DATABASE_URL):",
        log=last_lines(text),
    )


def explain_start(text: str, directory: Path, port: int | None) -> EmbeddedError:
    """Return the error for a server that wrote `text` and ended before it was ready."""
    if "No space left on device" in text:
        return _disk_full(text, directory)
    if port is not None and "could not bind" in text and "Address already in use" in text:
        return PortInUse(
            f"port {port} on 127.0.0.1 is in use: choose another, or none (the socket needs none)."
        )
    return StartFailed(
        f"PostgreSQL ended while starting in {directory}; the end of its server.log (mend that, "
        "or remove the directory to begin with an empty database):",
        log=last_lines(text),
    )


def _disk_full(text: str, directory: Path) -> DiskFull:
    return DiskFull(
        f"no room for a database in {directory}: free some space, "
        "or choose a directory on another disk.",
        log=last_lines(text, 3),
    )
