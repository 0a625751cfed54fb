"""Which other sites' scripts may read our answers (CORS).

A browser lets a script read an answer from another origin only where the answer says
so, and asks first (a preflight) before it sends anything but a plain read or form.
Nothing here protects the server: a request from a foreign origin still runs. It only
lets chosen sites in, so every doubt is resolved by saying nothing.

- An origin is compared whole, as text. Matching by suffix or pattern is how
  `https://example.org.evil.test` gets in.
- `null`, which any sandboxed frame can send, is never allowed.
- `*` together with credentials is refused when this is constructed: it would let any
  site act as the user.
- `Vary: Origin` is on every answer, so that no cache gives one site's to another.
- A preflight is answered from the configuration alone, whatever it asks for.

Source: Fetch Standard, section 3.2 (CORS protocol); RFC 6454, section 6.2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.chain import Handler

# Chromium keeps a preflight for at most two hours; after a change of configuration
# ten minutes are long enough to wait.
MAX_PREFLIGHT_SECONDS: Final = 600

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
REQUEST_FIELDS: Final = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Prefer",
    "X-Request-ID",
)
RESPONSE_FIELDS: Final = (
    "Deprecation",
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "Preference-Applied",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Sunset",
    "X-Request-ID",
)

# scheme "://" host [ ":" port ], as a browser writes it: lower case, no path.
_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_DEFAULT_PORTS: Final = re.compile(r"http://.*:80|https://.*:443")


class CORS:
    """Let scripts of chosen origins read the answers.

    Args:
        origins: such as `https://app.example.org`; `["*"]` for every one.
        credentials: whether cookies and the like may be sent along.
        methods: what a preflight may ask for.
        headers: request fields that a preflight may ask for.
        expose: response fields that a script may read, beside the plain ones.
        max_age_seconds: how long a browser keeps a preflight; 600 at most.

    Raises:
        ValueError: an origin is not one as browsers write it, `*` stands beside
            others or together with credentials, or the age is out of range.
    """

    def __init__(
        self,
        origins: Sequence[str],
        *,
        credentials: bool = False,
        methods: Sequence[str] = METHODS,
        headers: Sequence[str] = REQUEST_FIELDS,
        expose: Sequence[str] = RESPONSE_FIELDS,
        max_age_seconds: int = MAX_PREFLIGHT_SECONDS,
    ) -> None:
        _check_origins(origins, credentials=credentials)
        if not 0 <= max_age_seconds <= MAX_PREFLIGHT_SECONDS:
            raise ValueError(
                f"max_age_seconds is {max_age_seconds}; write 0 to {MAX_PREFLIGHT_SECONDS}"
            )
        self._origins = frozenset(origins)
        self._any_origin = "*" in origins
        self._credentials = credentials
        self._exposed = ", ".join(expose)
        self._preflight = (
            ("Access-Control-Allow-Methods", ", ".join(methods)),
            ("Access-Control-Allow-Headers", ", ".join(headers)),
            ("Access-Control-Max-Age", str(max_age_seconds)),
        )

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Answer a preflight; for any other request, go on and mark the answer."""
        origin = request.headers.get("origin")
        if origin is None or not self._allows(origin):
            response = await proceed(request)
            response.headers.vary("Origin")
            return response
        if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            response = Response(status=204, headers=self._preflight)
        else:
            response = await proceed(request)
            if self._exposed:
                response.headers["Access-Control-Expose-Headers"] = self._exposed
        self._allow(response, origin)
        return response

    def _allows(self, origin: str) -> bool:
        return origin != "null" and (self._any_origin or origin in self._origins)

    def _allow(self, response: Response, origin: str) -> None:
        headers = response.headers
        headers["Access-Control-Allow-Origin"] = "*" if self._any_origin else origin
        if self._credentials:
            headers["Access-Control-Allow-Credentials"] = "true"
        headers.vary("Origin")


def _check_origins(origins: Sequence[str], *, credentials: bool) -> None:
    if isinstance(origins, str) or not origins:
        raise ValueError(f"origins is {origins!r}; write a list such as ['https://example.org']")
    if "*" in origins:
        if credentials:
            raise ValueError(
                "origins is '*' with credentials, so that any site could act as the user; "
                "name the origins"
            )
        if len(origins) > 1:
            raise ValueError("origins has '*' beside others; write ['*'], or leave it out")
        return
    for origin in origins:
        if _ORIGIN.fullmatch(origin) is None or _DEFAULT_PORTS.fullmatch(origin):
            raise ValueError(
                f"{origin!r} is not an origin; write it as a browser does, in lower case, "
                "without a path or a default port, such as 'https://example.org'"
            )
