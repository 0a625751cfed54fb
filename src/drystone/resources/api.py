"""One version of an application's API: the routes and resources below one prefix.

v2 = app.api("v2")
v2.resource(Task, …)            # /api/v2/tasks, beside /api/v1/tasks

@v2.get("/reports")             # /api/v2/reports
async def reports(request: Request) -> Response: ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Unpack

from drystone.routing.origin import caller_origin
from drystone.routing.route import RouteOptions
from drystone.routing.router import Router
from drystone.routing.verbs import H, Verbs
from drystone.schema.model.declaration_error import DeclarationError

if TYPE_CHECKING:
    from typing import Any

    from drystone.resources.options import ResourceOptions
    from drystone.resources.routes import ResourceRoutes


class Api(Verbs):
    """The routes below a prefix.

    Args:
        prefix: such as `/api/v1`.

    Attributes:
        prefix: as given.
        router: holds the routes.
        resources: those that were declared.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.router = Router(prefix)
        self.resources: list[ResourceRoutes] = []

    def route(
        self, path: str, *, methods: Sequence[str], **options: Unpack[RouteOptions]
    ) -> Callable[[H], H]:
        """Declare a handler below the prefix; see `Verbs.route`."""
        return self.router.route(path, methods=methods, **options)

    def mount(self, prefix: str, router: Router) -> None:
        """Serve the routes of `router` below this prefix and `prefix`; see `Router.mount`."""
        self.router.mount(prefix, router)

    def resource(self, model: type[Any], **options: Unpack[ResourceOptions]) -> ResourceRoutes:
        """Serve the rows of a model.

        Args:
            model: one of the application's models.
            options: see `ResourceOptions`.

        Returns:
            Its routes, for hooks, for handlers in place of generated ones, and for routes
            beside them.

        Raises:
            DeclarationError: something in it cannot be, with the mend.
            RouteError: the application has started.
        """
        # Here, since an application without resources starts sooner without them.
        from drystone.resources.declaring.declare_resource import declare_resource  # noqa: PLC0415  (see above)
        from drystone.resources.routes import ResourceRoutes  # noqa: PLC0415  (see above)

        origin = caller_origin()
        declared = declare_resource(model, **options)
        for other in self.resources:
            if other.resource.name == declared.name:
                raise DeclarationError(
                    f"{origin}: a resource named {declared.name!r} is declared at "
                    f"{other.resource.origin} already; name one of them otherwise: name='…'"
                )
        routes = ResourceRoutes(
            declared, prefix=self.prefix, origin=origin, siblings=self.resources
        )
        self.router.include(routes)
        self.resources.append(routes)
        return routes
