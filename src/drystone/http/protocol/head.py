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
from typing import Final, NamedTuple, TypeVar
from urllib.parse import unquote_to_bytes

from msgspec import Struct

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
from drystone.http.protocol.path import decode_path

Field = tuple[bytes, bytes]
T = TypeVar("T")

# Fields that change how a message is framed, routed or authorised. A second one
# would let two readers disagree, so each of them may stand once.
SINGLETONS: Final = frozenset(
    b"host content-length transfer-encoding content-type authorization origin range "
    b"sec-fetch-site sec-fetch-mode sec-fetch-dest sec-fetch-user".split()
)
# Fields that say how the message is framed, or what becomes of the connection.
FRAMING: Final = frozenset(b"connection content-length expect transfer-encoding upgrade".split())

# A client repeats most of its lines in each request, whatever else changes. What
# short lines say is remembered, for all connections; the tables are bounded, so a
# flood of new lines costs no more than parsing them.
_MAX_REMEMBERED_LINES: Final = 1024
_MAX_REMEMBERED_LINE_BYTES: Final = 256
_remembered_fields: dict[bytes, Field] = {}
_remembered_names: dict[bytes, bytes] = {}  # names as sent, in lower case
# Lines that name a person or a single request: remembering them would keep secrets
# for no gain.
_NEVER_REMEMBERED: Final = frozenset(
    b"authorization cookie if-match if-none-match idempotency-key proxy-authorization "
    b"traceparent tracestate x-api-key x-forwarded-for x-request-id".split()
)

_CODINGS: Final = frozenset(b"chunked gzip x-gzip deflate compress x-compress br zstd".split())


class RequestLine(NamedTuple):
    """The first line of a request, and the two parts of its target."""

    method: str
    target: bytes
    raw_path: bytes
    raw_query: bytes
    http_minor: int
    has_answer_body: bool  # it is not HEAD


class RequestHead(Struct, eq=False):
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

    method: str
    target: bytes
    raw_path: bytes
    raw_query: bytes
    http_minor: int
    is_plain: bool
    raw_fields: RawFields
    host: bytes = b""
    content_length: int | None = None
    chunked: bool = False
    has_body: bool = False
    keep_alive: bool = True
    expects_continue: bool = False
    upgrade: str | None = None
    _headers: Headers | None = None
    _path: str | None = None

    @property
    def headers(self) -> Headers:
        """The header fields as text, decoded when first asked for."""
        if self._headers is None:
            self._headers = Headers(self.raw_fields)
        return self._headers

    @property
    def path(self) -> str:
        """The path, decoded when first asked for.

        Raises:
            BadRequest: it can be read in two ways; see `decode_path`.
        """
        if self._path is None:
            self._path = decode_path(self.raw_path)
        return self._path


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
    fields = _parse_fields(lines, limits)
    # As many names as fields: nothing is repeated, and the table holds them all.
    by_name = dict(fields)
    if len(by_name) < len(fields):
        by_name = _join_repeated(fields)
    host = _parse_host(by_name, request_line.http_minor)
    if not request_line.target.startswith(b"/"):
        _check_authority(request_line.target, host)
    if request_line.http_minor and by_name.keys().isdisjoint(FRAMING):
        return RequestHead(*request_line, fields, host)  # the usual GET
    return _judge_fields(request_line, fields, by_name, host)


def _judge_fields(
    line: RequestLine, fields: RawFields, by_name: dict[bytes, bytes], host: bytes
) -> RequestHead:
    """Return the head whose fields say something of its framing or connection."""
    content_length, chunked = _parse_framing(by_name, line.http_minor)
    has_body = chunked or bool(content_length)
    connection = _tokens(by_name.get(b"connection", b""))
    # RFC 9112, section 9.3: 1.1 persists unless closed, 1.0 only when asked to.
    keep_alive = b"close" not in connection and (
        line.http_minor == 1 or b"keep-alive" in connection
    )
    asks_websocket = (
        line.method == "GET"
        and line.http_minor == 1
        and not has_body
        and b"upgrade" in connection
        and b"websocket" in _tokens(by_name.get(b"upgrade", b""))
    )
    head = RequestHead(*line, fields, host)
    head.content_length, head.chunked, head.has_body = content_length, chunked, has_body
    head.is_plain = line.has_answer_body and not has_body
    head.keep_alive = keep_alive
    head.expects_continue = _parse_expect(by_name, line.http_minor) and has_body
    head.upgrade = "websocket" if asks_websocket else None
    return head


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
    return RequestLine(
        method.decode("ascii"), target, path, query, minor[0] - 0x30, method != b"HEAD"
    )


