"""The application: the composition root of the platform, on one screen.

    app = App("Task tracker", version="1.0.0")

    @app.get("/tasks/{id:uuid}", name="task")      # answers at /api/v1/tasks/{id}
    async def read(request: Request) -> Response: ...

    @app.root.get("/robots.txt")                   # answers there
    async def robots(request: Request) -> Response: ...

Declared while modules are imported, prepared by `start`, frozen after:

    declare ──► start: routes prepared ─► lifespans entered ──► serving ──► drain
                                                                              │
                stop: lifespans left, the last one first ◄────────────────────┘
"""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar, Unpack

from drystone.app_command import DeclaredCommand, declare_command
from drystone.asgi.host import AsgiApplication
from drystone.asgi.protocol import Receive, Scope, Send
from drystone.errors import Problem
from drystone.http.limits import MIB
from drystone.http.parts.peer import Peer
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.service import Service
from drystone.observe.access import AccessLogger
from drystone.observe.readiness import Check, Readiness
from drystone.openapi.routes import description_routes
from drystone.resources.api import Api
from drystone.routing.chain import Handler, Middleware, check_layers, compose, is_async, name_of
from drystone.routing.health import PROBE_PATHS, health_routes
from drystone.routing.middleware.cors import CORS
from drystone.routing.middleware.stack import Stack
from drystone.routing.origin import caller_origin
from drystone.routing.pattern import RouteError
from drystone.routing.route import RouteDescription, RouteOptions
from drystone.routing.router import Router
from drystone.routing.table import RouteDefaults, RouteTable
from drystone.routing.verbs import H, Verbs
from drystone.security.development_caller import DevelopmentCaller
from drystone.security.signing_key import signing_key
from drystone.settings import Settings, SettingsReader, Variables

if TYPE_CHECKING:
    from drystone.app_database import OpenDatabase
    from drystone.db.database import Database
    from drystone.db.maintenance.policy import MaintenancePolicy
    from drystone.db.transaction.block import TransactionBlock
    from drystone.db.transaction.mode import Isolation
    from drystone.resources.options import ResourceOptions
    from drystone.resources.routes import ResourceRoutes
    from drystone.schema.model.model import Model

_VERSION: Final = re.compile("v[1-9][0-9]*")
HANDLER_TIMEOUT_SECONDS: Final = 30.0
MAX_BODY_BYTES: Final = 10 * MIB

C = TypeVar("C", bound=Check)
F = TypeVar("F", bound=Callable[..., object])


