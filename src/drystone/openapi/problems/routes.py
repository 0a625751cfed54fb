"""`/problems` and `/problems/{code}`: where the `type` of every error leads.

A page for people; with `Accept: application/json` the same as data. The same for every
application, so it is made once and kept.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

import msgspec

from drystone.errors import NotFound
from drystone.http.parts.media import negotiate
from drystone.http.request import Request
from drystone.http.response import HTML_TYPE, JSON_TYPE, Response
from drystone.openapi.problems.codes import problems_by_code
from drystone.openapi.problems.explanations import VIOLATIONS
from drystone.openapi.problems.page import (
    CONTENT_SECURITY_POLICY,
    describe_problem,
    render_index,
    render_problem,
)
from drystone.routing.router import Router
from drystone.schema.json_encode import encode_json

if TYPE_CHECKING:
    from collections.abc import Callable

INDEX_PATH: Final = "/problems"
_OFFERED: Final = ("text/html", "application/json")


class ProblemExample(msgspec.Struct):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None


class ExplainedProblem(msgspec.Struct):
    """What a code means.

    Attributes:
        happened: what the server saw.
        mend: what to do about it.
        example: what an answer looks like.
    """

    code: str
    status: int
    title: str
    happened: str
    mend: str
    example: ProblemExample


class ListedProblem(msgspec.Struct):
    """A code among the others."""

    code: str
    status: int
    title: str
    href: str


class ProblemIndex(msgspec.Struct):
    """All codes: those of problems, and those of single faults, with what they mean."""

    problems: list[ListedProblem]
    errors: dict[str, str]


def problem_routes() -> Router:
    """Return a router with both routes."""
    router = Router(INDEX_PATH)

    @router.get("/", returns={"text/html": str, "application/json": ProblemIndex})
    async def list_problems(request: Request) -> Response:
        """List the codes of problems.

        A page for people, unless JSON is accepted and HTML is not.
        """
        return _answer(request, _index)

    @router.get("/{code}", returns={"text/html": str, "application/json": ExplainedProblem})
    async def explain_problem(request: Request) -> Response:
        """Explain a code.

        What happened, what to do, and an example; a page, or JSON where that is accepted.
        """
        code = request.params["code"]
        if not isinstance(code, str) or code not in problems_by_code():
            raise NotFound
        return _answer(request, partial(_explain, code))

    return router


def _answer(request: Request, make: Callable[[str], bytes]) -> Response:
    wanted = negotiate(request.headers.get("accept"), _OFFERED) or _OFFERED[0]
    is_page = wanted == _OFFERED[0]
    response = Response(make(wanted), media_type=HTML_TYPE if is_page else JSON_TYPE)
    response.headers.vary("Accept")
    response.headers["Cache-Control"] = "max-age=3600"
    if is_page:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


@lru_cache(maxsize=2)
def _index(media_type: str) -> bytes:
    every = [*problems_by_code().values()]
    if media_type == "text/html":
        return render_index(every).encode()
    listed = [
        ListedProblem(one.code, one.status, one.title, f"{INDEX_PATH}/{one.code}") for one in every
    ]
    return encode_json(ProblemIndex(listed, VIOLATIONS))


@lru_cache(maxsize=128)
def _explain(code: str, media_type: str) -> bytes:
    problem = problems_by_code()[code]
    if media_type == "text/html":
        return render_problem(problem).encode()
    return encode_json(describe_problem(problem))
