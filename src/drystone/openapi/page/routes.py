"""`/docs`: the page that renders `/openapi.json`, and the files that it is made of.

The page is the same for every application: static files, all of them addressed relative
to the page, which fetches `openapi.json` from beside itself. So it works below a prefix,
without the network, and is read once.

A document may hold anything, such as the descriptions of a tenant's own fields. Two
things keep it from running in the page: `element.js` makes no markup from strings, and
the policy below has the browser refuse inline scripts and markup from strings alike.

Files are sent with a tag of their content and `no-cache`: a browser asks each time and
is told 304, on every node alike, and never mixes the modules of two releases for long.

Source: Content Security Policy Level 3; Trusted Types; RFC 9111, section 5.2.2.4.

Left out on purpose: who may see it. The page says nothing about the application; whoever
may not read the document sees no more than a field for a token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Self

from drystone.errors import NotFound, PreconditionFailed
from drystone.http.files.file_types import guess_media_type
from drystone.http.parts.conditional import Outcome, evaluate
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.chain import Middleware
from drystone.routing.router import Router

PAGE_PATH: Final = "/docs"
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

_STATIC: Final = Path(__file__).parent / "static"
_INDEX: Final = "index.html"


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page, in memory."""

    content: bytes
    media_type: str
    etag: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the file at `path`.

        Raises:
            OSError: it cannot be read.
        """
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:20]
        return cls(content, guess_media_type(path.name), f'"{digest}"')

    def answer(self, request: Request) -> Response:
        """Return the file as the answer to `request`.

        Raises:
            PreconditionFailed: `If-Match` names another content.
        """
        validators = [("ETag", self.etag), ("Cache-Control", "no-cache")]
        outcome = evaluate(request.method, request.headers, etag=self.etag, last_modified=None)
        if outcome is Outcome.FAILED:
            raise PreconditionFailed(headers=[("ETag", self.etag)])
        if outcome is Outcome.NOT_MODIFIED:
            return Response(status=304, headers=validators)
        return Response(self.content, media_type=self.media_type, headers=validators)


def page_routes(*, middleware: Sequence[Middleware] = ()) -> Router:
    """Return a router that serves the page at `/docs` and its files below.

    Args:
        middleware: run around these routes.

    Raises:
        OSError: the package's files are not there.
    """
    files = _read_files()
    page = files[_INDEX]
    router = Router(PAGE_PATH, middleware=middleware)

    @router.get("/", summary="The description of the API as a page")
    async def docs(request: Request) -> Response:
        response = page.answer(request)
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    @router.get("/{file}", summary="A file of that page")
    async def docs_file(request: Request) -> Response:
        file = files.get(request.params["file"])
        if file is None or file is page:  # the page has one address, and a policy there
            raise NotFound
        return file.answer(request)

    return router


@cache
def _read_files() -> Mapping[str, PageFile]:
    return {path.name: PageFile.read(path) for path in _STATIC.iterdir()}
