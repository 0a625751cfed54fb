"""Requests out of a stream of bytes, without I/O: bytes are fed, messages pulled.

    feed(data)            whatever arrived, split anywhere
    recognise(data)       the last `RequestHead` again, where its very bytes came
    next_head()           a `RequestHead`, or None: more bytes are needed
    next_data()           body bytes, b"" at the end of the body, None: more needed
    take_rest()           what is left after an upgrade

The state is a table of two: a head comes next, or a body does.

    HEAD ── next_head() with a body ──► BODY ── next_data() == b"" ──► HEAD
      └──── next_head() without one ──► HEAD

One request at a time: bytes of pipelined ones wait unparsed, so that nothing is
decided about a request before the one in front of it is answered.

Keep-alive clients send the same head again and again. A buffer that starts with
the very bytes of the last head is that head: `parse_head` is pure, so it need not
run. Nothing else is assumed; one changed byte and the head is parsed.

Every error is a `Problem`, after which the stream cannot be trusted: the caller
answers and closes, and the parser refuses to go on.
"""

from __future__ import annotations

from typing import Final

from drystone.errors import BadRequest, HeadersTooLarge, Problem
from drystone.http.limits import Limits
from drystone.http.protocol import grammar
from drystone.http.protocol.chunked import ChunkedDecoder
from drystone.http.protocol.head import RequestHead, parse_head, parse_request_line

# A head that is kept for comparison costs its bytes for as long as the connection
# is open, ten thousand times over.
_MAX_REMEMBERED_HEAD_BYTES: Final = 2048


