"""Declaring: what is collected, and which mistakes stop the start, with which words."""

from __future__ import annotations

import re
from uuid import UUID

import msgspec
import pytest

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.chain import Handler
from drystone.routing.pattern import RouteError
from drystone.routing.route import INHERIT
from drystone.routing.router import Router
from drystone.routing.table import RouteDefaults
from drystone.routing.verbs import Verbs

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")


async def ok(_request: Request) -> Response:
    return Response()


async def other(_request: Request) -> Response:
    return Response()


async def outer(request: Request, proceed: Handler) -> Response:
    return await proceed(request)


async def inner(request: Request, proceed: Handler) -> Response:
    return await proceed(request)


def paths(router: Router) -> list[str]:
    return [route.pattern.text for route in router.routes()]


@pytest.mark.parametrize("verb", VERBS)
def test_each_decorator_declares_its_method_and_gives_the_handler_back(verb: str) -> None:
    router = Router()
    assert getattr(router, verb)("/a")(ok) is ok
    (route,) = router.routes()
    assert (route.methods, route.handler) == ((verb.upper(),), ok)


def test_a_route_keeps_what_it_was_declared_with() -> None:
    router = Router()
    router.route(
        "/a",
        methods=["GET", "POST", "GET"],
        name="a",
        middleware=[inner],
        timeout_seconds=None,
        max_body_bytes=5,
        body=int,
        returns=str,
        allow="everyone",
    )(ok)
    (route,) = router.routes()
    assert route.methods == ("GET", "POST")
    assert (route.name, route.middleware, route.timeout_seconds) == ("a", (inner,), None)
    assert (route.max_body_bytes, route.body, route.returns) == (5, int, str)
    assert route.allow == "everyone"


def test_what_is_not_said_is_inherited() -> None:
    router = Router()
    router.get("/a")(ok)
    (route,) = router.routes()
    assert route.timeout_seconds is INHERIT
    assert route.max_body_bytes is INHERIT


def test_prefixes_and_mounts_add_up() -> None:
    inside = Router("/tasks")
    inside.get("/")(ok)
    inside.get("/{id}")(ok)
    admin = Router()
    admin.mount("/projects/{project}", inside)
    root = Router("/api")
    root.get("/")(ok)
    root.mount("/admin", admin)
    assert paths(root) == [
        "/api",
        "/api/admin/projects/{project}/tasks",
        "/api/admin/projects/{project}/tasks/{id}",
    ]


def test_include_adds_no_prefix_and_sees_later_routes() -> None:
    part = Router()
    root = Router()
    root.include(part)
    part.get("/late")(ok)
    assert paths(root) == ["/late"]


def test_middleware_of_routers_stands_outside_of_the_routes_own() -> None:
    part = Router(middleware=[inner])
    part.get("/a", middleware=[outer])(ok)
    root = Router(middleware=[outer])
    root.mount("/p", part)
    (route,) = root.routes()
    assert route.middleware == (outer, inner, outer)


def test_a_description_names_all_that_runs_around_the_handler() -> None:
    router = Router(middleware=[outer])
    router.get("/a/{n:int}", name="a", middleware=[inner], timeout_seconds=2)(ok)
    router.post("/b", timeout_seconds=None)(other)
    defaults = RouteDefaults(timeout_seconds=30.0, max_body_bytes=100)
    first, second = router.describe(defaults=defaults, outer=[inner])
    assert (first.methods, first.path, first.name) == (("GET",), "/a/{n:int}", "a")
    assert first.handler == f"{__name__}:ok"
    assert first.middleware == ("inner", "Timeout", "BodyLimit", "outer", "inner")
    assert (first.timeout_seconds, first.max_body_bytes) == (2, 100)
    assert second.middleware == ("inner", "BodyLimit", "outer")
    assert second.timeout_seconds is None
    assert re.fullmatch(r".*test_router\.py:\d+", first.origin)


def test_addresses_are_built_by_name() -> None:
    part = Router()
    part.get("/tags/{name}/{id:uuid}", name="tag")(ok)
    root = Router()
    root.mount("/api", part)
    table = root.prepare()
    assert (
        table.url_for("tag", name="to do/ü".replace("/", " "), id=UUID(int=1))
        == "/api/tags/to%20do%20%C3%BC/00000000-0000-0000-0000-000000000001"
    )
    with pytest.raises(RouteError, match="no route has the name 'tags'; write 'tag'"):
        table.url_for("tags")
    with pytest.raises(RouteError, match="give a value for 'id'"):
        table.url_for("tag", name="x")


# Mistakes. Each message is one line: the place, the mistake, the mend.


