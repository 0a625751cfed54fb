"""A request head out of a scope, judged as if it had come over the wire.

Another server has parsed the request, by its own rules. Ours hold for everything above:
paths, hosts and lengths are trusted there because the parser refused what two readers
could read in two ways. So the head is put together again and given to that one parser,
instead of to a second set of checks that would soon differ.

What another server cannot hand on, such as a field with a line break, is refused too.

Source: ASGI specification, HTTP format 2.4.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from drystone.asgi.protocol import Scope
from drystone.errors import BadRequest, HeadersTooLarge
from drystone.http.limits import Limits
from drystone.http.parts.peer import Peer
from drystone.http.parts.proxies import TrustedProxies
from drystone.http.protocol.head import RequestHead, parse_head

# pchar and "/" of RFC 3986, section 3.3: what a path may hold without an escape.
_PATH_CHARS: Final = "/:@!$&'()*+,;=~"


def build_head(scope: Scope, limits: Limits) -> RequestHead:
    """Return the head of the request that `scope` describes.

    Raises:
        Problem: our server would not have let it through; see `parse_head`.
    """
    minor = b"0" if scope["http_version"] == "1.0" else b"1"
    lines = [b"%b %b HTTP/1.%b" % (scope["method"].encode(), _target(scope), minor)]
    # HTTP/2 and 3 have no Connection, Upgrade and Transfer-Encoding; in their scopes
    # Host comes from `:authority`.
    lines += [b"%b: %b" % (name, value) for name, value in scope["headers"]]
    block = b"\r\n".join([*lines, b"\r\n"])
    if len(block) > limits.max_head_bytes:
        raise HeadersTooLarge(f"The head is over {limits.max_head_bytes} bytes.")
    if block.count(b"\r\n") != len(lines) + 1:
        raise BadRequest("A header field holds a line break.")
    return parse_head(block, limits)


def build_peer(scope: Scope, proxies: TrustedProxies | None) -> Peer:
    """Return what the scope says of the other end of the connection."""
    address, port = scope.get("client") or ("", 0)
    return Peer(
        address=address or "",
        port=port or 0,
        secure=scope.get("scheme") == "https",
        trusted=proxies is not None and proxies.trusts(address or ""),
        proxies=proxies,
    )


def declared_length(scope: Scope, head: RequestHead) -> int | None:
    """Return how long the body is: None where only its end will tell."""
    if head.content_length is not None or head.chunked:
        return head.content_length
    # HTTP/1 says so where there is a body; HTTP/2 and 3 need not. A GET is taken to have
    # none, as it hardly ever has, so that its client is watched from the beginning.
    return 0 if scope["http_version"] in {"1.0", "1.1"} or head.method in {"GET", "HEAD"} else None


def _target(scope: Scope) -> bytes:
    """Return path and query, without the path that the application is mounted at."""
    raw_path = scope.get("raw_path")
    path = raw_path or quote(scope["path"], safe=_PATH_CHARS).encode("ascii")
    # By the specification the path begins with root_path; servers that leave it out
    # are told apart by looking.
    root = quote(scope.get("root_path") or "", safe=_PATH_CHARS).encode("ascii").rstrip(b"/")
    if root and (path == root or path.startswith(root + b"/")):
        path = path[len(root) :]
    path = path or b"/"
    query = scope.get("query_string") or b""
    return b"%b?%b" % (path, query) if query else path
