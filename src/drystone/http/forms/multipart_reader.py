"""The body of a `multipart/form-data` request, read part by part while it arrives.

`parse_form` calls `read_form_data`. Texts are gathered in memory, files are appended to
a `Spool`, and no more than one piece of the body is held besides.

Source: RFC 7578, RFC 2046 section 5.1, WHATWG HTML ("multipart form data"). Boundaries
are found by the push parser of the library `multipart` in its strict mode; what a part
says of itself is judged here.

Invariants:
- Wherever the bytes are split, the outcome is the same. The library judges preamble and
  epilogue by how they were split, so both are dealt with here.
- Linear in the body: every counter runs over the whole form, and the first fault ends
  the reading.
- A body that ends before its last boundary is refused: what came may be half a file.

Left out on purpose, as RFC 7578 has it: nested multipart, transfer encodings that
change the bytes, folded header lines, charsets other than UTF-8.
"""

from __future__ import annotations

import re
from typing import Any, Final

from multipart import (  # type: ignore[import-untyped]  # annotated, but without py.typed
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)

from drystone.errors import BadRequest, PayloadTooLarge, UnsupportedMediaType, Violation
from drystone.http.body import Body
from drystone.http.forms.limits import FormLimits
from drystone.http.forms.part_disposition import PartDisposition, parse_part_disposition
from drystone.http.forms.spool import Spool
from drystone.http.forms.upload import Upload
from drystone.http.parts.media import MediaType, parse_media_type
from drystone.schema.json_pointer import format_pointer

Field = tuple[str, str | Upload]

# boundary := 0*69<bchars> bcharsnospace                     RFC 2046, section 5.1.1
# bchars   := bcharsnospace / " "
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")

# RFC 7578, section 4.7: the field is deprecated; these values change nothing.
_PLAIN_ENCODINGS: Final = frozenset({"7bit", "8bit", "binary"})
# A repeat of one of these would let two readers disagree about the part.
_SINGLETONS: Final = frozenset({"content-disposition", "content-type", "content-transfer-encoding"})
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_DEFAULT_FILE_TYPE: Final = MediaType("application", "octet-stream")


async def read_form_data(
    body: Body, boundary: str | None, *, limits: FormLimits, spool: Spool
) -> list[Field]:
    """Return the fields of a form in order; the content of files goes to `spool`.

    A file input in which no file was chosen (no name, no content) is left out.

    Args:
        body: the request's; read to its end.
        boundary: the parameter of the body's media type.
        limits: how much is read.
        spool: closed by the caller, after errors too.

    Raises:
        BadRequest: the body is not well-formed, ends early, or can be read in two ways.
        PayloadTooLarge: a limit is passed.
        UnsupportedMediaType: a text in a charset other than UTF-8.
    """
    if boundary is None:
        raise BadRequest("The media type multipart/form-data has no boundary.")
    if not _BOUNDARY.fullmatch(boundary):
        raise BadRequest("The boundary is not 1 to 70 of the characters of RFC 2046.")
    reader = _Reader(boundary, limits, spool)
    piece = await _skip_preamble(body, b"--" + boundary.encode("ascii"), limits)
    while piece:
        await reader.feed(piece)
        piece = await body.read()
    return reader.finish()


async def _skip_preamble(body: Body, delimiter: bytes, limits: FormLimits) -> bytes:
    """Return the body from its first delimiter on, as far as it came."""
    too_large = PayloadTooLarge(
        f"More than {limits.max_preamble_bytes} bytes stand before the first boundary."
    )
    seen = b""
    while piece := await body.read():
        seen += piece
        start = _find_delimiter(seen, delimiter)
        if start is None:
            if len(seen) > limits.max_preamble_bytes + len(delimiter):
                raise too_large
        elif start > limits.max_preamble_bytes:
            raise too_large
        else:
            return seen[start:]
    raise BadRequest("The body ends before its first boundary.")


def _find_delimiter(seen: bytes, delimiter: bytes) -> int | None:
    """Return where the first delimiter is: at the very beginning or of a line."""
    if seen.startswith(delimiter):
        return 0
    line_end = seen.find(b"\r\n" + delimiter)
    return None if line_end < 0 else line_end + 2