def refusal(act: object, *arguments: object, **options: object) -> str:
    with pytest.raises(RouteError) as caught:
        act(*arguments, **options)  # type: ignore[operator]  # any function
    message = str(caught.value)
    assert "\n" not in message
    assert re.search(r"test_router\.py:\d+", message)
    return message


def test_a_handler_that_is_not_async_is_refused_where_it_is_declared() -> None:
    def handler(_request: Request) -> Response:
        return Response()

    assert "is not a coroutine function" in refusal(Router().get("/a"), handler)


@pytest.mark.parametrize(
    ("path", "options", "message"),
    [
        ("/a/", {}, "ends with a slash; write '/a'"),
        ("/a", {"methods": "GET"}, r"methods is 'GET'; write a list such as ['GET']"),
        ("/a", {"methods": []}, r"methods is []; write a list"),
        ("/a", {"methods": ["get"]}, "'get' is not in upper case; write 'GET'"),
        ("/a", {"timeout_seconds": 0}, "timeout_seconds is 0; write a positive number"),
        ("/a", {"max_body_bytes": -1}, "max_body_bytes is negative"),
        ("/a", {"middleware": [ok]}, "ok does not take exactly request and proceed"),
    ],
)
def test_a_route_that_cannot_be_is_refused(
    path: str, options: dict[str, object], message: str
) -> None:
    options = {"methods": ["GET"], **options}
    assert message in refusal(Router().route(path, **options), ok)  # type: ignore[arg-type]  # wrong on purpose


def test_a_router_that_cannot_be_is_refused() -> None:
    assert "does not start with a slash" in refusal(Router, "admin")
    assert "ok does not take exactly" in refusal(Router, middleware=[ok])
    assert "ends with a slash; write '/a'" in refusal(Router().mount, "/a/", Router())


def test_routers_cannot_contain_each_other() -> None:
    first, second = Router(), Router()
    first.mount("/second", second)
    assert "a router would contain itself" in refusal(second.mount, "/first", first)
    assert "a router would contain itself" in refusal(first.include, first)


def test_two_routes_for_the_same_requests_are_refused_with_both_places() -> None:
    part, root = Router(), Router()
    part.get("/{id}")(ok)
    root.mount("/tasks", part)
    root.get("/tasks/{id}")(other)
    message = refusal(root.prepare)
    assert len(re.findall(r"test_router\.py:\d+", message)) == 2
    assert "serves the same requests as" in message


def test_a_name_that_is_taken_is_refused_with_both_places() -> None:
    root = Router()
    root.get("/a", name="same")(ok)
    root.get("/b", name="same")(other)
    message = refusal(root.prepare)
    assert len(re.findall(r"test_router\.py:\d+", message)) == 2
    assert "the name 'same' is taken by /a" in message


def test_one_name_may_stand_for_several_methods_of_one_route() -> None:
    root = Router()
    root.route("/a", methods=["GET", "POST"], name="a")(ok)
    assert root.prepare().url_for("a") == "/a"


def test_a_prefix_and_a_path_with_the_same_parameter_are_refused() -> None:
    router = Router("/projects/{id}")
    router.get("/tasks/{id}")(ok)
    assert "has the parameter 'id' twice" in refusal(router.routes)


def test_nothing_is_declared_after_the_start() -> None:
    part, root = Router(), Router()
    root.mount("/part", part)
    root.prepare()
    for router in (root, part):
        assert "declared after the application has started" in refusal(router.get("/a"), ok)
        assert "declared after" in refusal(router.mount, "/b", Router())


def test_a_start_that_failed_can_be_mended() -> None:
    root = Router()
    root.get("/a", name="same")(ok)
    bad = Router()
    bad.get("/a")(ok)
    root.include(bad)
    refusal(root.prepare)
    root.get("/b")(ok)
    assert paths(root) == ["/a", "/a", "/b"]


def test_verbs_have_a_decorator_for_each_method_and_no_other() -> None:
    public = {name for name in vars(Verbs) if not name.startswith("_")}
    assert public == {*VERBS, "route"}


class Tangled(msgspec.Struct):
    tags: dict[str, str]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (Tangled, "Tangled.tags is of type Dict, which no query parameter can say; write str"),
        (dict, "has no fields; write a msgspec Struct or a dataclass"),
        (None, "has no fields; write a msgspec Struct or a dataclass"),
    ],
)
def test_parameters_that_no_query_can_hold_are_told_where_they_are_declared(
    query: type, words: str
) -> None:
    with pytest.raises(RouteError, match=re.escape(words)) as caught:
        Router().get("/a", query=query)(ok)
    assert re.match(r".*test_router\.py:\d+: query: ", str(caught.value))
