"""The router: where routes are declared, and how routers are put together.

    router = Router("/projects", middleware=[audit])

    @router.get("/{id:uuid}", name="project")
    async def read(request: Request) -> Response: ...

    app.mount("/admin", router)        # GET /api/v1/admin/projects/{id}

A router only collects. `prepare` lays everything out as a `RouteTable`, which serves
requests, and freezes the router: a route that is declared later would be missing
from the table, so it is an error instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Unpack

from drystone.routing.chain import Middleware, check_layers
from drystone.routing.origin import caller_origin
from drystone.routing.pattern import PathPattern, RouteError
from drystone.routing.route import Route, RouteDescription, RouteOptions
from drystone.routing.table import RouteDefaults, RouteTable
from drystone.routing.verbs import H, Verbs


class Router(Verbs):
    """A set of routes with a prefix and middleware in common.

    Args:
        prefix: what every path begins with; may have parameters.
        middleware: run for each route, outermost first, before the route's own.

    Raises:
        RouteError: the prefix is no pattern, or a middleware cannot be called as one.
    """

    def __init__(self, prefix: str = "", *, middleware: Sequence[Middleware] = ()) -> None:
        origin = caller_origin()
        self._prefix = _check_prefix(prefix, origin)
        self._middleware = check_layers(middleware, origin)
        self._entries: list[Route | _Mount] = []
        self._frozen = False

    def route(
        self, path: str, *, methods: Sequence[str], **options: Unpack[RouteOptions]
    ) -> Callable[[H], H]:
        """Declare a handler for several methods; see `Verbs.route`."""
        origin = caller_origin()

        def declare(handler: H) -> H:
            self.add(Route.declare(path, methods, handler, origin=origin, options=options))
            return handler

        return declare

    def add(self, route: Route) -> None:
        """Add a route that was made elsewhere, such as by a resource.

        Raises:
            RouteError: the application has started.
        """
        self._check_open(route.origin)
        self._entries.append(route)

    def mount(self, prefix: str, router: Router) -> None:
        """Serve the routes of `router` below `prefix`; those it gets later too.

        Raises:
            RouteError: the prefix is no pattern, the routers would contain each other,
                or the application has started.
        """
        origin = caller_origin()
        self._check_open(origin)
        if router.contains(self):
            raise RouteError(f"{origin}: a router would contain itself; mount it on another one")
        self._entries.append(_Mount(_check_prefix(prefix, origin), router))

    def include(self, router: Router) -> None:
        """Serve the routes of `router` as if they were declared here; see `mount`."""
        self.mount("", router)

    def contains(self, router: Router) -> bool:
        """Tell whether `router` is this one, or mounted on it."""
        mounts = (entry for entry in self._entries if isinstance(entry, _Mount))
        return self is router or any(mount.router.contains(router) for mount in mounts)

    def routes(self) -> tuple[Route, ...]:
        """Return every route, those of mounted routers too, with whole paths.

        Raises:
            RouteError: a prefix and a path do not go together.
        """
        return tuple(route.under(self._prefix, self._middleware) for route in self._declared())

    def describe(
        self, *, defaults: RouteDefaults | None = None, outer: Sequence[Middleware] = ()
    ) -> list[RouteDescription]:
        """Return every route in words, in order of declaration.

        Args:
            defaults: what routes inherit.
            outer: middleware around the whole router.
        """
        defaults = defaults or RouteDefaults()
        return [defaults.describe(route, outer) for route in self.routes()]

    def prepare(self, defaults: RouteDefaults | None = None) -> RouteTable:
        """Return the table that serves these routes; nothing can be declared any more.

        Raises:
            RouteError: two routes serve the same requests or have the same name; the
                message names both places.
        """
        table = RouteTable(self.routes(), defaults or RouteDefaults())
        self.freeze()
        return table

    def freeze(self) -> None:
        """Refuse further declarations, on mounted routers too."""
        self._frozen = True
        for entry in self._entries:
            if isinstance(entry, _Mount):
                entry.router.freeze()

    def _declared(self) -> Iterator[Route]:
        """Yield every route as it is without this router's prefix and middleware."""
        for entry in self._entries:
            if isinstance(entry, Route):
                yield entry
            else:
                for route in entry.router.routes():
                    yield route.under(entry.prefix, ())

    def _check_open(self, origin: str) -> None:
        if self._frozen:
            raise RouteError(
                f"{origin}: declared after the application has started; "
                "declare every route where the module is imported"
            )


@dataclass(frozen=True, slots=True)
class _Mount:
    """A router below another one."""

    prefix: str
    router: Router


def _check_prefix(prefix: str, origin: str) -> str:
    if prefix in {"", "/"}:
        return ""
    try:
        return PathPattern.parse(prefix).text
    except RouteError as error:
        raise RouteError(f"{origin}: {error}") from None