_remember_request_line = lru_cache(maxsize=_MAX_REMEMBERED_LINES)(_read_request_line)


def _refuse_request_line(line: bytes) -> BadRequest:
    if grammar.STRAY_LINE_END.search(line):
        return BadRequest("A line ends in something other than CRLF.")
    if not line.isascii():
        return BadRequest("The request target holds bytes outside of ASCII.")
    return BadRequest("The request line is not `METHOD target HTTP/1.1`.")


def _parse_fields(lines: list[bytes], limits: Limits) -> RawFields:
    """Return every field, in order.

    Args:
        lines: the header section, a line each.
        limits: how many fields there may be, and how long.
    """
    if len(lines) > limits.max_field_count:
        raise HeadersTooLarge(f"There are more than {limits.max_field_count} header fields.")
    remembered = _remembered_fields.get
    return tuple([remembered(line) or _parse_field(line, limits) for line in lines])


def _join_repeated(fields: RawFields) -> dict[bytes, bytes]:
    """Return fields by name, of which some are there more than once."""
    by_name: dict[bytes, bytes] = {}
    for name, value in fields:
        if name not in by_name:
            by_name[name] = value
        elif name in SINGLETONS:
            raise BadRequest(f"The field {name.decode()} is there more than once.")
        else:
            by_name[name] += b", " + value
    return by_name


def _parse_field(line: bytes, limits: Limits) -> Field:
    raw_name, colon, raw_value = line.partition(b":")
    name = _remembered_names.get(raw_name) or _parse_name(raw_name)
    # What is left when every allowed byte is taken out: the quickest look at a value.
    if not name or not colon or raw_value.translate(None, grammar.FIELD_VALUE_BYTES):
        if len(line) > limits.max_field_line_bytes:
            raise HeadersTooLarge(f"A header field is over {limits.max_field_line_bytes} bytes.")
        raise refuse_field(line)
    field = (name, raw_value.strip(b" \t"))
    if len(line) <= _MAX_REMEMBERED_LINE_BYTES:
        if name not in _NEVER_REMEMBERED:
            _remember(_remembered_fields, line, field)
    elif len(line) > limits.max_field_line_bytes:
        raise HeadersTooLarge(f"A header field is over {limits.max_field_line_bytes} bytes.")
    return field


def _parse_name(raw_name: bytes) -> bytes:
    """Return a field name in lower case; nothing where it is none."""
    if not grammar.TOKEN.fullmatch(raw_name):
        return b""
    name = raw_name.lower()
    if len(raw_name) <= _MAX_REMEMBERED_LINE_BYTES:
        _remember(_remembered_names, raw_name, name)
    return name


def _remember(table: dict[bytes, T], key: bytes, value: T) -> None:
    if len(table) >= _MAX_REMEMBERED_LINES:
        table.clear()
    table[key] = value


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


def _parse_host(by_name: dict[bytes, bytes], http_minor: int) -> bytes:
    host = by_name.get(b"host")
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


def _parse_framing(by_name: dict[bytes, bytes], http_minor: int) -> tuple[int | None, bool]:
    """Return the declared length and whether the body is chunked (RFC 9112, section 6)."""
    length = by_name.get(b"content-length")
    coding = by_name.get(b"transfer-encoding")
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


def _parse_expect(by_name: dict[bytes, bytes], http_minor: int) -> bool:
    expect = by_name.get(b"expect")
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
