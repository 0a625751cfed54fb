"""Tells callers of a deprecated route that it will go, in every answer, and counts them.

Stands around all else that a route has, so that refusals tell of it too. A route that is
not deprecated has no such layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.errors import Problem
from drystone.http.protocol.headers import ResponseHeaders
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.observe.deprecated_use import DEPRECATED_USE
from drystone.routing.chain import Handler
from drystone.routing.deprecation import announce

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drystone.routing.deprecation import Deprecation


class Deprecated:
    """Tell of a route's deprecation.

    Args:
        deprecation: what is told.
    """

    def __init__(self, deprecation: Deprecation) -> None:
        self._deprecations = (deprecation,)

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Count the request, go on, and complete the answer."""
        DEPRECATED_USE.count("route", f"{request.method} {request.template}")
        return await proceed_and_announce(request, proceed, self._deprecations)


async def proceed_and_announce(
    request: Request, proceed: Handler, deprecations: Iterable[Deprecation]
) -> Response:
    """Return the answer of what follows, with deprecations told in it.

    Raises:
        Problem: what follows has raised it; the answer to it will tell of them.
    """
    try:
        response = await proceed(request)
    except Problem as problem:
        headers = ResponseHeaders.of(problem.headers)
        for one in deprecations:
            announce(headers, one, request.params)
        problem.headers = tuple(headers.items())
        raise
    for one in deprecations:
        announce(response.headers, one, request.params)
    return response
