"""Turns whatever is raised into a response: the one place where that happens.

    Problem, 4xx        answered as it is
    Problem, 5xx        answered as it is, and logged with its cause
    any other           logged in full; the caller sees 500 and the request id
    client went away    passed on: there is nobody to answer
    cancelled           passed on: the task is being ended

A caller learns nothing about our insides from a failure that is ours (ASVS 16.5.1):
no class, no text, no path, no SQL. The request id leads to the log, where all is.
"""

from __future__ import annotations

import logging

from drystone.errors import InternalError, Problem
from drystone.http.body import ClientDisconnected
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.chain import Handler

log = logging.getLogger("drystone.routing")


class Errors:
    """Answer exceptions."""

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Go on, and answer what is raised."""
        try:
            return _require_response(await proceed(request), request)
        except Problem as problem:
            if problem.status >= 500:
                _log(request, problem.code, problem)
            return Response.problem(problem, request_id=request.id)
        except ClientDisconnected:
            raise
        except Exception as error:  # noqa: BLE001  (the last resort for whatever a handler raises)
            _log(request, "internal_error", error)
            return Response.problem(InternalError(), request_id=request.id)


def _require_response(answer: object, request: Request) -> Response:
    if isinstance(answer, Response):
        return answer
    # Forgotten `return`, most often. Middleware above would fail less plainly.
    kind = type(answer).__name__
    raise TypeError(f"the handler of {request.template} returned {kind}, not a Response")


def _log(request: Request, code: str, error: Exception) -> None:
    log.error(
        "request failed",
        exc_info=error,
        extra={
            "code": code,
            "request_id": request.id,
            "method": request.method,
            "route": request.template,
        },
    )
