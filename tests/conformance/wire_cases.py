"""The project's own wire cases: bytes, and what becomes of them.

One line each: a name, the bytes, and either the requests that they hold or the
status that they are refused with. The rules P1 to P18 they stand for are listed
with their reasons in docs/http-support.md.
"""

from __future__ import annotations

from typing import NamedTuple

H = b"Host: example.org\r\n"


class Accepted(NamedTuple):
    """Bytes that are requests: method, target and body of each."""

    name: str
    data: bytes
    requests: tuple[tuple[str, bytes, bytes], ...]


class Refused(NamedTuple):
    """Bytes that are refused with a status, after `before` complete requests."""

    name: str
    data: bytes
    status: int
    before: int = 0


def get(*fields: bytes, target: bytes = b"/", method: bytes = b"GET") -> bytes:
    return b"%b %b HTTP/1.1\r\n%b%b\r\n" % (
        method,
        target,
        H,
        b"".join(f + b"\r\n" for f in fields),
    )


def post(*fields: bytes, body: bytes) -> bytes:
    return get(*fields, method=b"POST") + body


def chunked(body: bytes) -> bytes:
    return post(b"Transfer-Encoding: chunked", body=body)


def one(
    method: str, target: bytes = b"/", body: bytes = b""
) -> tuple[tuple[str, bytes, bytes], ...]:
    return ((method, target, body),)


GET = one("GET")
POST = "POST"

