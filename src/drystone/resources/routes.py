"""The routes of a resource: what is generated, what an application puts in its place or beside.

It is a router at the resource's address, which has the generated routes (`generated_routes`)
below it, so a route of one's own is declared on it:

    tasks = app.resource(Task, …)

    @tasks.post("/{id:uuid}/assign", body=Assignment, returns=Task)
    async def assign(request: Request) -> Response: ...

    @tasks.before("create", "patch")
    async def check(tx: Transaction, change: Change) -> Change: ...

The generated routes are laid out when the application starts, and frozen then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from drystone.resources.access import find_row, hold_to_version, scope_of
from drystone.resources.below import Below
from drystone.resources.declaring.check_rules import check_rules
from drystone.resources.deprecated_fields import DeprecatedFields
from drystone.resources.generated_routes import ROW, Generated, GeneratedRoute, places_of
from drystone.resources.handlers import Handlers
from drystone.resources.writing.hooks import After, Before, Hooks
from drystone.routing.chain import Handler, Middleware, check_handler
from drystone.routing.middleware.json_only import json_only
from drystone.routing.origin import caller_origin
from drystone.routing.pattern import RouteError
from drystone.routing.route import Route, RouteOptions
from drystone.routing.router import Router
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from uuid import UUID

    from drystone.db.queries import Queries
    from drystone.http.request import Request
    from drystone.http.response import Response
    from drystone.resources.access import FoundAct
    from drystone.resources.action import Work
    from drystone.resources.context import Context
    from drystone.resources.declaration import Resource
    from drystone.resources.writing.change import Operation as ChangeOperation
    from drystone.schema.expressions.expression import Predicate

H = TypeVar("H", bound=Handler)
B = TypeVar("B", bound=Before)
A = TypeVar("A", bound=After)


class ResourceRoutes(Router):
    """The routes of one resource, and a router for those beside them.

    Args:
        resource: the resource.
        prefix: of the API, such as `/api/v1`.
        origin: where it is declared, as `file:line`.
        siblings: all resources of the API, those that are declared later too.

    Attributes:
        resource: as given.
        generated: the handlers that are made for it, also those that were overridden.
    """

    def __init__(
        self,
        resource: Resource,
        *,
        prefix: str,
        origin: str,
        siblings: Sequence[ResourceRoutes] = (),
    ) -> None:
        super().__init__(f"/{resource.name}")
        self.resource = resource
        self.generated = Handlers(resource, path=f"{prefix}/{resource.name}")
        # Two versions may serve a resource of one name.
        version = prefix.rpartition("/")[2]
        self._route_name = resource.name if version == "v1" else f"{version}.{resource.name}"
        self._origin = origin
        self._siblings = siblings
        self._below = {one: Below(resource, one, self.generated) for one in resource.parents}
        self._overrides: dict[Generated, Handler] = {}
        self._hooks = Hooks()

    def override(self, operation: Generated) -> Callable[[H], H]:
        """Declare a handler in place of a generated one.

        Args:
            operation: `list`, `create`, `bulk`, `read`, `replace`, `patch`, `delete` (which
                answers `?purge=true` too), `restore`, `history` or `revert`. What `bulk`,
                `revert` and nested lists write does not come to the handlers in place of
                `create` and its like: what must see to every write is a hook.

        Raises:
            RouteError: the resource has no such operation, it is overridden already, or
                the handler cannot be called as one.
        """
        origin = caller_origin()

        def declare(handler: H) -> H:
            self._check_open(origin)
            known = [name for name, *_ in places_of(self.resource)]
            if operation not in known:
                raise RouteError(
                    f"{origin}: {self.resource.name} has no operation {operation!r}; "
                    f"write one of {', '.join(known)}"
                )
            if operation in self._overrides:
                raise RouteError(f"{origin}: {operation!r} is overridden already")
            try:
                check_handler(handler)
            except RouteError as error:
                raise RouteError(f"{origin}: {error}") from None
            self._overrides[operation] = handler
            return handler

        return declare

    def before(self, *operations: ChangeOperation) -> Callable[[B], B]:
        """Declare what runs before each write, inside of its transaction.

        Args:
            operations: of `create`, `replace`, `patch`, `delete`, `restore` and `purge`;
                all of them, where none is given.

        Raises:
            RouteError: the application has started.
        """
        self._check_open(caller_origin())

        def declare(hook: B) -> B:
            self._hooks = self._hooks.with_before(hook, operations)
            return hook

        return declare

    def after(self, *operations: ChangeOperation) -> Callable[[A], A]:
        """Declare what runs after each write, before COMMIT; see `before`."""
        self._check_open(caller_origin())

        def declare(hook: A) -> A:
            self._hooks = self._hooks.with_after(hook, operations)
            return hook

        return declare

    async def act(self, request: Request, work: Work) -> Response:
        """Answer with what a change of one's own returns, run as the generated ones are.

        In a transaction, again where that lost against another one, with the caller in the
        history, once for each `Idempotency-Key`, and taken back after `Prefer: dry-run`.

        Args:
            request: asked for it.
            work: takes the transaction, and returns the row to answer with, other JSON, or
                None. It may run several times, so it has no effects but those in the
                database.

        Raises:
            Problem: what the work raised, or the database refused.
        """
        return await self.generated.act(request, work)

    async def find(
        self,
        request: Request,
        queries: Queries,
        id: UUID,  # noqa: A002  (the column's name)
        *,
        act: FoundAct = "read",
        lock: bool = False,
    ) -> Any:
        """Return a row, an instance of the model, if the caller may do this with it.

        Args:
            request: its caller is asked about.
            queries: the database, or a transaction.
            id: the row's.
            act: whose rule is asked, besides that of `read`: `read`, `update`, `delete`,
                `restore` or `purge`. A deleted row is found for the last two alone.
            lock: whether nobody else is to change it until the transaction ends.

        Raises:
            NotFound: there is no such row that the caller sees.
            Forbidden: the caller sees it, and may not do that.
            Unauthenticated: likewise, and is a guest.
            PreconditionFailed: it is the row in the request's address, to be changed, and
                `If-Match` means another version; lock it, so that it stays at this one.
            PreconditionRequired: likewise, and the resource requires `If-Match`.
        """
        permissions = self.generated.permissions(request)
        row = await find_row(queries, permissions, self.resource.model, id, act=act, lock=lock)
        if act != "read" and request.params.get("id") == id:
            hold_to_version(request, row, is_required=self.resource.requires_if_match)
        return row

    def scope(self, request: Request, act: FoundAct = "read") -> Predicate | None:
        """Return for which rows the rules grant an act, for a select of one's own.

        Args:
            request: its caller is asked about.
            act: as for `find`.

        Returns:
            A predicate over the model, for `where`; None where all rows are granted.

        Raises:
            Forbidden: there is no row to be read.
            NotFound: likewise, and the caller is a guest.
            Unauthenticated: a guest may change none.
        """
        return scope_of(self.generated.permissions(request), act)

    def prepare_handlers(self, context: Context) -> None:
        """Make what the generated handlers need.

        Raises:
            DeclarationError: a rule has an answer that no statement can carry.
        """
        check_rules(self.resource)
        children = {
            one.name: sibling.generated.writable(context, sibling._hooks)  # noqa: SLF001  (of this class)
            for one in self.resource.nested
            if (sibling := self._sibling_of(one.model)) is not None
        }
        self.generated.prepare(context, self._hooks, children)

    def routes(self) -> tuple[Route, ...]:
        """Return every route: those at the resource's address, and those below other rows."""
        return (*super().routes(), *self._below_others())

    def _below_others(self) -> Iterator[Route]:
        """Yield the routes below the rows that the resource is served under.

        An operation that is overridden has none: the handler in its place knows of no row,
        and what it sees to must not be passed by.
        """
        going = self.resource.deprecated
        for parent, handlers in self._below.items():
            sibling = self._sibling_of(handlers.target)
            table = describe(handlers.target).table.replace("_", "-")
            above = table if sibling is None else sibling.resource.name
            for operation, method in (("list", "GET"), ("create", "POST")):
                if operation in self._overrides or operation not in self.resource.operations:
                    continue
                made = GeneratedRoute(self.resource, operation, parent)
                options: RouteOptions = {"generated": made, "middleware": self._around()}
                if going is not None:
                    options["deprecated"] = going
                yield Route.declare(
                    f"/{above}{ROW}/{self.resource.name}",
                    (method,),
                    getattr(handlers, operation),
                    origin=self._origin,
                    options=options,
                )

    def _sibling_of(self, model: type[Any]) -> ResourceRoutes | None:
        return next((one for one in self._siblings if one.resource.model is model), None)

    def _declared(self) -> Iterator[Route]:
        going = self.resource.deprecated
        for operation, method, path, name in places_of(self.resource):
            overriding = self._overrides.get(operation)
            options: RouteOptions = {
                "generated": GeneratedRoute(self.resource, operation),
                "middleware": self._around(is_generated=overriding is None),
            }
            if going is not None:
                options["deprecated"] = going.below(path)
            if name is not None:
                options["name"] = f"{self._route_name}{name}"
            handler = overriding or getattr(self.generated, operation)
            yield Route.declare(path, (method,), handler, origin=self._origin, options=options)
        for route in super()._declared():
            # What goes with the resource, unless it says something of its own.
            yield replace(route, deprecated=route.deprecated or going)

    def _around(self, *, is_generated: bool = True) -> list[Middleware]:
        """Return what runs around a handler; one of the application's own answers as it likes."""
        layers: list[Middleware] = [json_only] if is_generated else []
        if self.resource.deprecated_fields:
            layers.append(DeprecatedFields(self.resource))
        return layers
