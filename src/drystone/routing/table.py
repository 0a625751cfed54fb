"""The route table: routes laid out for serving, and the answer to each request.

It is the innermost handler of the application's middleware. It finds the route of a
request, sets `request.params` and `request.template`, and runs the route's chain,
which was composed when the table was made. What it answers by itself:

    no pattern matches the path       404
    ... but one does without its /    308 to the canonical path, with the query
    the path has other methods        405 with Allow
    HEAD, where only GET is declared  the handler of GET; the connection drops the body
    OPTIONS, where it is not declared 204 with Allow
    OPTIONS *                         204 with every method of the application

A method that no route knows is answered as any other: 405 where the path exists, 404
elsewhere. RFC 9110, section 9.1 would have 501 for it; but that answer tells a caller
less (no `Allow`), and would change for all paths when one route begins to use the
method.

Source: RFC 9110, sections 9.3.2, 9.3.7, 10.2.1, 15.4.9, 15.5.5 and 15.5.6.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from drystone.errors import MethodNotAllowed, NotFound
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.chain import Handler, Middleware, compose, name_of
from drystone.routing.match import Match
from drystone.routing.middleware.body_limit import BodyLimit
from drystone.routing.middleware.deprecated import Deprecated
from drystone.routing.middleware.timeout import Timeout
from drystone.routing.pattern import RouteError
from drystone.routing.route import INHERIT, Route, RouteDescription
from drystone.routing.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDefaults:
    """What a route has where it does not say otherwise; None for no bound.

    Attributes:
        timeout_seconds: until a handler must have answered.
        max_body_bytes: the largest body that is accepted.
    """

    timeout_seconds: float | None = None
    max_body_bytes: int | None = None

    def timeout_of(self, route: Route) -> float | None:
        """Return the bound of `route` in seconds."""
        own = route.timeout_seconds
        return self.timeout_seconds if own is INHERIT else own

    def max_body_of(self, route: Route) -> int | None:
        """Return the bound of the bodies of `route`."""
        own = route.max_body_bytes
        return self.max_body_bytes if own is INHERIT else own

    def layers_of(self, route: Route) -> tuple[Middleware, ...]:
        """Return what runs around the handler of `route`; exempt ones pay nothing."""
        guards: list[Middleware] = []
        if route.deprecated is not None:
            guards.append(Deprecated(route.deprecated))
        if (seconds := self.timeout_of(route)) is not None:
            guards.append(Timeout(seconds))
        if (max_bytes := self.max_body_of(route)) is not None:
            guards.append(BodyLimit(max_bytes))
        return (*guards, *route.middleware)

    def describe(self, route: Route, outer: Sequence[Middleware] = ()) -> RouteDescription:
        """Return `route` in words, with the middleware that is around all routes."""
        module = getattr(route.handler, "__module__", type(route.handler).__module__)
        return RouteDescription(
            methods=route.methods,
            path=route.pattern.text,
            name=route.name,
            handler=f"{module}:{name_of(route.handler)}",
            origin=route.origin,
            middleware=tuple(name_of(layer) for layer in (*outer, *self.layers_of(route))),
            timeout_seconds=self.timeout_of(route),
            max_body_bytes=self.max_body_of(route),
        )


class _Entry(NamedTuple):
    """What the tree keeps for one route."""

    handler: Handler
    template: str


class RouteTable:
    """Routes, ready to serve; never changed.

    Args:
        routes: with whole paths.
        defaults: what they inherit.

    Raises:
        RouteError: two routes serve the same requests, or have the same name.
    """

    def __init__(self, routes: Iterable[Route], defaults: RouteDefaults) -> None:
        self._tree: Tree[_Entry] = Tree()
        self._names: dict[str, Route] = {}
        methods: set[str] = set()
        for route in routes:
            self._name(route)
            handler = compose(defaults.layers_of(route), route.handler)
            entry = _Entry(handler, route.pattern.template)
            for method in route.methods:
                self._tree.insert(route.pattern, method, entry, origin=route.origin)
            methods.update(route.methods)
        self._tree.freeze()
        self._allow_anywhere = _allow(methods)

    async def answer(self, request: Request) -> Response:
        """Run the route of `request`; the innermost `Handler`.

        Raises:
            BadRequest: the path can be read in two ways.
            NotFound, MethodNotAllowed: there is no such route.
        """
        match = self._tree.find(request.path)
        if match is None:
            return self._answer_unmatched(request)
        method = request.method
        found = match.select("HEAD", "GET") if method == "HEAD" else match.select(method)
        if found is None:
            return _answer_other_method(request, match)
        request.params = found.params
        handler, request.template = found.value
        return await handler(request)

    def url_for(self, name: str, /, **params: object) -> str:
        """Return the path of the route `name` with these values, percent-encoded.

        Args:
            name: as the route was declared.
            params: a value for each parameter of its path.

        Raises:
            RouteError: there is no such name, or a value does not fit.
        """
        route = self._names.get(name)
        if route is None:
            near = difflib.get_close_matches(name, self._names, n=1)
            mend = f"write {near[0]!r}" if near else "give one with name=... where it is declared"
            raise RouteError(f"no route has the name {name!r}; {mend}")
        return route.pattern.build(**params)

    def _name(self, route: Route) -> None:
        if route.name is None:
            return
        known = self._names.setdefault(route.name, route)
        if known is not route:
            raise RouteError(
                f"{route.origin}: the name {route.name!r} is taken by {known.pattern.text} "
                f"({known.origin}); rename one of them"
            )

    def _answer_unmatched(self, request: Request) -> Response:
        path = request.path
        if path == "*":
            return Response(status=204, headers=[("Allow", ", ".join(self._allow_anywhere))])
        # A path that matches has no empty segment, so the target never begins with
        # two slashes, which a browser would read as another host.
        if path.endswith("/") and self._tree.find(path.rstrip("/")) is not None:
            return Response.redirect(_without_slash(request), status=308)
        raise NotFound


def _without_slash(request: Request) -> str:
    path = request.head.raw_path.rstrip(b"/").decode("ascii")
    query = request.head.raw_query.decode("ascii")
    return f"{path}?{query}" if query else path


def _answer_other_method(request: Request, match: Match[_Entry]) -> Response:
    request.template = match.template
    allow = _allow(match.methods)
    if request.method == "OPTIONS":
        return Response(status=204, headers=[("Allow", ", ".join(allow))])
    raise MethodNotAllowed(allow=allow)


def _allow(declared: Iterable[str]) -> tuple[str, ...]:
    """Return what `Allow` names: what is declared, and what is answered with it."""
    methods = {*declared, "OPTIONS"}
    if "GET" in methods:
        methods.add("HEAD")
    return tuple(sorted(methods))
