"""What an application declares of its database, learnt without importing it here.

The process that supervises is to stay small, and nothing of the application may fail in
it. So a child imports the application, and writes one line of JSON into a pipe. Where it
cannot be imported nothing is learnt: the worker that is to serve it meets the same
error, and tells it in full.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Declared:
    """What is known of an application.

    Attributes:
        has_database: whether it has models or migrations, and so `app.db`.
        migrations: the folder of its migrations, if it has one.
    """

    has_database: bool = False
    migrations: Path | None = None


def read_declared(target: str, *, timeout_seconds: float) -> Declared:
    """Return what the application declares; nothing where it cannot be imported.

    Args:
        target: the application as `module:attribute`.
        timeout_seconds: how long it may take to be imported.
    """
    source, sink = os.pipe()
    with open(source, "rb") as pipe:  # noqa: PTH123  (no path)
        try:
            _import_aside(target, sink, timeout_seconds=timeout_seconds)
        finally:
            # Only then does the pipe end, whether anything was said or not.
            os.close(sink)
        return _parse(pipe.read())


def _import_aside(target: str, sink: int, *, timeout_seconds: float) -> None:
    with suppress(subprocess.SubprocessError):
        # What the application prints is printed by its worker as well.
        subprocess.run(  # noqa: S603  (this interpreter, our module)
            [sys.executable, "-m", "drystone.cli.declared", target, str(sink)],
            pass_fds=[sink],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout_seconds,
            check=False,
        )


def describe(application: object) -> bytes:
    """Return what `read_declared` reads."""
    migrations = getattr(application, "migrations", None)
    has_models = bool(getattr(application, "models", ()))
    return json.dumps(
        {
            "has_database": has_models or migrations is not None,
            "migrations": None if migrations is None else str(migrations),
        }
    ).encode()


def _parse(line: bytes) -> Declared:
    if not line:
        return Declared()
    said = json.loads(line)
    folder = said["migrations"]
    return Declared(said["has_database"], None if folder is None else Path(folder))


def _main(target: str, sink: str) -> None:
    from drystone.cli.loading import load_service  # noqa: PLC0415  (only in the child)

    os.write(int(sink), describe(load_service(target)))
    # Threads that the application has begun are not waited for.
    os._exit(0)


if __name__ == "__main__":
    _main(*sys.argv[1:])
