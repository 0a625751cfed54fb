"""The bare RSGI application: granian's own interface, its fastest."""

from __future__ import annotations

from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode

TEXT_HEADERS = [("content-type", "text/plain; charset=utf-8")]
JSON_HEADERS = [("content-type", "application/json")]


async def app(scope: Any, protocol: Any) -> None:
    """Answer one request (RSGI 1, HTTP protocol)."""
    if scope.path == "/json":
        body = _encode({"message": "Hello, World!"})
        protocol.response_bytes(200, JSON_HEADERS, body)
    else:
        protocol.response_str(200, TEXT_HEADERS, "Hello, World!")
