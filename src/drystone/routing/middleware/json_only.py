"""Refuses who takes no JSON before a handler does what it could not show (RFC 9110, 12.5.1).

Stands around routes that answer JSON alone. `Accept` names the kinds of media that a
client reads; without it, or where nothing in it can be read, every kind is welcome.
"""

from __future__ import annotations

from typing import Final

from drystone.errors import NotAcceptable
from drystone.http.parts.media import negotiate
from drystone.http.request import Request
from drystone.http.response import JSON_TYPE, Response
from drystone.routing.chain import Handler

# What nearly every client sends: nothing to weigh.
_ANY: Final = frozenset({None, "*/*", "application/json"})


async def json_only(request: Request, proceed: Handler) -> Response:
    """Go on, if the client takes JSON.

    Raises:
        NotAcceptable: it does not.
    """
    accept = request.headers.get("accept")
    if accept not in _ANY and negotiate(accept, (JSON_TYPE,)) is None:
        raise NotAcceptable("This is to be had as application/json alone.")
    return await proceed(request)