class _Reader:
    """Fields so far, and the part that is being read.

    Args:
        boundary: a valid one.
        limits: how much is read.
        spool: takes the content of files.
    """

    def __init__(self, boundary: str, limits: FormLimits, spool: Spool) -> None:
        self._limits = limits
        self._spool = spool
        # The library bounds each line while it has no end yet; all other limits are kept
        # here, over a whole header or form.
        self._parser: Any = PushMultipartParser(
            boundary,
            max_header_size=limits.max_part_header_bytes,
            max_header_count=limits.max_part_headers,
            strict=True,
        )
        self._complete = False
        self._fields: list[Field] = []
        self._parts = 0
        self._text_bytes = 0
        self._part = PartDisposition("")
        self._media_type: MediaType | None = None
        self._text = bytearray()
        self._start = 0

    async def feed(self, piece: bytes) -> None:
        """Take the next bytes of the body."""
        if self._complete:
            return  # the epilogue is ignored (RFC 2046, section 5.1.1)
        try:
            for event in self._parser.parse(piece):
                if event is None:
                    self._end_part()
                elif isinstance(event, MultipartSegment):
                    self._begin_part(event.headerlist)
                else:
                    await self._take(event)
        except MultipartError as error:
            if not self._has_ended():
                raise self._refuse(error) from None
            # Strict mode refuses an epilogue, but only where it comes in a piece of its
            # own: a split between the last boundary and its CRLF would decide.
            self._complete = True

    def finish(self) -> list[Field]:
        """Return the fields, once the body has ended.

        Raises:
            BadRequest: the last boundary is missing.
        """
        if not self._has_ended():
            raise BadRequest("The body ends before its last boundary.")
        return self._fields

    def _has_ended(self) -> bool:
        """Tell whether the last boundary was read. Nothing can be parsed afterwards."""
        try:
            self._parser.close()
        except MultipartError:
            return False
        return True

    def _refuse(self, error: MultipartError) -> BadRequest | PayloadTooLarge:
        if isinstance(error, ParserLimitReached):
            return PayloadTooLarge(
                f"The header of a part is over {self._limits.max_part_headers} fields "
                f"or {self._limits.max_part_header_bytes} bytes."
            )
        # The first argument is a fixed sentence of the library, without input in it.
        return BadRequest(f"The body is not well-formed multipart/form-data: {error.args[0]}.")

    def _begin_part(self, headers: list[tuple[str, str]]) -> None:
        self._parts += 1
        if self._parts > self._limits.max_parts:
            raise PayloadTooLarge(f"The form has more than {self._limits.max_parts} parts.")
        fields = self._check_headers(headers)
        self._part = parse_part_disposition(fields.get("content-disposition", ""))
        self._media_type = _read_part_type(fields, is_file=self._part.filename is not None)
        self._text = bytearray()
        self._start = self._spool.size
        self._count_text(self._part.name.encode())

    def _check_headers(self, headers: list[tuple[str, str]]) -> dict[str, str]:
        fields: dict[str, str] = {}
        size = 0
        for name, value in headers:
            size += len(f"{name}: {value}\r\n".encode())
            if _CONTROLS.search(value):
                raise BadRequest("The header of a part holds a control character.")
            lower = name.lower()
            if lower in _SINGLETONS and lower in fields:
                raise BadRequest(f"The field {name} of a part is there more than once.")
            fields[lower] = value.strip(" \t")
        if size > self._limits.max_part_header_bytes:
            raise PayloadTooLarge(
                f"The header of a part is over {self._limits.max_part_header_bytes} bytes."
            )
        return fields

    async def _take(self, content: bytes | bytearray) -> None:
        if self._part.filename is not None:
            await self._spool.append(content)
        else:
            self._count_text(content)
            self._text += content

    def _count_text(self, content: bytes | bytearray) -> None:
        self._text_bytes += len(content)
        if self._text_bytes > self._limits.max_text_bytes:
            raise PayloadTooLarge(
                f"The texts of the form are over {self._limits.max_text_bytes} bytes together."
            )

    def _end_part(self) -> None:
        name, filename = self._part.name, self._part.filename
        if filename is None:
            self._fields.append((name, _decode_text(name, self._text)))
            return
        size = self._spool.size - self._start
        if filename:
            media_type = self._media_type or _DEFAULT_FILE_TYPE
            upload = Upload(
                self._spool,
                start=self._start,
                size=size,
                filename=filename,
                content_type=media_type.essence,
            )
            self._fields.append((name, upload))
        elif size:
            raise _refuse_field(name, "required", "A file with content has no name.")


def _read_part_type(fields: dict[str, str], *, is_file: bool) -> MediaType | None:
    if fields.get("content-transfer-encoding", "binary").lower() not in _PLAIN_ENCODINGS:
        raise BadRequest("A part has a transfer encoding, which RFC 7578 does away with.")
    declared = fields.get("content-type")
    if declared is None:
        return None
    media_type = parse_media_type(declared)
    if media_type is None:
        raise BadRequest("The Content-Type of a part is malformed.")
    if media_type.type == "multipart":
        raise BadRequest("A part is itself multipart, which RFC 7578 does away with.")
    if not is_file and media_type.params.get("charset", "utf-8").lower() not in {
        "utf-8",
        "us-ascii",
    }:
        raise UnsupportedMediaType("Texts of a form must be UTF-8.")
    return media_type


def _decode_text(name: str, content: bytearray) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _refuse_field(name, "format", "A text of the form is not UTF-8.") from None
    if "\0" in text:  # PostgreSQL cannot store one
        raise _refuse_field(name, "format", "A text of the form holds a null character.")
    return text


def _refuse_field(name: str, code: str, detail: str) -> BadRequest:
    return BadRequest(
        detail, errors=[Violation(code=code, detail=detail, pointer=format_pointer([name]))]
    )
