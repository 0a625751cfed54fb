"""Wrapping the stream of a response, so that closing the wrapper closes the stream.

Whoever sends a response closes its stream when the client goes away. A middleware
that puts a generator of its own around the stream must pass that on: the handler's
`finally` runs then, and not whenever the garbage is collected.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable

from drystone.http.request import Request
from drystone.http.response import WITHOUT_BODY, Response


def sends_body(request: Request, response: Response) -> bool:
    """Tell whether a body goes out at all (RFC 9110, sections 9.3.2, 15.3.5, 15.4.5).

    Where none does, a stream is closed unread: nobody must wrap it, because a
    generator that was never begun runs no `finally`.
    """
    return request.method != "HEAD" and response.status not in WITHOUT_BODY


async def close_stream(stream: AsyncIterable[bytes]) -> None:
    """Let a generator that was not read to its end clean up now."""
    if isinstance(stream, AsyncGenerator):
        await stream.aclose()
