"""What stands around a single route: its time, and the size of its bodies."""

from __future__ import annotations

import asyncio

import pytest
from tests.client import make_request

from drystone.errors import GatewayTimeout, PayloadTooLarge
from drystone.http.limits import Limits
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.middleware.body_limit import BodyLimit
from drystone.routing.middleware.timeout import Timeout


async def read(request: Request) -> Response:
    return Response(await request.bytes())


async def test_a_handler_in_time_is_left_alone() -> None:
    request = make_request("POST", "/", content=b"abc")
    assert (await Timeout(5)(request, read)).body == b"abc"


async def test_a_handler_out_of_time_is_cancelled_and_504_raised() -> None:
    ended: list[str] = []

    async def slow(_request: Request) -> Response:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("closed")
        return Response()

    with pytest.raises(GatewayTimeout, match=r"No answer within 0\.01 seconds"):
        await Timeout(0.01)(make_request("GET", "/"), slow)
    assert ended == ["closed"]


async def test_a_time_out_inside_of_the_handler_is_its_own() -> None:
    async def failing(_request: Request) -> Response:
        raise TimeoutError("upstream")

    with pytest.raises(TimeoutError, match="upstream"):
        await Timeout(5)(make_request("GET", "/"), failing)


async def test_a_cancelled_request_is_cancelled_and_not_out_of_time() -> None:
    async def slow(_request: Request) -> Response:
        await asyncio.Event().wait()
        return Response()

    async def run() -> Response:
        return await Timeout(5)(make_request("GET", "/"), slow)

    task = asyncio.create_task(run())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("expired", [False, True])
async def test_who_cancels_too_is_not_told_of_a_time_out(*, expired: bool) -> None:
    """A client that goes away just as the time is over still ends the task."""
    waiting = asyncio.Event()

    async def slow(_request: Request) -> Response:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            waiting.set()
            await asyncio.sleep(0)  # long enough for the other one to cancel
            raise
        return Response()

    async def run() -> Response:
        return await Timeout(0.01 if expired else 5)(make_request("GET", "/"), slow)

    task = asyncio.create_task(run())
    if expired:
        await waiting.wait()
    else:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_handler_may_still_answer_when_its_time_is_over() -> None:
    async def stubborn(_request: Request) -> Response:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return Response(b"late")
        return Response()

    response = await Timeout(0.01)(make_request("GET", "/"), stubborn)
    task = asyncio.current_task()
    assert task is not None
    assert (response.body, task.cancelling()) == (b"late", 0)
    await asyncio.sleep(0)  # not cancelled any more


async def test_no_timer_is_left_behind() -> None:
    async def answer(_request: Request) -> Response:
        return Response()

    await Timeout(0.01)(make_request("GET", "/"), answer)
    await asyncio.sleep(0.02)  # the bound passes; this test is not cancelled


async def test_a_body_at_the_bound_is_taken() -> None:
    request = make_request("POST", "/", content=b"x" * 10)
    assert (await BodyLimit(10)(request, read)).body == b"x" * 10


async def test_a_body_over_the_bound_is_refused_before_the_handler_runs() -> None:
    async def never(_request: Request) -> Response:
        raise AssertionError("the handler ran")

    with pytest.raises(PayloadTooLarge, match="over 9 bytes"):
        await BodyLimit(9)(make_request("POST", "/", content=b"x" * 10), never)


async def test_a_route_cannot_allow_more_than_the_server() -> None:
    limits = Limits(max_body_bytes=20)
    request = make_request("POST", "/", content=b"x" * 10, limits=limits)
    await BodyLimit(1000)(request, read)
    assert request.body.max_bytes == 20


async def test_the_body_that_all_requests_without_one_share_is_not_changed() -> None:
    request = make_request("GET", "/")
    before = Request(request.head, request.peer).body.max_bytes
    await BodyLimit(5)(Request(request.head, request.peer), read)
    assert Request(request.head, request.peer).body.max_bytes == before
