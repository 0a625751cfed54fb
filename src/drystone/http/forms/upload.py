"""A file that came with a form."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

from drystone.http.forms.spool import Spool

_PIECE_BYTES = 64 * 1024


class Upload:
    """One file of a form. It can be read until the form is closed.

    What a client says of a file is a hint: `filename` is for people to read, never a
    path to write to, and `content_type` may not be what the content is.

    Attributes:
        filename: its name without any directory; never empty.
        content_type: type and subtype in lower case; `application/octet-stream` where
            the client said nothing.
        size: how many bytes it has.
    """

    __slots__ = ("_position", "_spool", "_start", "content_type", "filename", "size")

    def __init__(
        self, spool: Spool, *, start: int, size: int, filename: str, content_type: str
    ) -> None:
        self._spool = spool
        self._start = start
        self._position = 0
        self.size = size
        self.filename = filename
        self.content_type = content_type

    def __repr__(self) -> str:
        return f"Upload({self.filename!r}, {self.content_type!r}, {self.size} bytes)"

    async def read(self, size: int = -1) -> bytes:
        """Return the next `size` bytes, `b""` at the end; all that is left if negative.

        Raises:
            ValueError: the form is closed.
        """
        left = self.size - self._position
        wanted = left if size < 0 else min(size, left)
        data = await self._spool.read(self._start + self._position, wanted)
        self._position += len(data)
        return data

    def rewind(self) -> None:
        """Let the next `read` begin at the first byte again."""
        self._position = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield what is left in pieces of at most 64 KiB."""
        while piece := await self.read(_PIECE_BYTES):
            yield piece

    async def save(self, path: str | os.PathLike[str]) -> None:
        """Write the whole content, read or not, to a new file at `path`.

        Raises:
            FileExistsError: there is something at `path`; it is never overwritten.
            OSError: it cannot be written; nothing is left there then.
            ValueError: the form is closed.
        """
        await self._spool.save(Path(path), self._start, self.size)
