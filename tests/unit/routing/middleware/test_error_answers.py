from __future__ import annotations

import asyncio
import json

import pytest
from tests.client import make_request

from drystone.errors import BadRequest, Unauthenticated, Unavailable, Violation
from drystone.http.body import ClientDisconnected
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.middleware.errors import Errors


async def answer(error: BaseException) -> Response:
    async def handler(request: Request) -> Response:
        request.template = "/tasks"
        raise error

    request = make_request("GET", "/tasks?token=hunter2")
    request.id = "r1"
    return await Errors()(request, handler)


async def test_a_problem_is_answered_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    problem = BadRequest("No.", errors=[Violation(code="type", detail="d", pointer="/a")])
    response = await answer(problem)
    assert response.status == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert json.loads(response.body) == problem.describe("r1")
    assert caplog.records == []


async def test_the_fields_of_a_problem_are_sent() -> None:
    assert (await answer(Unauthenticated())).headers["WWW-Authenticate"] == "Bearer"


async def test_a_problem_of_ours_is_also_logged(caplog: pytest.LogCaptureFixture) -> None:
    response = await answer(Unavailable("The database is away."))
    assert response.status == 503
    (record,) = caplog.records
    assert (record.code, record.request_id) == ("unavailable", "r1")  # type: ignore[attr-defined]  # from extra
    assert record.exc_info is not None


async def test_an_unknown_exception_is_logged_in_full_and_told_in_general_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = await answer(RuntimeError("SELECT secret FROM /etc"))
    assert json.loads(response.body) == {
        "type": "/problems/internal_error",
        "title": "Something went wrong on our side",
        "status": 500,
        "detail": "Something went wrong on our side",
        "code": "internal_error",
        "request_id": "r1",
    }
    (record,) = caplog.records
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "SELECT secret FROM /etc"
    assert record.request_id == "r1"  # type: ignore[attr-defined]  # from extra
    assert "hunter2" not in repr(vars(record))


@pytest.mark.parametrize(
    "error", [ClientDisconnected(), asyncio.CancelledError(), KeyboardInterrupt()]
)
async def test_what_leaves_nobody_to_answer_is_passed_on(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(type(error)):
        await answer(error)
    assert caplog.records == []


async def test_a_handler_that_returns_no_response_is_our_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def forgetful(request: Request) -> Response:
        request.template = "/tasks"
        return None  # type: ignore[return-value]  # wrong on purpose

    response = await Errors()(make_request("GET", "/tasks"), forgetful)
    assert response.status == 500
    (record,) = caplog.records
    assert record.exc_info is not None
    assert "the handler of /tasks returned NoneType" in str(record.exc_info[1])
