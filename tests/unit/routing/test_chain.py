from __future__ import annotations

import doctest
import functools

import pytest
from tests.client import make_request

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing import chain
from drystone.routing.chain import Handler, Middleware, check_handler, check_layers, compose
from drystone.routing.pattern import RouteError


def marking(name: str, trace: list[str]) -> Middleware:
    async def middleware(request: Request, proceed: Handler) -> Response:
        trace.append(f"{name} in")
        response = await proceed(request)
        trace.append(f"{name} out")
        return response

    return middleware


async def ok(_request: Request) -> Response:
    return Response.text("ok")


class CallableHandler:
    async def __call__(self, request: Request) -> Response:
        return Response()


def plain(_request: Request) -> Response:
    return Response()


async def without_request() -> Response:
    return Response()


def test_the_documented_examples_hold() -> None:
    assert doctest.testmod(chain).failed == 0


async def test_the_first_middleware_is_the_outermost() -> None:
    trace: list[str] = []
    handler = compose([marking("a", trace), marking("b", trace)], ok)
    assert (await handler(make_request("GET", "/"))).body == b"ok"
    assert trace == ["a in", "b in", "b out", "a out"]


async def test_a_middleware_may_answer_by_itself() -> None:
    async def refuse(_request: Request, _proceed: Handler) -> Response:
        return Response.text("no", status=403)

    trace: list[str] = []
    handler = compose([refuse, marking("inner", trace)], ok)
    assert (await handler(make_request("GET", "/"))).status == 403
    assert trace == []


def test_without_middleware_the_handler_is_left_as_it_is() -> None:
    assert compose([], ok) is ok


@pytest.mark.parametrize("handler", [ok, CallableHandler(), functools.partial(ok)])
def test_what_is_awaited_with_a_request_is_a_handler(handler: Handler) -> None:
    check_handler(handler)


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (plain, r"plain is not a coroutine function; write 'async def plain\(request\)'"),
        (without_request, r"does not take exactly request; write 'async def without_request\("),
        (CallableHandler, "CallableHandler is a class; give an instance of it"),
        (marking("m", []), "does not take exactly request"),
    ],
)
def test_what_is_no_handler_is_refused(handler: Handler, message: str) -> None:
    with pytest.raises(RouteError, match=message):
        check_handler(handler)


def test_what_is_no_middleware_is_refused_with_its_place() -> None:
    with pytest.raises(RouteError, match=r"^app.py:7: ok does not take exactly request and proc"):
        check_layers([marking("m", []), ok], "app.py:7")  # type: ignore[list-item]  # wrong on purpose