class RequestParser:
    """Read the requests of one connection.

    Args:
        limits: sizes that the parts of a request may have.
    """

    __slots__ = (
        "_buffer",
        "_decoder",
        "_empty_line_seen",
        "_failed",
        "_in_body",
        "_known_block",
        "_known_head",
        "_limits",
        "_offset",
        "_remaining",
        "_searched",
        "has_part",
    )

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = b""
        self._offset = 0  # what lies before it is used up
        self._searched = 0  # no end of head begins before it
        self._empty_line_seen = False
        self._in_body = False
        self._remaining = 0  # body bytes to come, where the length is declared
        self._decoder: ChunkedDecoder | None = None
        self._known_block = b""
        self._known_head: RequestHead | None = None
        self._failed = False
        self.has_part = False
        """Whether `next_head` last found the beginning of a head, but not its end."""

    @property
    def buffered(self) -> int:
        """How many bytes were fed and not used yet."""
        return len(self._buffer) - self._offset

    @property
    def in_body(self) -> bool:
        """Whether a body is still to be read to its end."""
        return self._in_body

    def feed(self, data: bytes) -> None:
        """Add bytes that arrived."""
        if not self._buffer:
            self._buffer = data
            return
        self._buffer = self._buffer[self._offset :] + data
        self._searched -= self._offset
        self._offset = 0

    def next_head(self) -> RequestHead | None:
        """Return the head of the next request, or None while it is incomplete.

        Raises:
            Problem: see `parse_head`; also for a head that is already too large or
                already wrong although its end has not come.
        """
        if self._in_body:
            return None
        buffer, offset = self._buffer, self._offset
        if offset == len(buffer) and not self._failed:
            self._buffer, self._offset = b"", 0  # an idle connection keeps nothing
            self.has_part = False
            return None
        head = self._known_head
        if head is not None and buffer.startswith(self._known_block, offset):
            self._offset = offset + len(self._known_block)
            if head.has_body:
                self._start_body(head)
            return head
        self._check_usable()
        try:
            head = self._read_head()
        except Problem:
            self._fail()
            raise
        self.has_part = head is None
        return head

    def recognise(self, data: bytes) -> RequestHead | None:
        """Return the last head again, if `data` is all of it and nothing else.

        For bytes that arrive while nothing is kept and a head is awaited; where the
        answer is None they are still to be fed.
        """
        head = self._known_head
        if head is None or data != self._known_block or head.has_body or self._in_body:
            return None
        return head if self._offset == len(self._buffer) else None

    def next_data(self) -> bytes | None:
        """Return the next bytes of the body, `b""` at its end, None if more are needed.

        Raises:
            BadRequest: the chunked framing is wrong.
        """
        if not self._in_body:
            return b""
        if self._decoder is None:
            data = self._buffer[self._offset : self._offset + self._remaining]
            if not data:
                return None
            self._offset += len(data)
            self._remaining -= len(data)
            self._in_body = self._remaining > 0
            self._let_go()
            return data
        self._check_usable()
        try:
            chunk, self._offset = self._decoder.decode(self._buffer, self._offset)
        except Problem:
            self._fail()
            raise
        self._let_go()
        if chunk == b"":
            self._in_body, self._decoder = False, None
        return chunk

    def take_rest(self) -> bytes:
        """Return and forget all bytes not used yet: they belong to another protocol."""
        rest = self._buffer[self._offset :]
        self._buffer, self._offset = b"", 0
        return rest

    def _read_head(self) -> RequestHead | None:
        # What was skipped and searched so far is known of this head. Were its rest
        # recognised, that knowledge would pass for the next one's.
        self._known_head = None
        if not self._skip_empty_line():
            return None
        buffer, start = self._buffer, self._offset
        end = buffer.find(b"\r\n\r\n", max(start, self._searched))
        size = (end + 4 if end >= 0 else len(buffer)) - start
        if end < 0:
            self._searched = max(start, len(buffer) - 3)
            self._check_unfinished(buffer[start : start + self._limits.max_head_bytes])
        if size > self._limits.max_head_bytes:
            raise HeadersTooLarge(f"The head is over {self._limits.max_head_bytes} bytes.")
        if end < 0:
            return None
        block = buffer[start : end + 4]
        head = parse_head(block, self._limits)
        self._offset, self._searched = end + 4, 0
        self._empty_line_seen = False
        if len(block) <= _MAX_REMEMBERED_HEAD_BYTES:
            self._known_block, self._known_head = block, head
        if head.has_body:
            self._start_body(head)
        return head

    def _skip_empty_line(self) -> bool:
        """Step over one empty line; tell whether what follows may be a request line."""
        # RFC 9112, section 2.2: a server SHOULD ignore at least one empty line before
        # the request line (old clients end a POST with one). We ignore exactly one.
        start = self._buffer[self._offset : self._offset + 2]
        if start == b"\r\n" and not self._empty_line_seen:
            self._empty_line_seen = True
            self._offset += 2
            start = self._buffer[self._offset : self._offset + 2]
        if start == b"\r\n":
            raise BadRequest("More than one empty line stands before the request line.")
        return start not in {b"", b"\r"}

    def _check_unfinished(self, head: bytes) -> None:
        """Refuse at once what no further byte can mend."""
        if grammar.STRAY_LINE_END_SO_FAR.search(head):
            raise BadRequest("A line ends in something other than CRLF.")
        line, line_end, _ = head.partition(b"\r\n")
        if line_end or len(line) > self._limits.max_request_line_bytes + 1:
            parse_request_line(line, self._limits)
        elif not grammar.REQUEST_LINE_START.fullmatch(line):
            raise BadRequest("The request line is not `METHOD target HTTP/1.1`.")

    def _let_go(self) -> None:
        """Drop the buffer once it is used up: the service may be busy for long."""
        if self._offset == len(self._buffer):
            self._buffer, self._offset = b"", 0

    def _start_body(self, head: RequestHead) -> None:
        self._in_body = True
        if head.chunked:
            self._decoder = ChunkedDecoder(self._limits)
        else:
            self._decoder = None
            self._remaining = head.content_length or 0

    def _fail(self) -> None:
        self._failed = True
        self._known_head = None

    def _check_usable(self) -> None:
        if self._failed:
            raise BadRequest("The connection cannot be read any further.")