class App(Verbs, Service):
    """An application: its routes, what they need, and how requests reach them.

    Args:
        title: what the API is called in its description.
        version: of the API, for its description.
        models: of the tables that it keeps; with them it has a database, `app.db`.
        migrations: the folder of the files that make those tables.
        middleware: run around all routes, outermost first; see `routing.middleware`
            for what stands outside of it.
        settings: what the operator decides; read from the environment where not given.
        allowed_hosts: hosts that are answered for, where the settings name none; any,
            where neither does, which production refuses.
        cors: which other sites' scripts may read the answers; those that the settings
            name, where not given.
        timeout_seconds: until a handler must have answered, unless its route says
            otherwise; None for no bound.
        max_body_bytes: the largest body, likewise.
        maintenance: how long history and deleted rows are kept, for `drystone maintain`
            and for what each server does of it by itself; for ever, where not given.
        defaults: False leaves out the built-in middleware, bounds and probes: a bare
            chain, to measure against.

    Attributes:
        root: routes outside of `/api/v1`.
        models: as given.
        migrations: as given.
        maintenance: as given.
        state: for what lifespans open; filled by them, read by handlers.
        commands: those that `command` declared, by name.

    Raises:
        SettingsError: the environment is not right, or production names no host.
        ValueError: an allowed host that is none.
        RouteError: a middleware cannot be called as one.
        DeclarationError: models do not go together.
    """

    def __init__(
        self,
        title: str = "API",
        *,
        version: str = "0.1.0",
        models: Sequence[type[Model]] = (),
        migrations: Path | str | None = None,
        middleware: Sequence[Middleware] = (),
        settings: Settings | None = None,
        allowed_hosts: Sequence[str] = (),
        cors: CORS | None = None,
        timeout_seconds: float | None = HANDLER_TIMEOUT_SECONDS,
        max_body_bytes: int | None = MAX_BODY_BYTES,
        maintenance: MaintenancePolicy | None = None,
        defaults: bool = True,
    ) -> None:
        origin = caller_origin()
        self.title = title
        self.version = version
        self.models = _check_models(models)
        self.migrations = None if migrations is None else Path(migrations)
        self.maintenance = maintenance
        self.root = Router()
        self.state = SimpleNamespace()
        self.commands: dict[str, DeclaredCommand] = {}
        self._apis: dict[str, Api] = {}
        self._api = self.api("v1")
        self._readiness = Readiness()
        self._lifespans: list[LifespanContext] = []
        self._opened = AsyncExitStack()
        self._access = AccessLogger()
        self._stack: Stack | None = None
        self._layers = check_layers(middleware, origin)
        self._defaults = RouteDefaults()
        self._table: RouteTable | None = None
        self._answer: Handler = _answer_before_start
        self._database: Database | None = None
        self._settings = settings
        self._allowed_hosts = tuple(allowed_hosts)
        self._asgi = AsgiApplication(self)
        if defaults:
            settings = self._read_settings()
            if cors is None and settings.cors_origins:
                cors = CORS(settings.cors_origins)
            self._stack = Stack(
                self._access,
                application=(
                    DevelopmentCaller(is_refused=settings.is_production),
                    *self._layers,
                ),
                allowed_hosts=settings.allowed_hosts or allowed_hosts,
                cors=cors,
                probe_paths=PROBE_PATHS,
            )
            self._layers = self._stack.layers
            self._defaults = RouteDefaults(
                timeout_seconds=timeout_seconds, max_body_bytes=max_body_bytes
            )
            self.root.include(health_routes(self._readiness))
            self.root.include(description_routes(self, settings))

    @property
    def db(self) -> Database:
        """The database, from `start` to `stop`.

        Raises:
            RuntimeError: the application does not run, or has no models.
        """
        if self._database is None:
            mend = "await app.start() first" if self.models else "write App(models=[…])"
            raise RuntimeError(f"there is no database: {mend}")
        return self._database

    def transaction(
        self,
        request: Request,
        *,
        isolation: Isolation = "read_committed",
        attempts: int | None = None,
    ) -> TransactionBlock:
        """Return a transaction in the name of a request's caller; see `Database.transaction`.

        Args:
            request: whose caller the history names, and whose id.
            isolation: what it sees of others.
            attempts: how often `run` may run its function, where it lost.
        """
        from drystone.security.author import author_of  # noqa: PLC0415  (as in _open_database)

        author = author_of(request)
        return self.db.transaction(isolation=isolation, attempts=attempts, author=author)

    # Declaring.

    def route(
        self, path: str, *, methods: Sequence[str], **options: Unpack[RouteOptions]
    ) -> Callable[[H], H]:
        """Declare a handler below `/api/v1`; see `Verbs.route`."""
        return self._api.route(path, methods=methods, **options)

    def resource(self, model: type[Model], **options: Unpack[ResourceOptions]) -> ResourceRoutes:
        """Serve the rows of a model below `/api/v1`; see `Api.resource`."""
        return self._api.resource(model, **options)

    def api(self, version: str) -> Api:
        """Return a version of the API, to declare routes and resources below `/api/<version>`.

        Args:
            version: `v1` is what `route`, `resource` and `mount` declare on.

        Raises:
            RouteError: it is not a `v` and a number, or the application has started.
        """
        if _VERSION.fullmatch(version) is None:
            raise RouteError(f"{caller_origin()}: the version {version!r} is not like 'v2'")
        known = self._apis.get(version)
        if known is None:
            known = self._apis[version] = Api(f"/api/{version}")
            self.root.include(known.router)
        return known

    def mount(self, prefix: str, router: Router) -> None:
        """Serve the routes of `router` below `/api/v1` and `prefix`; see `Router.mount`."""
        self._api.mount(prefix, router)

    def lifespan(self, function: Lifespan) -> Lifespan:
        """Declare an async generator that opens something, yields once, and closes it.

            @app.lifespan
            async def pool(app: App) -> AsyncIterator[None]:
                async with open_pool() as app.state.pool:
                    yield

        Several are entered in the order of declaration and left in reverse, also when
        a later one fails to start.

        Raises:
            RouteError: it is no async generator function of one argument, or the
                application has started.
        """
        origin = caller_origin()
        self._check_open(origin)
        if not inspect.isasyncgenfunction(function):
            raise RouteError(
                f"{origin}: {name_of(function)} is not an async generator function; "
                f"write 'async def {name_of(function)}(app)' with one 'yield'"
            )
        self._lifespans.append(asynccontextmanager(function))
        return function

    def ready_check(self, name: str) -> Callable[[C], C]:
        """Declare a check that `/readyz` runs: it returns, or raises where all is not well.

        Raises:
            RouteError: it is no coroutine function, the name is taken, or the
                application has started.
        """
        origin = caller_origin()
        self._check_open(origin)

        def declare(check: C) -> C:
            if not is_async(check):
                raise RouteError(
                    f"{origin}: {name_of(check)} is not a coroutine function; "
                    f"write 'async def {name_of(check)}()'"
                )
            try:
                self._readiness.add(name, check)
            except ValueError as error:
                raise RouteError(f"{origin}: {error}") from None
            return check

        return declare

    def command(self, function: F) -> F:
        """Declare a command: `drystone <its name> [MODULE:APP]` runs it.

            @app.command
            @click.option("--tasks", default=1_000, help="How many.")
            async def seed(*, tasks: int) -> None:
                \"\"\"Fill the tables with sample rows.\"\"\"
                await app.db.copy(Task, make(tasks))

        Its name is the function's, with hyphens; its help the docstring. Options and
        arguments are click's, given as keywords. An `async def` runs while the
        application is started, so it has `app.db`; any other is called as it is.

        Raises:
            RouteError: it is no function, or there is a command of its name already.
        """
        declare_command(self.commands, function, caller_origin())
        return function

    def signing_key(self, purpose: str) -> bytes:
        """Return what to sign with for a purpose of the application's own, such as its cursors.

        Args:
            purpose: one word; what is signed for one purpose is not valid for another.

        Raises:
            ValueError: production has no secret.
        """
        return signing_key(self._read_settings(), purpose)

    def routes(self) -> list[RouteDescription]:
        """Return every route, with the names of all that runs around its handler."""
        return self.root.describe(defaults=self._defaults, outer=self._layers)

    def url_for(self, name: str, /, **params: object) -> str:
        """Return the path of a named route; see `RouteTable.url_for`.

        Raises:
            RouteError: there is no such route, a value does not fit, or the
                application has not started.
        """
        if self._table is None:
            raise RouteError("addresses are known once the application has started")
        return self._table.url_for(name, **params)

    # Serving.

    async def start(self, *, open_database: OpenDatabase | None = None) -> None:
        """Prepare the routes, then open the database and what the lifespans open.

        Args:
            open_database: makes the database of the settings, in place of what serves; for
                tools that watch what an application asks of it.

        Raises:
            ValueError: it has models, and DATABASE_URL is not set.
            RouteError: two declarations do not go together.
            Exception: what a lifespan raised; those before it are left by then.
        """
        self._access.connect()
        if self._table is None:
            self._table = self.root.prepare(self._defaults)
        async with AsyncExitStack() as opened:
            if self.models or self.migrations:
                await opened.enter_async_context(self._open_database(open_database))
            for lifespan in self._lifespans:
                await opened.enter_async_context(lifespan(self))
            self._opened = opened.pop_all()
        self._readiness.draining = False
        self._answer = compose(self._layers, self._table.answer)

    async def handle(self, request: Request) -> Response:
        """Answer one request: down the middleware, to its route, and back."""
        return await self._answer(request)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Be an ASGI application, for any server that hosts those; see `AsgiApplication`."""
        await self._asgi(scope, receive, send)

    def refuse(self, problem: Problem, peer: Peer, request: Request | None = None) -> Response:
        """Answer what never reached a handler, with all that an answer carries."""
        if self._stack is None:
            return super().refuse(problem, peer, request)
        return self._stack.refuse(problem, peer, request)

    def drain(self) -> None:
        """Be no longer ready, so that no new traffic comes."""
        self._readiness.draining = True

    async def stop(self) -> None:
        """Close what the lifespans opened, the last one first."""
        self._answer = _answer_before_start
        await self._opened.aclose()

    @asynccontextmanager
    async def _open_database(self, open_with: OpenDatabase | None) -> AsyncIterator[None]:
        # Here, since an application without a database starts sooner without it.
        from drystone.app_database import AppDatabase  # noqa: PLC0415  (see above)

        declared = AppDatabase(
            settings=self._read_settings(),
            models=self.models,
            migrations=self.migrations,
            policy=self.maintenance,
            resources=[one for api in self._apis.values() for one in api.resources],
        )
        async with declared.open(self._readiness, open_with) as database:
            self._database = database
            try:
                yield
            finally:
                self._database = None

    def _read_settings(self) -> Settings:
        if self._settings is None:
            self._settings = _load_settings(self._allowed_hosts)
        return self._settings

    def _check_open(self, origin: str) -> None:
        if self._table is not None:
            raise RouteError(
                f"{origin}: declared after the application has started; "
                "declare it where the module is imported"
            )


Lifespan: TypeAlias = Callable[[App], AsyncIterator[None]]
LifespanContext: TypeAlias = Callable[[App], AbstractAsyncContextManager[None]]


def _load_settings(allowed_hosts: Sequence[str]) -> Settings:
    reader = SettingsReader(Variables.from_process())
    declared = {"allowed_hosts": tuple(allowed_hosts)} if allowed_hosts else {}
    settings = reader.read(Settings, defaults=declared)
    reader.finish()
    return settings


def _check_models(models: Sequence[type[Model]]) -> tuple[type[Model], ...]:
    """Return models that go together: a mistake must stop the start."""
    if models:
        from drystone.db.ddl.statements import build_tables  # noqa: PLC0415  (as in _open_database)

        build_tables(models)
    return tuple(models)


async def _answer_before_start(_request: Request) -> Response:
    raise RuntimeError("the application has not started; await app.start() first")
