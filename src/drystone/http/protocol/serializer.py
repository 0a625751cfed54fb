"""A response's head as bytes, checked on the way out.

This is the only place where header bytes are made, so it is where response
splitting ends: a name that is not a token, or a value with a control character,
raises, and nothing is written.

Sources: RFC 9112, sections 4 to 6 and 9.3; RFC 9110, sections 5.5, 6.4.1, 6.6.1.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Final

from drystone.http.protocol import grammar
from drystone.http.protocol.headers import ResponseHeaders

# Framing is the connection's business: what a handler says of it is not sent.
_OWN_FIELDS: Final = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})

_REASONS: Final = {status.value: status.phrase for status in HTTPStatus}
_STATUS_LINES: Final = {
    status: f"HTTP/1.1 {status} {_REASONS.get(status, '')}\r\n".encode()
    for status in (101, *range(200, 600))
}

# Most fields of most answers are the same; a checked line is kept, up to a bound.
_MAX_REMEMBERED_LINES: Final = 512
_MAX_REMEMBERED_VALUE: Final = 256
_remembered_lines: dict[tuple[str, str], bytes] = {}

_DAYS: Final = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
CHUNK_END: Final = b"\r\n"
LAST_CHUNK: Final = b"0\r\n\r\n"


class InvalidHeader(ValueError):
    """A response holds a status, field name or field value that cannot be sent."""


def encode_response(
    status: int, headers: ResponseHeaders, *, framing: bytes, date_line: bytes, body: bytes = b""
) -> bytes:
    """Return status line, header section, the empty line, and what follows at once.

    Args:
        status: 200 to 599, or 101. A handler has no other interim answer to give.
        headers: what the handler set; its framing fields are left out.
        framing: the connection's own lines: length or coding, and persistence.
        date_line: the `Date` line, used unless the handler set its own.
        body: the whole body, or nothing where it comes later.

    Raises:
        InvalidHeader: something in `status` or `headers` cannot be sent.
    """
    status_line = _STATUS_LINES.get(status)
    if status_line is None:
        raise InvalidHeader(f"{status!r} is not an HTTP status")
    lines = [status_line]
    for field in headers.fields.values():  # not a comprehension: most often it is one field
        lines.append(_remembered_lines.get(field) or _encode_field(field))  # noqa: PERF401
    if headers.cookies is not None:
        lines += [_encode_line("Set-Cookie", cookie) for cookie in headers.cookies]
    if "date" not in headers.fields:
        # RFC 9110, section 6.6.1: an origin server with a clock MUST send it.
        lines.append(date_line)
    lines += (framing, b"\r\n", body)
    return b"".join(lines)


def _encode_field(field: tuple[str, str]) -> bytes:
    name, value = field
    line = b"" if name.lower() in _OWN_FIELDS else _encode_line(name, value)
    if len(value) <= _MAX_REMEMBERED_VALUE:
        if len(_remembered_lines) >= _MAX_REMEMBERED_LINES:
            _remembered_lines.clear()
        _remembered_lines[field] = line
    return line


def _encode_line(name: str, value: str) -> bytes:
    try:
        raw_name, raw_value = name.encode("ascii"), value.encode("latin-1")
    except AttributeError:
        raise InvalidHeader(f"the value of {name!r} is not text") from None
    except UnicodeEncodeError:
        raise InvalidHeader(f"the field {name!r} holds characters outside of Latin-1") from None
    if not grammar.TOKEN.fullmatch(raw_name):
        raise InvalidHeader(f"{name!r} is not a field name")
    if not grammar.FIELD_VALUE.fullmatch(raw_value):
        raise InvalidHeader(f"the value of {name!r} holds a control character")
    return b"%b: %b\r\n" % (raw_name, raw_value)


def encode_chunk_size(size: int) -> bytes:
    r"""Return the line before a chunk of `size` bytes.

    >>> encode_chunk_size(255)
    b'ff\r\n'
    """
    return b"%x\r\n" % size


def encode_date_line(unix_seconds: float) -> bytes:
    r"""Return the `Date` line of a moment (IMF-fixdate, RFC 9110, section 5.6.7).

    >>> encode_date_line(784111777)
    b'Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n'
    """
    moment = time.gmtime(unix_seconds)
    # Not strftime: day and month names would follow the process's locale.
    day, month = _DAYS[moment.tm_wday], _MONTHS[moment.tm_mon - 1]
    clock = f"{moment.tm_hour:02}:{moment.tm_min:02}:{moment.tm_sec:02}"
    return f"Date: {day}, {moment.tm_mday:02} {month} {moment.tm_year:04} {clock} GMT\r\n".encode()
