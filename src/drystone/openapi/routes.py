"""The routes by which an application describes itself.

    /openapi.json      the OpenAPI document
    /docs              the page that renders it
    /problems          the codes of errors
    /problems/{code}   what one of them means

The first two are open in development; elsewhere `DRYSTONE_DOCS` says whether they are there,
and whether the document asks for a token (the page holds nothing of the application). What
codes mean is no secret, and answers lead there: those pages are always served.

The document is built at the first request, from routes that are frozen by then, and kept as
bytes with a tag of their content.
"""

from __future__ import annotations

import hashlib
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

from drystone.errors import InvalidCredentials, Unauthenticated
from drystone.http.parts.conditional import Outcome, evaluate
from drystone.http.request import Request
from drystone.http.response import JSON_TYPE, Response
from drystone.openapi.page.routes import page_routes
from drystone.openapi.problems.routes import problem_routes
from drystone.routing.router import Router

if TYPE_CHECKING:
    from drystone.openapi.described import Described
    from drystone.routing.chain import Handler
    from drystone.settings import Settings

DOCUMENT_PATH: Final = "/openapi.json"


def description_routes(app: Described, settings: Settings) -> Router:
    """Return a router with the routes that describe an application.

    Args:
        app: the application; looked at when the document is first asked for.
        settings: say whether the document is served, and to whom.
    """
    router = Router()
    router.include(problem_routes())
    if settings.docs_access == "off":
        return router
    gate = [TokenGate(settings.docs_token or "")] if settings.docs_access == "token" else []
    router.get(
        DOCUMENT_PATH,
        middleware=gate,
        returns=dict[str, Any],
        problems=[Unauthenticated, InvalidCredentials] if gate else [],
    )(DescriptionHandler(app).read_description)
    router.include(page_routes())
    return router


class DescriptionHandler:
    """The OpenAPI document of an application."""

    def __init__(self, app: Described) -> None:
        self._app = app
        self._content = b""
        self._tag = ""

    async def read_description(self, request: Request) -> Response:
        """Describe the API: this document.

        OpenAPI 3.1, with a tag of its content.
        """
        if not self._content:
            # Here, since an application that is never asked starts sooner without it.
            from drystone.openapi.encode import encode_document  # noqa: PLC0415  (see above)

            self._content = encode_document(self._app)
            self._tag = f'"{hashlib.sha256(self._content).hexdigest()[:20]}"'
        validators = [("ETag", self._tag), ("Cache-Control", "no-cache")]
        known = evaluate(request.method, request.headers, etag=self._tag, last_modified=None)
        if known is Outcome.NOT_MODIFIED:
            return Response(status=304, headers=validators)
        return Response(self._content, media_type=JSON_TYPE, headers=validators)


class TokenGate:
    """Let those pass who send the token: `Authorization: Bearer <token>`.

    Args:
        token: the operator's.
    """

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Go on.

        Raises:
            Unauthenticated: no token was sent.
            InvalidCredentials: it was another one.
        """
        scheme, _, token = (request.headers.get("authorization") or "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("The description of this API is shown to who has its token.")
        # In constant time, so that the token cannot be found character by character.
        if not compare_digest(token.strip().encode(), self._token):
            raise InvalidCredentials
        return await proceed(request)
