"""Files as responses: whole, in part, or not at all where the client has them.

    open ──► conditions ──► range ──► read ──► Response
     404      304, 412       416      200, 206

Opening, and reading what is small, take one trip to a thread; a large file is read in
pieces while it is sent, so that memory is bounded and a slow client slows the disk.
The length is declared beforehand: a file that grows meanwhile is cut there, one that
shrinks ends in an answer that the client sees broken off.

What somebody uploaded is sent with `download_name`, never to be shown: HTML and SVG
can hold scripts.

Left out on purpose: `sendfile` (neither TLS nor compression could pass by it), and
stored compressed twins.

Sources: RFC 9110, sections 8.8 (validators), 13 (conditions) and 14 (ranges);
RFC 9111, section 5.2.2 (Cache-Control).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drystone.errors import PreconditionFailed, Unavailable
from drystone.http.files.directory import Directory
from drystone.http.files.disposition import attachment
from drystone.http.files.file_types import guess_media_type
from drystone.http.files.open_file import OpenFile
from drystone.http.files.ranges import ByteRange, select_range
from drystone.http.parts.conditional import Outcome, allows_range, evaluate
from drystone.http.parts.dates import format_date
from drystone.http.protocol.headers import Headers
from drystone.http.request import Request
from drystone.http.response import Response

MAX_SMALL_BYTES: Final = 64 * 1024
PIECE_BYTES: Final = 256 * 1024


async def send_file(
    request: Request,
    path: str | os.PathLike[str],
    *,
    media_type: str | None = None,
    download_name: str | None = None,
    root: str | os.PathLike[str] | Directory | None = None,
    max_age_seconds: int | None = None,
) -> Response:
    """Answer `request` with a file.

    Conditions and ranges count for GET and HEAD; an answer to another method is always
    the whole file.

    Args:
        request: what is answered.
        path: the file. With `root` it may come from anywhere, such as a parameter of
            the route; without, it must be the application's own.
        media_type: by the name's suffix where it is not given.
        download_name: have the client save the file under this name.
        root: the directory outside of which nothing is served.
        max_age_seconds: for how long a cache need not ask again; 0 is always. Nothing
            is said where it is not given.

    Raises:
        NotFound: no such file, or none within `root`.
        PreconditionFailed: `If-Match` or `If-Unmodified-Since` does not hold.
        RangeNotSatisfiable: the range lies outside of the file.
        Unavailable: the file is being changed this moment.
        OSError: the system cannot read it.
    """
    plan = _Plan(request.method, request.headers)

    def prepare() -> tuple[_Selection, str]:
        if root is None:
            file = OpenFile.open(Path(path))
        else:
            directory = root if isinstance(root, Directory) else Directory(root)
            file = directory.open(os.fspath(path))
        return plan.select(file), Path(path).name

    selection, name = await asyncio.to_thread(prepare)
    response = selection.to_response()
    if selection.status != 304:
        response.headers["Content-Type"] = media_type or guess_media_type(name)
        if download_name is not None:
            response.headers["Content-Disposition"] = attachment(download_name)
    if max_age_seconds is not None:
        response.headers["Cache-Control"] = (
            f"max-age={max_age_seconds}" if max_age_seconds else "no-cache"
        )
    return response


def static(
    root: str | os.PathLike[str], *, parameter: str = "path", max_age_seconds: int = 0
) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler for a route such as `/static/{path:path}`.

    Args:
        root: an existing directory; see `Directory`.
        parameter: the route's parameter that holds the path.
        max_age_seconds: as for `send_file`.

    Raises:
        OSError: there is no such directory.
    """
    directory = Directory(root)

    async def serve(request: Request) -> Response:
        return await send_file(
            request, request.params[parameter], root=directory, max_age_seconds=max_age_seconds
        )

    return serve


@dataclass(frozen=True, slots=True)
class _Selection:
    """What of a file is sent, and how."""

    status: int
    headers: tuple[tuple[str, str], ...]
    first: int = 0
    length: int = 0
    body: bytes = b""
    file: OpenFile | None = None

    def to_response(self) -> Response:
        stream = _read_pieces(self.file, self.first, self.length) if self.file else None
        return Response(self.body, status=self.status, headers=self.headers, stream=stream)


class _Plan:
    """What the request asks of a file that is not open yet. Runs in a thread."""

    __slots__ = ("_headers", "_method")

    def __init__(self, method: str, headers: Headers) -> None:
        self._method = method
        self._headers = headers

    def select(self, file: OpenFile) -> _Selection:
        """Return what is sent of `file`, which stays open only where it is still needed."""
        selection = None
        try:
            selection = self._select(file)
        finally:
            if selection is None or selection.file is None:
                file.close()
        return selection

    def _select(self, file: OpenFile) -> _Selection:
        etag = f'"{file.modified_ns:x}-{file.size:x}-{file.inode:x}"'
        # RFC 9110, section 8.8.2.1: never later than the answer's own date.
        modified = min(max(file.modified_ns // 10**9, 0), int(time.time()))
        validators = (("ETag", etag), ("Last-Modified", format_date(modified)))
        reads = self._method in {"GET", "HEAD"}
        if reads:
            outcome = evaluate(self._method, self._headers, etag=etag, last_modified=modified)
            if outcome is Outcome.FAILED:
                raise PreconditionFailed(headers=[("ETag", etag)])
            if outcome is Outcome.NOT_MODIFIED:
                return _Selection(304, validators)
        part = None
        if self._method == "GET" and allows_range(self._headers, etag=etag, last_modified=modified):
            part = select_range(self._headers.get("range"), file.size)
        headers = (*validators, ("Accept-Ranges", "bytes"))
        return self._read(file, part or ByteRange(0, file.size, file.size), headers, part)

    def _read(
        self,
        file: OpenFile,
        span: ByteRange,
        headers: tuple[tuple[str, str], ...],
        part: ByteRange | None,
    ) -> _Selection:
        status = 200
        if part is not None:
            status, headers = 206, (*headers, ("Content-Range", part.content_range))
        if self._method != "HEAD" and span.length <= MAX_SMALL_BYTES:
            body = file.read(span.length, span.first)
            if len(body) < span.length:
                raise Unavailable("The file is being changed.")
            return _Selection(status, headers, body=body)
        headers = (*headers, ("Content-Length", str(span.length)))
        if self._method == "HEAD":
            return _Selection(status, headers)
        return _Selection(status, headers, span.first, span.length, file=file)


async def _read_pieces(file: OpenFile, first: int, length: int) -> AsyncGenerator[bytes, None]:
    """Yield `length` bytes from `first` on, fewer where the file has shrunk."""
    try:
        end = first + length
        while first < end:
            piece = await asyncio.to_thread(file.read, min(PIECE_BYTES, end - first), first)
            if not piece:
                return
            first += len(piece)
            yield piece
    finally:
        file.close()
