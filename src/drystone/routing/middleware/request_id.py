"""Names each request, so that an answer, its log lines and a report can be matched.

The caller's `X-Request-ID` is kept where it is a sane one, so that one id follows a
request through several services. It is bounded and of few characters, since it ends
up in logs, in headers and in other people's systems.

A new id is a UUID of version 7: ids sort by time, which is how logs are read.

What knows no request, such as the log of slow statements, finds the id in a context
variable: the last one of the task, and of those that it has begun.

Source: RFC 9562, section 5.7.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from random import getrandbits
from typing import Final

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.chain import Handler

HEADER: Final = "X-Request-ID"
_FIELD: Final = HEADER.lower()

_SANE: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")

_CURRENT: Final[ContextVar[str]] = ContextVar("drystone.request_id", default="")

_VARIANT: Final = 0b10 << 14


def new_request_id() -> str:
    """Return a UUID of version 7, in text.

    The random part tells requests of the same millisecond apart. It is no secret, so
    it comes from the fast generator, which every forked process seeds anew.
    """
    milliseconds = time.time_ns() // 1_000_000
    return (
        f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7{getrandbits(12):03x}"
        f"-{_VARIANT | getrandbits(14):04x}-{getrandbits(48):012x}"
    )


def log_context() -> Mapping[str, object]:
    """Return what a line of the log says of the request that is answered; empty without one."""
    current = _CURRENT.get()
    return {"request_id": current} if current else {}


class RequestID:
    """Set `request.id`, and `X-Request-ID` on the answer.

    Args:
        new_id: makes an id for a request without a sane one.
    """

    def __init__(self, *, new_id: Callable[[], str] = new_request_id) -> None:
        self._new_id = new_id

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Name the request, then go on."""
        sent = request.headers.get(_FIELD)
        if sent is not None and _SANE.fullmatch(sent) is not None:
            request.id = sent
        else:
            request.id = self._new_id()
        _CURRENT.set(request.id)
        response = await proceed(request)
        response.headers.fields[_FIELD] = (HEADER, request.id)
        return response