ACCEPTED = [
    # Request line and target: RFC 9112, section 3.
    Accepted("simplest", get(), GET),
    Accepted("http-1.0-without-host", b"GET / HTTP/1.0\r\n\r\n", GET),
    Accepted("http-1.0-with-host", b"GET / HTTP/1.0\r\n" + H + b"\r\n", GET),
    Accepted("any-token-is-a-method", get(method=b"X-!#$%&'*+.^_`|~9"), one("X-!#$%&'*+.^_`|~9")),
    Accepted("query", get(target=b"/a?b=c&d=%20?/"), one("GET", b"/a?b=c&d=%20?/")),
    Accepted("empty-query", get(target=b"/?"), one("GET", b"/?")),
    Accepted("double-slash", get(target=b"//a//b"), one("GET", b"//a//b")),
    Accepted("escaped-utf-8-path", get(target=b"/caf%C3%A9"), one("GET", b"/caf%C3%A9")),
    Accepted(
        "bad-escape-in-query-is-not-the-parsers", get(target=b"/?a=%zz"), one("GET", b"/?a=%zz")
    ),
    Accepted(
        "absolute-form",
        get(target=b"http://example.org/a?b"),
        one("GET", b"http://example.org/a?b"),
    ),
    Accepted(
        "absolute-form-host-in-other-case",
        get(target=b"HTTP://EXAMPLE.org"),
        one("GET", b"HTTP://EXAMPLE.org"),
    ),
    Accepted("asterisk-for-options", get(target=b"*", method=b"OPTIONS"), one("OPTIONS", b"*")),
    Accepted("one-empty-line-before", b"\r\n" + get(), GET),
    # Field lines: RFC 9110, section 5; RFC 9112, section 5.
    Accepted("no-space-after-colon", get(b"A:b"), GET),
    Accepted("white-space-around-value", get(b"A: \t b \t"), GET),
    Accepted("empty-value", get(b"A:"), GET),
    Accepted("obs-text-in-value", get(b"A: caf\xe9\xff"), GET),
    Accepted("tab-inside-value", get(b"A: b\tc"), GET),
    Accepted("every-tchar-in-name", get(b"!#$%&'*+-.^_`|~09azAZ: b"), GET),
    Accepted("underscore-in-name", get(b"X_Y: b"), GET),
    Accepted("repeated-ordinary-field", get(b"A: b", b"A: c"), GET),
    Accepted(
        "repeated-list-fields",
        get(b"If-Match: a", b"If-Match: b", b"Connection: a", b"Connection: b"),
        GET,
    ),
    Accepted("hundred-fields", get(*[b"A: b"] * 99), GET),
    # Host: RFC 9110, section 7.2.
    *(
        Accepted(f"host-{host.decode()}", b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n", GET)
        for host in (
            b"a",
            b"a:80",
            b"a:",
            b"127.0.0.1:8000",
            b"[::1]",
            b"[::1]:8000",
            b"a_b-c.d~e",
            b"a:65535",
        )
    ),
    # Bodies: RFC 9112, section 6.
    Accepted("content-length", post(b"Content-Length: 5", body=b"hello"), one(POST, body=b"hello")),
    Accepted("content-length-zero", post(b"Content-Length: 0", body=b""), one(POST)),
    Accepted(
        "content-length-leading-zeros",
        post(b"Content-Length: 005", body=b"hello"),
        one(POST, body=b"hello"),
    ),
    Accepted("get-with-body", get(b"Content-Length: 2") + b"hi", one("GET", body=b"hi")),
    Accepted("post-without-length-has-no-body", post(body=b""), one(POST)),
    Accepted(
        "body-that-looks-like-a-request",
        post(b"Content-Length: 18", body=b"GET / HTTP/1.1\r\n\r\n"),
        one(POST, body=b"GET / HTTP/1.1\r\n\r\n"),
    ),
    Accepted("chunked", chunked(b"5\r\nhello\r\n0\r\n\r\n"), one(POST, body=b"hello")),
    Accepted(
        "chunked-several", chunked(b"1\r\nh\r\n4\r\nello\r\n0\r\n\r\n"), one(POST, body=b"hello")
    ),
    Accepted("chunked-empty", chunked(b"0\r\n\r\n"), one(POST)),
    Accepted("chunked-any-case", post(b"Transfer-Encoding: Chunked", body=b"0\r\n\r\n"), one(POST)),
    Accepted(
        "chunk-size-upper-case",
        chunked(b"A\r\n0123456789\r\n0\r\n\r\n"),
        one(POST, body=b"0123456789"),
    ),
    Accepted(
        "chunk-size-leading-zeros",
        chunked(b"00000005\r\nhello\r\n00\r\n\r\n"),
        one(POST, body=b"hello"),
    ),
    Accepted(
        "chunk-extension",
        chunked(b'5;a;b=c;d="e\\" ;"\r\nhello\r\n0;x\r\n\r\n'),
        one(POST, body=b"hello"),
    ),
    Accepted(
        "chunk-data-holds-crlf", chunked(b"4\r\n\r\n\r\n\r\n0\r\n\r\n"), one(POST, body=b"\r\n\r\n")
    ),
    Accepted(
        "trailers-are-dropped",
        chunked(b"5\r\nhello\r\n0\r\nX-A: b\r\nX-C:\r\n\r\n"),
        one(POST, body=b"hello"),
    ),
    # Several on one connection.
    Accepted(
        "pipelined",
        get() + post(b"Content-Length: 1", body=b"x") + get(target=b"/3"),
        (("GET", b"/", b""), ("POST", b"/", b"x"), ("GET", b"/3", b"")),
    ),
    Accepted("equal-heads", get(b"A: b") * 3, GET * 3),
    Accepted(
        "equal-heads-with-bodies",
        post(b"Content-Length: 1", body=b"x") + post(b"Content-Length: 1", body=b"y"),
        (("POST", b"/", b"x"), ("POST", b"/", b"y")),
    ),
    Accepted("head-that-only-starts-like-the-last", get() + get()[:-2] + b"A: b\r\n\r\n", GET * 2),
    Accepted("empty-line-between", get() + b"\r\n" + get(), GET * 2),
    # Expect and upgrade: RFC 9110, sections 10.1.1 and 7.8.
    Accepted(
        "expect-continue",
        post(b"Expect: 100-Continue", b"Content-Length: 1", body=b"x"),
        one(POST, body=b"x"),
    ),
    Accepted(
        "unknown-expectation-from-1.0-is-ignored", b"GET / HTTP/1.0\r\nExpect: x\r\n\r\n", GET
    ),
    Accepted(
        "h2c-upgrade-is-ignored",
        get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AA"),
        GET,
    ),
]

REFUSED = [
    # Request line.
    Refused("empty-lines-before", b"\r\n\r\n" + get(), 400),
    Refused("leading-space", b" " + get(), 400),
    Refused("two-spaces", b"GET  / HTTP/1.1\r\n" + H + b"\r\n", 400),
    Refused("tab-between", b"GET\t/ HTTP/1.1\r\n" + H + b"\r\n", 400),
    Refused("trailing-space", b"GET / HTTP/1.1 \r\n" + H + b"\r\n", 400),
    Refused("no-version", b"GET /\r\n" + H + b"\r\n", 400),
    Refused("space-in-target", b"GET /a b HTTP/1.1\r\n" + H + b"\r\n", 400),
    Refused("method-not-a-token", b"G@T / HTTP/1.1\r\n" + H + b"\r\n", 400),
    Refused("lower-case-http", b"GET / http/1.1\r\n" + H + b"\r\n", 400),
    Refused("other-protocol", b"GET / RTSP/1.0\r\n" + H + b"\r\n", 400),
    Refused("version-with-two-digits", b"GET / HTTP/1.10\r\n" + H + b"\r\n", 400),
    Refused("version-with-comma", b"GET / HTTP/1,1\r\n" + H + b"\r\n", 400),
    Refused("http-2", b"GET / HTTP/2.0\r\n" + H + b"\r\n", 505),
    Refused("http-0.9", b"GET / HTTP/0.9\r\n" + H + b"\r\n", 505),
    Refused("http-1.2", b"GET / HTTP/1.2\r\n" + H + b"\r\n", 505),
    Refused("http-2-preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    Refused("tls-hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    Refused("connect", b"CONNECT example.org:443 HTTP/1.1\r\n" + H + b"\r\n", 405),
    Refused("trace", get(method=b"TRACE"), 405),
    # Target.
    Refused("relative-target", get(target=b"a"), 400),
    Refused("fragment", get(target=b"/a#b"), 400),
    Refused("asterisk-for-get", get(target=b"*"), 400),
    Refused("authority-form-for-get", get(target=b"example.org:80"), 400),
    Refused("absolute-form-of-another-host", get(target=b"http://other.org/"), 400),
    Refused("absolute-form-with-userinfo", get(target=b"http://u@example.org/"), 400),
    Refused("absolute-form-of-another-scheme", get(target=b"ftp://example.org/"), 400),
    Refused("non-ascii-target", get(target=b"/caf\xc3\xa9"), 400),
    Refused("control-in-target", get(target=b"/a\x01"), 400),
    Refused("delete-in-target", get(target=b"/a\x7f"), 400),
    Refused("null-in-target", get(target=b"/a\0"), 400),
    Refused("escaped-null", get(target=b"/a%00"), 400),
    Refused("short-escape", get(target=b"/a%2"), 400),
    Refused("bad-escape", get(target=b"/a%zz"), 400),
    Refused("escape-that-is-no-utf-8", get(target=b"/a%ff"), 400),
    Refused("overlong-utf-8", get(target=b"/%c0%af"), 400),
    Refused("long-target", get(target=b"/" + b"a" * 8200), 414),
    # Line ends.
    Refused("bare-lf", get().replace(b"\r\n", b"\n"), 400),
    Refused("bare-lf-after-request-line", b"GET / HTTP/1.1\n" + H + b"\r\n", 400),
    Refused("bare-lf-in-fields", get(b"A: b\nC: d"), 400),
    Refused("bare-cr-in-value", get(b"A: b\rC: d"), 400),
    Refused("bare-cr-ends-head", b"GET / HTTP/1.1\r\n" + H + b"\r\rX", 400),
    Refused("lf-cr", b"GET / HTTP/1.1\n\r" + H + b"\n\r", 400),
    # Fields.
    Refused("obs-fold", get(b"A: b", b" c"), 400),
    Refused("obs-fold-with-tab", get(b"A: b", b"\tc"), 400),
    Refused("space-before-first-field", b"GET / HTTP/1.1\r\n " + H + b"\r\n", 400),
    Refused("space-before-colon", get(b"A : b"), 400),
    Refused("tab-before-colon", get(b"A\t: b"), 400),
    Refused("empty-name", get(b": b"), 400),
    Refused("no-colon", get(b"Ab"), 400),
    Refused("name-with-space", get(b"A b: c"), 400),
    Refused("name-with-parenthesis", get(b"A(: c"), 400),
    Refused("name-not-ascii", get(b"\xc3\xa9: c"), 400),
    *(
        Refused(f"control-{code:02x}-in-value", get(b"A: b" + bytes([code]) + b"c"), 400)
        for code in (*range(0x09), *range(0x0B, 0x0D), *range(0x0E, 0x20), 0x7F)
    ),
    Refused("vertical-tab-before-value", get(b"Content-Length:\x0b5"), 400),
    Refused("too-many-fields", get(*[b"A: b"] * 100), 431),
    Refused("long-field", get(b"A: " + b"b" * 8200), 431),
    Refused("long-head", get(*[b"A: " + b"b" * 8000] * 5), 431),
    # Host.
    Refused("no-host", b"GET / HTTP/1.1\r\n\r\n", 400),
    Refused("two-hosts", get(b"Host: example.org"), 400),
    *(
        Refused(f"host-{number}", b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n", 400)
        for number, host in enumerate(
            (
                b"",
                b"a/b",
                b"a/x?",
                b"a b",
                b"u@a",
                b"a:b",
                b"a:80:90",
                b"[::1",
                b"a:65536",
                b"a:000080",
                b"a%41",
                b"a,b/",
                b"\xe9",
                b"[g]",
                b":80",
            )
        )
    ),
    # Lengths.
    Refused(
        "two-content-lengths", post(b"Content-Length: 1", b"Content-Length: 1", body=b"x"), 400
    ),
    Refused(
        "different-content-lengths",
        post(b"Content-Length: 1", b"Content-Length: 2", body=b"xy"),
        400,
    ),
    *(
        Refused(f"content-length-{value!r}", post(b"Content-Length: " + value, body=b"x"), 400)
        for value in (
            b"",
            b"1, 1",
            b"+1",
            b"-1",
            b"1 1",
            b"0x1",
            b"1_0",
            b"1.0",
            b"1e0",
            b"\xb2",
            b"9" * 16,
            b'"1"',
            b"1,",
        )
    ),
    Refused(
        "content-length-with-chunked",
        post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
        400,
    ),
    Refused(
        "chunked-with-content-length",
        post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n"),
        400,
    ),
    Refused(
        "two-transfer-encodings",
        post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
        400,
    ),
    Refused(
        "transfer-encoding-in-1.0",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    *(
        Refused(
            f"transfer-encoding-{value!r}",
            post(b"Transfer-Encoding: " + value, body=b"0\r\n\r\n"),
            400,
        )
        for value in (
            b"",
            b"identity",
            b"xchunked",
            b"chunked,",
            b",chunked",
            b"chunked, chunked",
            b"chunked, gzip",
            b"gzip",
            b"chunked;q=1",
            b'"chunked"',
            b"\x0bchunked",
            b"chunked\x85",
            b"x, chunked",
        )
    ),
    Refused(
        "more-codings-than-chunked",
        post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
        501,
    ),
    # Chunks.
    *(
        Refused(f"chunk-size-{size!r}", chunked(size + b"\r\nhello\r\n0\r\n\r\n"), 400)
        for size in (
            b"",
            b"0x5",
            b"+5",
            b"-5",
            b" 5",
            b"5 ",
            b"5\t",
            b"5_",
            b"G",
            b"000000005",
            b"5;",
            b"5;=a",
            b"5; a",
            b"5;a =b",
            b"5;a=",
            b'5;a="',
            b"5;a=\x01",
            b"\xb25",
        )
    ),
    Refused("chunk-longer-than-its-size", chunked(b"4\r\nhello\r\n0\r\n\r\n"), 400),
    Refused("chunk-data-ends-in-lf", chunked(b"5\r\nhello\n0\r\n\r\n"), 400),
    Refused("chunk-data-ends-in-anything-else", chunked(b"5\r\nhelloXX0\r\n\r\n"), 400),
    Refused("chunk-line-ends-in-lf", chunked(b"5\nhello\r\n0\r\n\r\n"), 400),
    Refused("chunk-line-ends-in-cr", chunked(b"5\rhello\r\n0\r\n\r\n"), 400),
    Refused("chunk-extension-holds-cr", chunked(b"5;a\rb\r\nhello\r\n0\r\n\r\n"), 400),
    Refused("last-chunk-ends-in-lf", chunked(b"0\r\n\n"), 400),
    Refused("long-chunk-extension", chunked(b"5;" + b"a" * 300 + b"\r\nhello\r\n0\r\n\r\n"), 400),
    Refused("trailer-that-frames", chunked(b"0\r\nContent-Length: 5\r\n\r\n"), 400),
    Refused("trailer-that-routes", chunked(b"0\r\nHost: a\r\n\r\n"), 400),
    Refused("trailer-without-colon", chunked(b"0\r\nabc\r\n\r\n"), 400),
    Refused("trailer-folded", chunked(b"0\r\nA: b\r\n c\r\n\r\n"), 400),
    Refused("too-many-trailers", chunked(b"0\r\n" + b"A: b\r\n" * 17 + b"\r\n"), 400),
    Refused(
        "long-trailers", chunked(b"0\r\n" + (b"A: " + b"b" * 1000 + b"\r\n") * 5 + b"\r\n"), 400
    ),
    Refused(
        "chunks-of-mostly-framing",
        chunked(b"1;" + b"a" * 200 + b"\r\nx\r\n" + (b"1;" + b"a" * 200 + b"\r\nx\r\n") * 400),
        400,
    ),
    # The rest.
    *(
        Refused(f"two-{name.decode().lower()}", get(name + b": a", name + b": a"), 400)
        for name in (
            b"Content-Type",
            b"Authorization",
            b"Origin",
            b"Range",
            b"Sec-Fetch-Site",
            b"Sec-Fetch-Mode",
        )
    ),
    Refused("unknown-expectation", get(b"Expect: 200-ok"), 417),
    Refused("garbage-after-a-request", get() + b"\x00\x01\x02", 400, before=1),
    Refused("bytes-after-a-body", post(b"Content-Length: 1", body=b"xyz w\r\n"), 400, before=1),
]
