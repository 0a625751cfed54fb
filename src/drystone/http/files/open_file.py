"""A regular file, open for reading away from the event loop.

Reads block, so they run in a thread, while the request they are for may be cancelled
at any moment on the event loop. A descriptor that is closed under a running read could
already be another connection's socket; so `close` waits for the read without blocking
anybody: whoever ends last closes.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path
from typing import Final

from drystone.errors import NotFound

# What says that there is no such file here, or none for us: the same answer for all,
# so that nobody learns of a directory or a permission. The rest (EMFILE, EIO, ...) is
# our trouble and stays an OSError.
_ABSENT: Final = frozenset(
    {
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.EACCES,
        errno.EPERM,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENXIO,
    }
)
# Without O_NONBLOCK, opening a named pipe would wait for its writer.
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class OpenFile:
    """A regular file that is open; it closes itself when nothing refers to it any more.

    Args:
        descriptor: of the file; it belongs to this object from now on.

    Raises:
        NotFound: it is a directory, a device or a pipe.
    """

    __slots__ = ("_closing", "_descriptor", "_guard", "_reading", "inode", "modified_ns", "size")

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._guard = threading.Lock()  # held for a few instructions, never for a read
        self._reading = False
        self._closing = False
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise NotFound
        self.size = status.st_size
        """Bytes at the time of opening."""
        self.modified_ns = status.st_mtime_ns
        self.inode = status.st_ino

    def __del__(self) -> None:
        # A response that is never sent has nobody else to close its file.
        self.close()

    @classmethod
    def open(cls, path: Path) -> OpenFile:
        """Open the file at `path`, which the caller trusts. Blocks.

        Raises:
            NotFound: there is no regular file that we may read.
        """
        try:
            return cls(os.open(path, _FLAGS))
        except OSError as error:
            raise _as_absence(error) from None

    @classmethod
    def open_beneath(cls, root: Path, parts: tuple[str, ...]) -> OpenFile:
        """Open the file that `parts` lead to from `root`, following no link at all. Blocks.

        Each step starts from the directory that the last one opened: one that is
        swapped for a link in between is not followed.

        Raises:
            NotFound: there is no regular file that we may read.
        """
        try:
            directory = os.open(root, _FLAGS | os.O_DIRECTORY)
            try:
                for part in parts[:-1]:
                    flags = _FLAGS | os.O_DIRECTORY | os.O_NOFOLLOW
                    parent, directory = directory, os.open(part, flags, dir_fd=directory)
                    os.close(parent)
                return cls(os.open(parts[-1], _FLAGS | os.O_NOFOLLOW, dir_fd=directory))
            finally:
                os.close(directory)
        except OSError as error:
            raise _as_absence(error) from None

    @property
    def closed(self) -> bool:
        """Whether the file is closed, or will be once a running read ends."""
        return self._closing

    def read(self, count: int, offset: int) -> bytes:
        """Return up to `count` bytes from `offset` on; none past the end or once closed.

        Blocks. One read at a time.
        """
        with self._guard:
            if self._closing:
                return b""
            self._reading = True
        try:
            return os.pread(self._descriptor, count, offset)
        finally:
            with self._guard:
                self._reading = False
                if self.closed:
                    os.close(self._descriptor)

    def close(self) -> None:
        """Close the file, now or when the running read ends. Does not block."""
        with self._guard:
            if not self._closing:
                self._closing = True
                if not self._reading:
                    os.close(self._descriptor)


def _as_absence(error: OSError) -> Exception:
    return NotFound() if error.errno in _ABSENT else error
