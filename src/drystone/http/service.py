"""What the server serves: the one thing that it knows of an application."""

from __future__ import annotations

from drystone.errors import Problem
from drystone.http.parts.peer import Peer
from drystone.http.request import Request
from drystone.http.response import Response


class Service:
    """Answers requests. Everything above the server is one of these.

        start ──► handle, refuse (any number, at once) ──► drain ──► stop

    A worker calls `start` before it accepts, `drain` when it is told to end (it still
    answers), and `stop` once the last request is answered.
    """

    async def start(self) -> None:
        """Make ready. An exception stops the server from starting."""

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        raise NotImplementedError

    def refuse(self, problem: Problem, peer: Peer, request: Request | None = None) -> Response:
        """Answer bytes that never became a request, or one that `handle` did not answer."""
        return Response.problem(problem)

    def drain(self) -> None:
        """Learn that the server is about to stop: readiness ends here."""

    async def stop(self) -> None:
        """Let go of everything that `start` took."""
