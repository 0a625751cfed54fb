"""The head of a request: request line and header section, read and judged.

`parse_head` takes the bytes up to and including the empty line and returns a
`RequestHead`, or raises the `Problem` that the client is answered with. It is
pure, so that equal bytes give equal heads: the parser relies on that when it
recognises a head that it has read before.

Strict by design. Whatever two parties could read in two ways is refused, never
repaired: that is how requests are smuggled (RFC 9112, section 11.2).

Sources: RFC 9112, sections 2.2 to 7; RFC 9110, sections 5 to 8.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from drystone.errors import (
    BadRequest,
    ExpectationFailed,
    HeadersTooLarge,
    MethodNotAllowed,
    NotImplementedByServer,
    Problem,
    URITooLong,
    VersionNotSupported,
)
from drystone.http.limits import Limits
from drystone.http.protocol import grammar
from drystone.http.protocol.headers import Headers, RawFields

Field = tuple[bytes, bytes]

# Fields that change how a message is framed, routed or authorised. A second one
# would let two readers disagree, so each of them may stand once.
SINGLETONS: Final = frozenset(
    b"host content-length transfer-encoding content-type authorization origin range "
    b"sec-fetch-site sec-fetch-mode sec-fetch-dest sec-fetch-user".split()
)
# Lists that the server itself reads; repeats are joined (RFC 9110, section 5.3).
LISTS: Final = frozenset(b"connection expect upgrade".split())
_READ_HERE: Final = SINGLETONS | LISTS

# A client repeats most of its lines in each request, whatever else changes. What
# short lines say is remembered, for all connections; the tables are bounded, so a
# flood of new lines costs no more than parsing them.
_MAX_REMEMBERED_LINES: Final = 1024
_MAX_REMEMBERED_LINE_BYTES: Final = 256
_remembered_fields: dict[bytes, Field] = {}  # of fields that are not read here
_UNKNOWN: Final[Field] = (b"", b"")

_CODINGS: Final = frozenset(b"chunked gzip x-gzip deflate compress x-compress br zstd".split())


class RequestLine(NamedTuple):
    """The first line of a request, and the two parts of its target."""

    method: str
    target: bytes
    raw_path: bytes
    raw_query: bytes
    http_minor: int


class RequestHead:
    """What the head of one request says. Shared between equal requests: never changed.

    Attributes:
        method: a token, as sent; methods are case-sensitive.
        target: the request target, as sent.
        raw_path: the path of the target, still percent-encoded; `*` for OPTIONS *.
        raw_query: what follows the first `?`; empty where there is none.
        http_minor: 0 or 1, for HTTP/1.0 and HTTP/1.1.
        raw_fields: pairs of lower-case name and value.
        host: the authority that was asked, as sent; empty in HTTP/1.0 without one.
        content_length: size of the body in bytes; None where it is not declared.
        chunked: whether the body comes in chunks.
        has_body: whether any byte of a body follows the head.
        is_plain: whether nothing about the answer depends on the request: no body, and
            not HEAD.
        keep_alive: whether the client leaves the connection open afterwards.
        expects_continue: whether the client waits for 100 before it sends the body.
        upgrade: `websocket` where the client validly asks for it, else None. Other
            protocols are ignored, as RFC 9110, section 7.8 allows.
    """

    __slots__ = (
        "_headers",
        "chunked",
        "content_length",
        "expects_continue",
        "has_body",
        "host",
        "http_minor",
        "is_plain",
        "keep_alive",
        "method",
        "raw_fields",
        "raw_path",
        "raw_query",
        "target",
        "upgrade",
    )

    def __init__(
        self,
        line: RequestLine,
        raw_fields: RawFields,
        *,
        host: bytes = b"",
        content_length: int | None = None,
        chunked: bool = False,
        keep_alive: bool = True,
        expects_continue: bool = False,
        upgrade: str | None = None,
    ) -> None:
        self.method, self.target, self.raw_path, self.raw_query, self.http_minor = line
        self.raw_fields = raw_fields
        self.host = host
        self.content_length = content_length
        self.chunked = chunked
        self.has_body = chunked or bool(content_length)
        self.is_plain = not self.has_body and self.method != "HEAD"
        self.keep_alive = keep_alive
        self.expects_continue = expects_continue
        self.upgrade = upgrade
        self._headers: Headers | None = None

    @property
    def headers(self) -> Headers:
        """The header fields as text, decoded when first asked for."""
        if self._headers is None:
            self._headers = Headers(self.raw_fields)
        return self._headers


def parse_head(block: bytes, limits: Limits) -> RequestHead:
    """Read one head.

    Args:
        block: the bytes from the request line to the empty line, included.
        limits: how large the parts may be.

    Raises:
        BadRequest: the bytes are not a request that every reader would read alike.
        URITooLong, HeadersTooLarge: over a limit.
        VersionNotSupported: HTTP, but neither 1.0 nor 1.1.
        MethodNotAllowed: CONNECT or TRACE, which the server never serves.
        ExpectationFailed: an expectation other than `100-continue`.
        NotImplementedByServer: a transfer coding other than `chunked`.
    """
    lines = block[:-4].split(b"\r\n")
    request_line = parse_request_line(lines.pop(0), limits)
    fields, special = _parse_fields(lines, limits)
    host = _parse_host(special, request_line.http_minor)
    if not request_line.target.startswith(b"/"):
        _check_authority(request_line.target, host)
    if len(special) == 1 and host and request_line.http_minor:
        return RequestHead(request_line, fields, host=host)  # the usual GET: nothing but Host
    return _judge_fields(request_line, fields, special, host)


def _judge_fields(
    line: RequestLine, fields: RawFields, special: dict[bytes, bytes], host: bytes
) -> RequestHead:
    """Return the head whose fields say something of its framing or connection."""
    content_length, chunked = _parse_framing(special, line.http_minor)
    has_body = chunked or bool(content_length)
    connection = _tokens(special.get(b"connection", b""))
    # RFC 9112, section 9.3: 1.1 persists unless closed, 1.0 only when asked to.
    keep_alive = b"close" not in connection and (
        line.http_minor == 1 or b"keep-alive" in connection
    )
    asks_websocket = (
        line.method == "GET"
        and line.http_minor == 1
        and not has_body
        and b"upgrade" in connection
        and b"websocket" in _tokens(special.get(b"upgrade", b""))
    )
    return RequestHead(
        line,
        fields,
        host=host,
        content_length=content_length,
        chunked=chunked,
        keep_alive=keep_alive,
        expects_continue=_parse_expect(special, line.http_minor) and has_body,
        upgrade="websocket" if asks_websocket else None,
    )


def parse_request_line(line: bytes, limits: Limits) -> RequestLine:
    """Read a request line, without its CRLF; errors as for `parse_head`.

    >>> parse_request_line(b"GET /tasks?page=2 HTTP/1.1", Limits()).raw_query
    b'page=2'
    """
    if len(line) <= _MAX_REMEMBERED_LINE_BYTES:
        return _remember_request_line(line)
    if len(line) > limits.max_request_line_bytes:
        raise URITooLong(f"The request line is over {limits.max_request_line_bytes} bytes.")
    return _read_request_line(line)


def _read_request_line(line: bytes) -> RequestLine:
    match = grammar.REQUEST_LINE.fullmatch(line)
    if match is None:
        raise _refuse_request_line(line)
    method, target, major, minor = match.groups()
    if major != b"1" or minor not in b"01":
        raise VersionNotSupported
    if method in {b"CONNECT", b"TRACE"}:
        # CONNECT would turn the connection into a tunnel, TRACE echoes credentials.
        raise MethodNotAllowed(
            f"{method.decode()} is not supported.",
            allow=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
        )
    path, query = _split_target(method, target)
    return RequestLine(method.decode("ascii"), target, path, query, minor[0] - 0x30)


_remember_request_line = lru_cache(maxsize=_MAX_REMEMBERED_LINES)(_read_request_line)


def _refuse_request_line(line: bytes) -> BadRequest:
    if grammar.STRAY_LINE_END.search(line):
        return BadRequest("A line ends in something other than CRLF.")
    if not line.isascii():
        return BadRequest("The request target holds bytes outside of ASCII.")
    return BadRequest("The request line is not `METHOD target HTTP/1.1`.")


def _parse_fields(lines: list[bytes], limits: Limits) -> tuple[RawFields, dict[bytes, bytes]]:
    """Return every field, and by name those that this module reads.

    Args:
        lines: the header section, a line each.
        limits: how many fields there may be, and how long.
    """
    if len(lines) > limits.max_field_count:
        raise HeadersTooLarge(f"There are more than {limits.max_field_count} header fields.")
    fields = [_remembered_fields.get(line, _UNKNOWN) for line in lines]
    special: dict[bytes, bytes] = {}
    for index, field in enumerate(fields):
        if field is _UNKNOWN:
            fields[index] = name, value = _parse_field(lines[index], limits)
            if name in _READ_HERE:
                _note(special, name, value)
    return tuple(fields), special


def _note(special: dict[bytes, bytes], name: bytes, value: bytes) -> None:
    if name not in special:
        special[name] = value
    elif name in LISTS:
        special[name] += b", " + value
    else:
        raise BadRequest(f"The field {name.decode()} is there more than once.")


def _parse_field(line: bytes, limits: Limits) -> Field:
    if len(line) > limits.max_field_line_bytes:
        raise HeadersTooLarge(f"A header field is over {limits.max_field_line_bytes} bytes.")
    match = grammar.FIELD_LINE.fullmatch(line)
    if match is None:
        raise refuse_field(line)
    name, value = match.groups()
    field = (name.lower(), value.strip(b" \t"))
    if len(line) <= _MAX_REMEMBERED_LINE_BYTES and field[0] not in _READ_HERE:
        if len(_remembered_fields) >= _MAX_REMEMBERED_LINES:
            _remembered_fields.clear()
        _remembered_fields[line] = field
    return field


def refuse_field(line: bytes) -> BadRequest:
    """Return the problem that says what is wrong with a field line."""
    if grammar.STRAY_LINE_END.search(line):
        return BadRequest("A line ends in something other than CRLF.")
    if line[:1] in {b" ", b"\t"}:
        return BadRequest("A header field is folded over several lines (obs-fold).")
    name, colon, _ = line.partition(b":")
    if not colon:
        return BadRequest("A header line has no colon.")
    if not name:
        return BadRequest("A header field has no name.")
    if name[-1:] in {b" ", b"\t"}:
        return BadRequest("There is white space between a field name and its colon.")
    if not grammar.TOKEN.fullmatch(name):
        return BadRequest("A field name holds a character that is not allowed there.")
    return BadRequest("A field value holds a control character.")


def _parse_host(special: dict[bytes, bytes], http_minor: int) -> bytes:
    host = special.get(b"host")
    if host is None:
        if http_minor == 1:
            # RFC 9112, section 3.2: a server MUST answer 400 to 1.1 without Host.
            raise BadRequest("The field Host is missing.")
        return b""
    if not is_host(host):
        raise BadRequest("The field Host is not a host name with an optional port.")
    return host


@lru_cache(maxsize=256)
def is_host(host: bytes) -> bool:
    """Tell whether `host` is a host name or address with an optional port.

    >>> is_host(b"example.org:8000"), is_host(b"[::1]"), is_host(b"a/b"), is_host(b"a:99999")
    (True, True, False, False)
    """
    if grammar.HOST.fullmatch(host) is None:
        return False
    port = host.rpartition(b":")[2]
    return not (port.isdigit() and b":" in host and int(port) > 0xFFFF)


def _split_target(method: bytes, target: bytes) -> tuple[bytes, bytes]:
    """Return path and query of the target (RFC 9112, section 3.2)."""
    if b"#" in target:
        raise BadRequest("The request target holds a fragment.")
    if target.startswith(b"/"):
        path, _, query = target.partition(b"?")
    elif target == b"*":
        if method != b"OPTIONS":
            raise BadRequest("The target * is for OPTIONS only.")
        return target, b""
    else:
        match = grammar.ABSOLUTE_FORM.fullmatch(target)
        if match is None:
            raise BadRequest("The request target is neither a path nor an absolute address.")
        path, query = match[3] or b"/", (match[4] or b"")[1:]
    if b"%" in path:
        _check_escapes(path)
    return path, query


def _check_authority(target: bytes, host: bytes) -> None:
    """Refuse a target in absolute form whose host is not the one in Host.

    Stricter than RFC 9112, section 3.2.2, which lets the target win: two different
    hosts in one request serve nobody honest.
    """
    match = grammar.ABSOLUTE_FORM.fullmatch(target)
    if match is not None and (match[2].lower() != host.lower() or not is_host(match[2])):
        raise BadRequest("The host of the request target is not the one in Host.")


def _check_escapes(path: bytes) -> None:
    if grammar.BAD_ESCAPE.search(path):
        raise BadRequest("The path holds a % that is not followed by two hexadecimal digits.")
    decoded = unquote_to_bytes(path)
    if b"\0" in decoded:
        raise BadRequest("The path holds a null byte.")
    try:
        decoded.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("The path is not UTF-8 once its escapes are decoded.") from None


def _parse_framing(special: dict[bytes, bytes], http_minor: int) -> tuple[int | None, bool]:
    """Return the declared length and whether the body is chunked (RFC 9112, section 6)."""
    length = special.get(b"content-length")
    coding = special.get(b"transfer-encoding")
    if coding is None:
        if length is None:
            return None, False
        if not grammar.CONTENT_LENGTH.fullmatch(length):
            raise BadRequest("Content-Length is not one plain decimal number.")
        return int(length), False
    if length is not None:
        raise BadRequest("Content-Length and Transfer-Encoding are both there.")
    if http_minor == 0:
        raise BadRequest("HTTP/1.0 has no Transfer-Encoding.")
    if coding.lower() != b"chunked":
        raise _refuse_coding(coding)
    return None, True


def _refuse_coding(coding: bytes) -> Problem:
    codings = [part.strip(b" \t").lower() for part in coding.split(b",")]
    if (
        codings[-1] == b"chunked"
        and codings.count(b"chunked") == 1
        and _CODINGS.issuperset(codings)
    ):
        return NotImplementedByServer("The only transfer coding read here is chunked.")
    return BadRequest("Transfer-Encoding is not exactly `chunked`.")


def _parse_expect(special: dict[bytes, bytes], http_minor: int) -> bool:
    expect = special.get(b"expect")
    # RFC 9110, section 10.1.1: an HTTP/1.0 client cannot read an interim answer.
    if expect is None or http_minor == 0:
        return False
    if expect.lower() != b"100-continue":
        raise ExpectationFailed("The only expectation met here is 100-continue.")
    return True


@lru_cache(maxsize=256)
def _tokens(value: bytes) -> frozenset[bytes]:
    """Return the members of a comma-separated list, in lower case."""
    return frozenset(part.strip(b" \t") for part in value.lower().split(b","))
