"""A request as it is typed, as the router takes it.

    GET /api/v1/tasks?status=todo&search=two words
    /api/v1/tasks                                      GET
    http://127.0.0.1:8000/api/v1/tasks?limit=5         as copied from a browser

It passes the parser that serves, so what would be refused on the wire is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from drystone.cli.failure import Misuse
from drystone.errors import Problem
from drystone.http.body import Body
from drystone.http.limits import Limits
from drystone.http.parts.peer import Peer
from drystone.http.protocol.head import parse_head
from drystone.http.request import Request
from drystone.security.caller import set_caller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.security.caller import Caller

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
UNSAFE_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_TYPED: Final = re.compile(
    r"\s*(?:(?P<method>[A-Za-z]+)\s+)?(?:https?://(?P<host>[^/?#\s]+))?(?P<target>/\S.*|/)?\s*"
)
# What stands in a target as it is (RFC 3986, sections 3.3 and 3.4), brackets for operators.
_KEPT: Final = "/?:@!$&'()*+,;=%-._~[]"
_PEER: Final = Peer(address="127.0.0.1", port=0)


@dataclass(frozen=True, slots=True)
class TypedRequest:
    """What was typed.

    Attributes:
        method: in upper case.
        target: path and query, encoded.
        host: of an address that had one.
    """

    method: str
    target: str
    host: str | None = None

    @property
    def is_safe(self) -> bool:
        """Whether such a request changes nothing, by its method (RFC 9110, section 9.2.1)."""
        return self.method in SAFE_METHODS

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


def read_typed(text: str) -> TypedRequest:
    """Return the request that a text stands for.

    Raises:
        Misuse: it stands for none.

    >>> str(read_typed("/api/v1/tasks?search=two words"))
    'GET /api/v1/tasks?search=two%20words'
    """
    found = _TYPED.fullmatch(text)
    if found is None or not (found["target"] or found["host"]):
        raise Misuse(
            f"{text!r} is no request; write a method and a path, such as "
            '"GET /api/v1/tasks?limit=20"'
        )
    method = (found["method"] or "GET").upper()
    if method not in SAFE_METHODS | UNSAFE_METHODS:
        raise Misuse(
            f"{method} cannot be explained; write one of "
            f"{', '.join(sorted(SAFE_METHODS | UNSAFE_METHODS))}"
        )
    target = (found["target"] or "/").partition("#")[0].rstrip()
    return TypedRequest(method, quote(target, safe=_KEPT), found["host"])


def make_request(
    typed: TypedRequest,
    *,
    host: str,
    headers: Sequence[tuple[str, str]] = (),
    content: bytes | None = None,
    caller: Caller | None = None,
) -> Request:
    """Return the request, read by the server's own parser.

    Args:
        typed: what was typed.
        host: that is asked, where neither a header nor the address says.
        headers: further fields; `Content-Type` is JSON's where there is a body and none
            is given.
        content: the body.
        caller: who sends it; a guest where not given.

    Raises:
        Misuse: the head is not one.
    """
    fields = list(headers)
    names = {name.lower() for name, _ in fields}
    if "host" not in names:
        fields.insert(0, ("Host", typed.host or host))
    if content is not None:
        fields.append(("Content-Length", str(len(content))))
        if "content-type" not in names:
            is_patch = typed.method == "PATCH"
            kind = "application/merge-patch+json" if is_patch else "application/json"
            fields.append(("Content-Type", kind))
    lines = [f"{typed} HTTP/1.1", *(f"{name}: {value}" for name, value in fields), "", ""]
    limits = Limits()
    try:
        head = parse_head("\r\n".join(lines).encode("utf-8"), limits)
    except Problem as problem:
        raise Misuse(f"this is no request that could be sent: {problem.detail}") from None
    request = Request(head, _PEER, _body(content, limits))
    if caller is not None:
        set_caller(request, caller)
    return request


def _body(content: bytes | None, limits: Limits) -> Body:
    pieces = [content] if content else []

    async def receive() -> bytes:
        return pieces.pop() if pieces else b""

    return Body(receive, declared_length=len(content or b""), max_bytes=limits.max_body_bytes)
