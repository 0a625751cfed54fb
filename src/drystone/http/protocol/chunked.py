"""The chunked transfer coding, decoded strictly and without I/O.

Sizes are one to eight hexadecimal digits and nothing else; extensions are checked
and ignored; each chunk's data must end in CRLF; trailers are checked, counted and
dropped (they could otherwise pass for header fields behind a proxy's back).

Source: RFC 9112, section 7.1.
"""

from __future__ import annotations

import enum

from drystone.errors import BadRequest
from drystone.http.limits import Limits
from drystone.http.protocol import grammar
from drystone.http.protocol.head import SINGLETONS, refuse_field


class _State(enum.Enum):
    SIZE = "a chunk-size line comes next"
    DATA = "data of the current chunk comes next"
    DATA_END = "the CRLF after a chunk's data comes next"
    TRAILERS = "trailer fields or the final empty line come next"
    DONE = "the body is complete"


class ChunkedDecoder:
    """Cut the data out of a chunked body.

    `decode` is called with the same buffer until it is used up, then with more.
    """

    __slots__ = ("_data_bytes", "_limits", "_overhead", "_remaining", "_state", "_trailers")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._state = _State.SIZE
        self._remaining = 0
        self._overhead = 0
        self._data_bytes = 0
        self._trailers = 0

    def decode(self, buffer: bytes, start: int) -> tuple[bytes | None, int]:
        """Take the next piece of data out of `buffer[start:]`.

        Returns:
            The data and the offset after it; `b""` once the body is complete, and
            None where more bytes are needed (those before the offset are used up).

        Raises:
            BadRequest: the framing is not exactly RFC 9112's, or out of proportion.
        """
        while True:
            if self._state is _State.DATA:
                if start == len(buffer):
                    return None, start
                data = buffer[start : start + self._remaining]
                self._remaining -= len(data)
                self._data_bytes += len(data)
                if not self._remaining:
                    self._state = _State.DATA_END
                return data, start + len(data)
            if self._state is _State.DONE:
                return b"", start
            line, end = self._take_line(buffer, start)
            if line is None:
                return None, start
            self._count_overhead(end - start)
            start = end
            if self._state is _State.SIZE:
                self._read_size(line)
            elif self._state is _State.DATA_END:
                self._state = _State.SIZE
            else:
                self._read_trailer(line)

    def _take_line(self, buffer: bytes, start: int) -> tuple[bytes | None, int]:
        """Return the line at `start` and the offset after its CRLF, once it is there."""
        if self._state is _State.DATA_END:
            limit = 0
        elif self._state is _State.SIZE:
            limit = self._limits.max_chunk_line_bytes
        else:
            limit = self._limits.max_trailer_bytes
        found = buffer.find(b"\r\n", start, start + limit + 2)
        if found >= 0:
            return buffer[start:found], found + 2
        rest = buffer[start : start + limit + 2]
        # A lone CR or LF can no longer become a CRLF; nor can a line over its limit.
        if grammar.STRAY_LINE_END_SO_FAR.search(rest):
            raise BadRequest("A line of the chunked body ends in something other than CRLF.")
        if len(rest) > limit and not (len(rest) == limit + 1 and rest.endswith(b"\r")):
            raise self._refuse_long_line()
        return None, start

    def _refuse_long_line(self) -> BadRequest:
        if self._state is _State.DATA_END:
            return BadRequest("A chunk's data is not followed by CRLF.")
        if self._state is _State.SIZE:
            return BadRequest(
                f"A chunk-size line is over {self._limits.max_chunk_line_bytes} bytes."
            )
        return BadRequest(f"The trailers are over {self._limits.max_trailer_bytes} bytes.")

    def _read_size(self, line: bytes) -> None:
        match = grammar.CHUNK_LINE.fullmatch(line)
        if match is None:
            raise BadRequest("A chunk size is not one to eight hexadecimal digits.")
        self._remaining = int(match[1], 16)
        if self._remaining:
            self._state = _State.DATA
        else:
            self._state = _State.TRAILERS
            self._overhead = 0

    def _read_trailer(self, line: bytes) -> None:
        if not line:
            self._state = _State.DONE
            return
        self._trailers += 1
        if self._trailers > self._limits.max_trailer_count:
            raise BadRequest(f"There are more than {self._limits.max_trailer_count} trailers.")
        match = grammar.FIELD_LINE.fullmatch(line)
        if match is None:
            raise refuse_field(line)
        # RFC 9110, section 6.5.1: nothing that frames, routes or authorises.
        if match[1].lower() in SINGLETONS:
            raise BadRequest(f"{match[1].decode()} is not allowed as a trailer.")

    def _count_overhead(self, length: int) -> None:
        self._overhead += length
        if self._state is _State.TRAILERS:
            if self._overhead > self._limits.max_trailer_bytes + 2:
                raise BadRequest(f"The trailers are over {self._limits.max_trailer_bytes} bytes.")
        elif (
            self._overhead > self._limits.max_chunk_overhead_bytes
            and self._overhead > 8 * self._data_bytes
        ):
            raise BadRequest("The chunks carry far more framing than data.")
