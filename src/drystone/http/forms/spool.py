"""Bytes that are kept until a request ends: in memory while few, then in a file.

`form_data.py` appends the content of every uploaded file of a form to one `Spool`;
each `Upload` is a slice of it. So a form costs at most one file descriptor and
`threshold_bytes` of memory, however many files it has.

Invariants:
- The file has no name (it is unlinked when it is made), so nothing is left behind by
  an error, a cancelled task or a killed process.
- The event loop never waits for the disk: the file is touched in threads only. A lock
  keeps a thread that outlives its cancelled task from writing to a closed file.

Left out on purpose: changing or removing what was appended.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from pathlib import Path
from typing import IO

_PIECE_BYTES = 64 * 1024


class Spool:
    """Bytes that are appended, then read by offset.

    Args:
        threshold_bytes: how much waits in memory before it is moved to the file.
    """

    __slots__ = ("_closed", "_file", "_lock", "_on_disk", "_threshold_bytes", "_waiting")

    def __init__(self, threshold_bytes: int) -> None:
        self._threshold_bytes = threshold_bytes
        self._waiting = bytearray()
        self._file: IO[bytes] | None = None
        self._on_disk = 0
        self._closed = False
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How many bytes were appended."""
        return self._on_disk + len(self._waiting)

    @property
    def uses_disk(self) -> bool:
        """Whether there is a file."""
        return self._file is not None

    async def append(self, data: bytes | bytearray) -> None:
        """Add `data` at the end. One task appends, and before any other reads.

        Raises:
            OSError: the temporary directory cannot take it.
            ValueError: the spool is closed.
        """
        if self._closed:
            raise ValueError("the spool is closed")
        self._waiting += data
        if len(self._waiting) > self._threshold_bytes:
            await asyncio.to_thread(self._move_to_disk)

    async def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes from `offset` on; fewer at the end.

        Raises:
            ValueError: the spool is closed.
        """
        if offset >= self._on_disk:
            return self._read(offset, size)
        return await asyncio.to_thread(self._read, offset, size)

    async def save(self, path: Path, offset: int, size: int) -> None:
        """Write `size` bytes from `offset` on to a new file.

        Raises:
            FileExistsError: there is something at `path`.
            OSError: it cannot be written; nothing is left there then.
            ValueError: the spool is closed.
        """
        await asyncio.to_thread(self._save, path, offset, size)

    async def close(self) -> None:
        """Give memory and file back. Closing twice is allowed."""
        if self._file is None:
            self._close()
        else:
            await asyncio.to_thread(self._close)

    def _move_to_disk(self) -> None:
        with self._lock:
            if self._closed:
                return
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="drystone-")  # noqa: SIM115  (closed in _close)
            self._file.seek(self._on_disk)
            self._file.write(self._waiting)
            self._file.flush()
            self._on_disk += len(self._waiting)
            self._waiting = bytearray()

    def _read(self, offset: int, size: int) -> bytes:
        with self._lock:
            if self._closed:
                raise ValueError("the spool is closed")
            data = b""
            if self._file is not None and offset < self._on_disk:
                self._file.seek(offset)
                data = self._file.read(min(size, self._on_disk - offset))
            start = offset + len(data) - self._on_disk
            return data + bytes(self._waiting[start : start + size - len(data)])

    def _save(self, path: Path, offset: int, size: int) -> None:
        with path.open("xb") as target:
            try:
                end = offset + size
                while offset < end:
                    offset += target.write(self._read(offset, min(_PIECE_BYTES, end - offset)))
            except BaseException:
                path.unlink()
                raise

    def _close(self) -> None:
        with self._lock:
            self._closed = True
            self._waiting = bytearray()
            if self._file is not None:
                self._file.close()
                self._file = None
            self._on_disk = 0
