"""The middleware around all routes, put together in its order."""

from __future__ import annotations

from collections.abc import Sequence

from drystone.errors import Problem
from drystone.http.parts.peer import Peer
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.observe.access import AccessLogger
from drystone.routing.chain import Middleware
from drystone.routing.middleware import request_id
from drystone.routing.middleware.access_log import AccessLog
from drystone.routing.middleware.compression import Compression
from drystone.routing.middleware.cors import CORS
from drystone.routing.middleware.errors import Errors
from drystone.routing.middleware.host_check import HostCheck
from drystone.routing.middleware.request_id import RequestID
from drystone.routing.middleware.security_headers import SecurityHeaders


class Stack:
    """What every request of an application passes before its route is looked for.

    Args:
        logger: takes the access entries.
        application: the application's own middleware, outermost first.
        allowed_hosts: see `HostCheck`; empty to answer for any host.
        cors: which other sites may read the answers; None for no other.
        probe_paths: of load balancers: answered under any host, and logged quietly.

    Attributes:
        layers: the middleware, outermost first.
    """

    def __init__(
        self,
        logger: AccessLogger,
        *,
        application: Sequence[Middleware] = (),
        allowed_hosts: Sequence[str] = (),
        cors: CORS | None = None,
        probe_paths: frozenset[str] = frozenset(),
    ) -> None:
        self._access_log = AccessLog(logger, quiet=probe_paths)
        self._security_headers = SecurityHeaders()
        layers: list[Middleware] = [RequestID(), self._access_log, self._security_headers]
        if cors is not None:
            layers.append(cors)
        layers += [Compression(), Errors()]
        if allowed_hosts:
            layers.append(HostCheck(allowed_hosts, open_paths=probe_paths))
        self.layers = (*layers, *application)

    def refuse(self, problem: Problem, peer: Peer, request: Request | None = None) -> Response:
        """Return the answer to what no handler saw to its end, complete as any other."""
        new_id = (request and request.id) or request_id.new_request_id()
        response = Response.problem(problem, request_id=new_id)
        response.headers[request_id.HEADER] = new_id
        self._security_headers.complete(response, secure=peer.secure)
        self._access_log.log_refusal(
            response.status, len(response.body), request_id=new_id, peer=peer, request=request
        )
        return response
