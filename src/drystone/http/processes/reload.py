"""`--reload`: new code is served as soon as it is saved.

A child process watches the source directories (the library that does it brings an
event loop and threads, which the supervisor is to be free of) and writes a line for
each burst of changes. The supervisor then replaces its workers exactly as at SIGHUP:
code that does not start is reported, and the old code goes on until the next change.

For development. `watchfiles` is installed by the extra `drystone[reload]`.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

# Python's own files are watched anyway.
_FURTHER_EXTENSIONS: Final = (".env", ".sql", ".html")
# Editors and formatters write in bursts; one replacement for each is enough.
_DEBOUNCE_MILLISECONDS: Final = 300
_STEP_MILLISECONDS: Final = 50
# The database of development writes all the time.
_IGNORED_DIRECTORIES: Final = (".drystone",)
_READ_BYTES: Final = 65_536


class ReloadUnavailable(Exception):
    """Changes cannot be watched for. The message is one line with the mend."""


class Watcher:
    """The child process that watches; made by `start`, ended by `close`."""

    def __init__(self, process: subprocess.Popen[bytes], changes_fd: int) -> None:
        self._process = process
        self._changes_fd = changes_fd
        self._partial = b""
        self.ended = False

    @classmethod
    def start(cls, directories: Sequence[str], *, lifeline_fd: int) -> Watcher:
        """Begin to watch `directories` and all below them.

        Raises:
            ReloadUnavailable: the library is missing, or a directory is.
        """
        if importlib.util.find_spec("watchfiles") is None:
            raise ReloadUnavailable(
                "--reload needs watchfiles; install it with: pip install 'drystone[reload]'"
            )
        for directory in directories:
            if not Path(directory).is_dir():
                raise ReloadUnavailable(f"--reload cannot watch {directory}: not a directory")
        changes_out, changes_in = os.pipe()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
        try:
            process = subprocess.Popen(  # noqa: S603  (this interpreter, our module)
                [
                    sys.executable,
                    "-m",
                    "drystone.http.processes.reload",
                    str(lifeline_fd),
                    str(changes_in),
                    *directories,
                ],
                pass_fds=(lifeline_fd, changes_in),
            )
        except OSError as error:
            os.close(changes_out)
            raise ReloadUnavailable(f"--reload cannot start its watcher: {error}") from None
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.close(changes_in)
        os.set_blocking(changes_out, False)
        return cls(process, changes_out)

    def fileno(self) -> int:
        """Readable when `read` has something, unless `ended`."""
        return self._changes_fd

    def read(self) -> list[str]:
        """Return what changed since the last time: one text for each burst."""
        with suppress(BlockingIOError):
            while piece := os.read(self._changes_fd, _READ_BYTES):
                self._partial += piece
            self.ended = True
        *lines, self._partial = self._partial.split(b"\n")
        return [line.decode("utf-8", "replace") for line in lines]

    def close(self) -> None:
        """End the child process."""
        self._process.kill()
        self._process.wait()
        os.close(self._changes_fd)


def main(arguments: Sequence[str]) -> None:
    """Watch, in the child process, until the supervisor is gone.

    Args:
        arguments: descriptors of the lifeline and of the pipe for changes, and
            the directories.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    lifeline_fd, changes_fd = int(arguments[0]), int(arguments[1])
    threading.Thread(target=_end_with, args=(lifeline_fd,), daemon=True).start()
    watchfiles = importlib.import_module("watchfiles")
    sources = watchfiles.PythonFilter(extra_extensions=_FURTHER_EXTENSIONS)
    bursts = watchfiles.watch(
        *arguments[2:],
        watch_filter=lambda change, path: sources(change, path) and not _is_ignored(path),
        debounce=_DEBOUNCE_MILLISECONDS,
        step=_STEP_MILLISECONDS,
    )
    for burst in bursts:
        os.write(changes_fd, describe_burst(path for _, path in burst).encode() + b"\n")


def describe_burst(paths: Iterable[str]) -> str:
    """Return one line for a burst of changes: a file's name, and how many more.

    >>> describe_burst(["/app/b.py", "/app/a.py", "/app/c.sql"])
    '/app/a.py and 2 more'
    """
    first, *others = sorted(set(paths))
    shown = first.replace("\n", "?")
    return f"{shown} and {len(others)} more" if others else shown


def _is_ignored(path: str) -> bool:
    return any(part in _IGNORED_DIRECTORIES for part in Path(path).parts)


def _end_with(lifeline_fd: int) -> None:
    """Wait for the supervisor's end, and make it ours."""
    os.read(lifeline_fd, 1)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
