"""The two routes of load balancers and orchestrators: `/healthz` and `/readyz`.

`/healthz` is answered by any process that still answers. `/readyz` runs the checks of
`Readiness`; where one fails, or the process is about to stop, it is 503, and traffic
should go elsewhere. Names of failed checks are told, reasons are not: both routes are
open to everybody.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from drystone.errors import Unavailable
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.observe.readiness import Readiness
from drystone.routing.router import Router

ALIVE_PATH: Final = "/healthz"
READY_PATH: Final = "/readyz"
PROBE_PATHS: Final = frozenset({ALIVE_PATH, READY_PATH})

_RETRY_AFTER_SECONDS: Final = 5


class Health(Struct, frozen=True):
    """Of a process."""

    status: Literal["ok"]


def health_routes(readiness: Readiness) -> Router:
    """Return a router with both routes, which no time-out or middleware is added to."""
    router = Router()

    @router.get(ALIVE_PATH, timeout_seconds=None, returns=Health)
    async def check_health(_request: Request) -> Response:
        """Tell that the process answers."""
        return _answer(Response.json(Health("ok")))

    @router.get(READY_PATH, timeout_seconds=None, returns=Health, problems=[Unavailable])
    async def check_readiness(request: Request) -> Response:
        """Tell whether requests can be served.

        Its checks are run: the database can be reached, and its migrations are applied.
        """
        if readiness.draining:
            return _answer(_unavailable("The process is about to stop.", request))
        failing = await readiness.failing()
        if failing:
            return _answer(_unavailable(f"Not ready: {', '.join(failing)}.", request))
        return _answer(Response.json(Health("ok")))

    return router


def _unavailable(detail: str, request: Request) -> Response:
    # Answered, not raised: a probe that says no is no failure to log each second.
    problem = Unavailable(detail, retry_after_seconds=_RETRY_AFTER_SECONDS)
    return Response.problem(problem, request_id=request.id)


def _answer(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
