"""Answering: which route a request reaches, and what is answered where it reaches none."""

from __future__ import annotations

import pytest
from tests.client import make_request

from drystone.errors import BadRequest, MethodNotAllowed, NotFound
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.router import Router
from drystone.routing.table import RouteDefaults, RouteTable


async def echo(request: Request) -> Response:
    return Response.text(f"{request.method} {request.template} {request.params}")


async def remove(_request: Request) -> Response:
    return Response.empty()


@pytest.fixture
def table() -> RouteTable:
    router = Router()
    router.get("/")(echo)
    router.get("/tasks")(echo)
    router.post("/tasks")(echo)
    router.get("/tasks/{n:int}")(echo)
    router.delete("/tasks/{name}")(remove)
    router.get("/files/{rest:path}")(echo)
    router.options("/own")(echo)
    router.head("/own")(echo)
    router.put("/only")(echo)
    return router.prepare()


async def answer(table: RouteTable, method: str, target: str) -> Response:
    return await table.answer(make_request(method, target))


async def test_a_route_is_reached_with_its_parameters_and_template(table: RouteTable) -> None:
    request = make_request("GET", "/tasks/12?x=1")
    response = await table.answer(request)
    assert response.body == b"GET /tasks/{n} {'n': 12}"
    assert (request.template, request.params) == ("/tasks/{n}", {"n": 12})


async def test_segments_are_decoded_once(table: RouteTable) -> None:
    request = make_request("DELETE", "/tasks/%2525%20caf%C3%A9")
    await table.answer(request)
    assert request.params == {"name": "%25 café"}


@pytest.mark.parametrize("target", ["/none", "/tasks/12/x", "/Tasks", "//tasks", "/tasks//12"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "BREW"])
async def test_an_unknown_path_is_404_for_every_method(
    table: RouteTable, method: str, target: str
) -> None:
    with pytest.raises(NotFound):
        await answer(table, method, target)


@pytest.mark.parametrize(
    ("method", "target", "allow"),
    [
        ("PUT", "/tasks", ("GET", "HEAD", "OPTIONS", "POST")),
        ("get", "/tasks", ("GET", "HEAD", "OPTIONS", "POST")),
        ("BREW", "/tasks/12", ("DELETE", "GET", "HEAD", "OPTIONS")),
        ("GET", "/tasks/abc", ("DELETE", "OPTIONS")),
        ("HEAD", "/only", ("OPTIONS", "PUT")),
        ("GET", "/own", ("HEAD", "OPTIONS")),
    ],
)
async def test_a_known_path_without_the_method_is_405_with_allow(
    table: RouteTable, method: str, target: str, allow: tuple[str, ...]
) -> None:
    request = make_request(method, target)
    with pytest.raises(MethodNotAllowed) as caught:
        await table.answer(request)
    assert caught.value.allow == allow
    assert request.template != ""


async def test_every_method_that_allow_names_is_served(table: RouteTable) -> None:
    for target in ("/tasks", "/tasks/12", "/only", "/own", "/"):
        allowed = (await answer(table, "OPTIONS", target)).headers.get("Allow")
        if allowed is None:
            continue  # a route of its own
        for method in allowed.split(", "):
            assert (await answer(table, method, target)).status < 300


async def test_head_runs_the_handler_of_get(table: RouteTable) -> None:
    response = await answer(table, "HEAD", "/tasks/12")
    assert response.body == b"HEAD /tasks/{n} {'n': 12}"  # dropped by the connection


async def test_a_declared_head_or_options_comes_first(table: RouteTable) -> None:
    assert (await answer(table, "HEAD", "/own")).body == b"HEAD /own {}"
    assert (await answer(table, "OPTIONS", "/own")).body == b"OPTIONS /own {}"


async def test_options_tells_what_is_allowed(table: RouteTable) -> None:
    response = await answer(table, "OPTIONS", "/tasks")
    assert (response.status, response.body) == (204, b"")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


async def test_options_of_the_whole_server(table: RouteTable) -> None:
    response = await answer(table, "OPTIONS", "*")
    assert response.status == 204
    assert response.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, POST, PUT"


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/tasks/", "/tasks"),
        ("/tasks///", "/tasks"),
        ("/tasks/?a=1&b=%2F", "/tasks?a=1&b=%2F"),
        ("/tasks/caf%C3%A9%22/", "/tasks/caf%C3%A9%22"),
        ("/files/a%20b/c/?next=//evil.test", "/files/a%20b/c?next=//evil.test"),
        ("http://testserver/tasks/", "/tasks"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_trailing_slash_is_redirected_with_its_query(
    table: RouteTable, method: str, target: str, location: str
) -> None:
    response = await answer(table, method, target)
    assert (response.status, response.headers["Location"]) == (308, location)


@pytest.mark.parametrize(
    "target", ["//", "//evil.test/", "///", "//evil.test/tasks/", "/none/", "/files/"]
)
async def test_nothing_is_redirected_to_another_host_or_to_nowhere(
    table: RouteTable, target: str
) -> None:
    with pytest.raises(NotFound):
        await answer(table, "GET", target)


@pytest.mark.parametrize("target", ["/tasks%2f", "/tasks/..", "/\\evil.test/", "/tasks%5c/"])
async def test_a_path_that_can_be_read_in_two_ways_is_refused(
    table: RouteTable, target: str
) -> None:
    with pytest.raises(BadRequest):
        await answer(table, "GET", target)


async def test_an_exempt_route_runs_without_guards() -> None:
    router = Router()
    router.get("/free", timeout_seconds=None)(echo)
    router.get("/bound")(echo)
    defaults = RouteDefaults(timeout_seconds=5)
    free, bound = router.routes()
    assert defaults.layers_of(free) == ()
    assert [type(layer).__name__ for layer in defaults.layers_of(bound)] == ["Timeout"]


async def test_parameters_of_one_request_are_not_those_of_another(table: RouteTable) -> None:
    first, second = make_request("GET", "/tasks"), make_request("GET", "/tasks")
    await table.answer(first)
    first.params["leak"] = 1
    await table.answer(second)
    assert second.params == {}
