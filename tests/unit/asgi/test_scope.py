from typing import Any

import pytest

from drystone.asgi.scope import build_head, build_peer, declared_length
from drystone.errors import (
    BadRequest,
    ExpectationFailed,
    HeadersTooLarge,
    MethodNotAllowed,
    URITooLong,
)
from drystone.http.limits import Limits
from drystone.http.parts.proxies import TrustedProxies

HOST = (b"host", b"example.org")


def scope(**changes: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/a b",
        "raw_path": b"/a%20b",
        "query_string": b"",
        "root_path": "",
        "headers": [HOST],
    } | changes


def test_the_head_is_what_was_sent() -> None:
    head = build_head(
        scope(
            method="PATCH",
            query_string=b"x=%31&y",
            headers=[HOST, (b"x-a", b"1"), (b"x-a", b"\xe9"), (b"content-length", b"3")],
        ),
        Limits(),
    )
    assert (head.method, head.raw_path, head.raw_query) == ("PATCH", b"/a%20b", b"x=%31&y")
    assert head.target == b"/a%20b?x=%31&y"
    assert head.raw_fields[1:3] == ((b"x-a", b"1"), (b"x-a", b"\xe9"))
    assert (head.host, head.content_length, head.http_minor) == (b"example.org", 3, 1)


@pytest.mark.parametrize(
    ("changes", "raw_path"),
    [
        ({"raw_path": None}, b"/a%20b"),
        ({"raw_path": None, "path": "/caf\xe9/%"}, b"/caf%C3%A9/%25"),
        ({"raw_path": b"", "path": ""}, b"/"),
        ({"raw_path": b"/api/x", "root_path": "/api"}, b"/x"),
        ({"raw_path": b"/api", "root_path": "/api/"}, b"/"),
        ({"raw_path": b"/apix", "root_path": "/api"}, b"/apix"),
        ({"raw_path": b"/x", "root_path": "/api"}, b"/x"),
        ({"raw_path": b"/caf%C3%A9/x", "root_path": "/caf\xe9"}, b"/x"),
    ],
)
def test_the_path(changes: dict[str, Any], raw_path: bytes) -> None:
    assert build_head(scope(**changes), Limits()).raw_path == raw_path


def test_versions() -> None:
    assert build_head(scope(http_version="1.0", headers=[]), Limits()).http_minor == 0
    assert build_head(scope(http_version="2"), Limits()).http_minor == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"headers": []}, BadRequest),
        ({"headers": [HOST, HOST]}, BadRequest),
        ({"headers": [(b"host", b"a/b")]}, BadRequest),
        ({"headers": [HOST, (b"x", b"1\r\ny: 2")]}, BadRequest),
        ({"headers": [HOST, (b"x", b"1\r\n\r\nGET / HTTP/1.1")]}, BadRequest),
        ({"headers": [HOST, (b"x\r\ny", b"1")]}, BadRequest),
        ({"headers": [HOST, (b"x", b"1\ny: 2")]}, BadRequest),
        ({"headers": [HOST, (b"x", b"\0")]}, BadRequest),
        ({"headers": [HOST, (b"x ", b"1")]}, BadRequest),
        ({"headers": [HOST, (b"", b"1")]}, BadRequest),
        ({"headers": [HOST, (b"content-length", b"+1")]}, BadRequest),
        (
            {"headers": [HOST, (b"content-length", b"1"), (b"transfer-encoding", b"chunked")]},
            BadRequest,
        ),
        ({"headers": [HOST, (b"expect", b"magic")]}, ExpectationFailed),
        ({"headers": [HOST, (b"x", b"1" * 9000)]}, HeadersTooLarge),
        ({"headers": [HOST, *[(b"x", b"1" * 8000)] * 5]}, HeadersTooLarge),
        ({"headers": [HOST] + [(b"x", b"1")] * 100}, HeadersTooLarge),
        ({"raw_path": b"/" + b"x" * 9000}, URITooLong),
        ({"raw_path": b"/a b"}, BadRequest),
        ({"raw_path": b"/a HTTP/1.1\r\nx: y"}, BadRequest),
        ({"raw_path": b"/%zz"}, BadRequest),
        ({"raw_path": b"/%00"}, BadRequest),
        ({"raw_path": b"x"}, BadRequest),
        ({"query_string": b"a b"}, BadRequest),
        ({"query_string": b"a#b"}, BadRequest),
        ({"method": "GET /x"}, BadRequest),
        ({"method": "G\xcbT"}, BadRequest),
        ({"method": ""}, BadRequest),
        ({"method": "TRACE"}, MethodNotAllowed),
    ],
)
def test_what_our_server_refuses_is_refused(
    changes: dict[str, Any], problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        build_head(scope(**changes), Limits())


def test_the_peer() -> None:
    proxies = TrustedProxies.parse("10.0.0.0/8")
    peer = build_peer(scope(client=["10.1.2.3", 5], scheme="https"), proxies)
    assert (peer.address, peer.port, peer.secure, peer.trusted) == ("10.1.2.3", 5, True, True)
    assert peer.proxies is proxies
    peer = build_peer(scope(client=("192.0.2.1", 5)), proxies)
    assert (peer.secure, peer.trusted) == (False, False)
    for unknown in ({}, {"client": None}, {"client": ["/run/socket", None]}):
        assert build_peer(scope(**unknown), None).port == 0


@pytest.mark.parametrize(
    ("changes", "length"),
    [
        ({}, 0),
        ({"method": "POST"}, 0),
        ({"headers": [HOST, (b"content-length", b"7")]}, 7),
        ({"headers": [HOST, (b"transfer-encoding", b"chunked")]}, None),
        ({"http_version": "2"}, 0),
        ({"http_version": "2", "method": "POST"}, None),
        ({"http_version": "2", "headers": [HOST, (b"content-length", b"7")]}, 7),
        ({"http_version": "3", "method": "DELETE"}, None),
    ],
)
def test_the_length_of_the_body(changes: dict[str, Any], length: int | None) -> None:
    given = scope(**changes)
    assert declared_length(given, build_head(given, Limits())) == length
