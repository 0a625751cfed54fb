"""Drystone's server alone: one `Service`, no routes, no middleware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.http.response import Response
from drystone.http.service import Service

if TYPE_CHECKING:
    from drystone.http.request import Request


class Bare(Service):
    """Two paths, told apart by hand."""

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path == "/json":
            return Response.json({"message": "Hello, World!"})
        return Response.text("Hello, World!")


service = Bare()
