"""Which route answers a request, and whether it may be tried without keeping anything.

The application's own table of routes exists while it is started; this one is for before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.cli.failure import CommandFailure
from drystone.errors import Problem
from drystone.resources.generated_routes import GeneratedRoute
from drystone.routing.tree import Tree

if TYPE_CHECKING:
    from drystone.app import App
    from drystone.cli.explain.request_text import TypedRequest
    from drystone.http.request import Request
    from drystone.routing.route import Route

_OURS: Final = "drystone.resources."


def find_route(app: App, request: Request) -> Route | None:
    """Return the route that serves a request; None where there is none."""
    tree: Tree[Route] = Tree()
    for route in app.root.routes():
        for method in route.methods:
            tree.insert(route.pattern, method, route, origin=route.origin)
    try:
        match = tree.find(request.path)
    except Problem:
        return None
    methods = ("HEAD", "GET") if request.method == "HEAD" else (request.method,)
    found = match.select(*methods) if match is not None else None
    return found.value if found is not None else None


def generated_by(route: Route | None) -> GeneratedRoute | None:
    """Return what a route was generated for; None for a handler of the application's own."""
    if route is None:
        return None
    # An override stands in the generated one's place, and is the application's own.
    maker = type(getattr(route.handler, "__self__", None))
    if not maker.__module__.startswith(_OURS):
        return None
    return route.generated if isinstance(route.generated, GeneratedRoute) else None


def check_can_be_rehearsed(app: App, request: Request, typed: TypedRequest) -> None:
    """Pass if an unsafe request can be run without keeping anything of it.

    Raises:
        CommandFailure: it cannot.
    """
    route = find_route(app, request)
    if route is not None and generated_by(route) is None:
        raise CommandFailure(
            f"{typed} is answered by a handler of the application's own ({route.origin}), which "
            "may change anything: it is not run. Safe methods, and generated operations by "
            "Prefer: dry-run, can be explained."
        )
