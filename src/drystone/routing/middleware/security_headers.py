"""Fields that tell a browser to trust an answer with as little as possible.

An API's answers are data. They are not to be run, framed, guessed at or loaded by
another site, so the defaults forbid all of it; a route that serves a page sets a
`Content-Security-Policy` of its own, and every field that a handler has set stays.

| field                          | what it prevents                                 |
| ------------------------------ | ------------------------------------------------ |
| `X-Content-Type-Options`       | data guessed to be a script                      |
| `Content-Security-Policy`      | an answer run as a page, or framed (clickjacking)|
| `Referrer-Policy`              | addresses told to other sites                    |
| `Cross-Origin-Resource-Policy` | answers loaded into another site's process       |
| `Strict-Transport-Security`    | the next visit over plain http; only on https    |

Source: OWASP ASVS 5.0, section 3.4; RFC 6797, section 7.2 (no HSTS over http).

Left out on purpose: `Server`, which only helps to choose an attack, and
`X-Frame-Options` and `X-XSS-Protection`, which the policy replaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.chain import Handler

DEFAULTS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
HSTS: Final = "max-age=31536000; includeSubDomains"


class SecurityHeaders:
    """Add the fields above to each answer that does not have them.

    Args:
        fields: in place of the defaults.
        hsts: value of `Strict-Transport-Security`; None to leave it out.
    """

    def __init__(
        self, *, fields: Sequence[tuple[str, str]] = DEFAULTS, hsts: str | None = HSTS
    ) -> None:
        # As `ResponseHeaders` keeps them, so that completing an answer is a few look-ups.
        self._fields = tuple((name.lower(), (name, value)) for name, value in fields)
        self._hsts = hsts

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Go on, and complete the answer."""
        response = await proceed(request)
        self.complete(response, secure=request.scheme == "https")
        return response

    def complete(self, response: Response, *, secure: bool) -> None:
        """Add the fields to `response`; `secure` where it goes out over https."""
        setdefault = response.headers.fields.setdefault
        for name, field in self._fields:
            setdefault(name, field)
        if secure and self._hsts is not None:
            response.headers.setdefault("Strict-Transport-Security", self._hsts)
