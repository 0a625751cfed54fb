"""A route as data: what was declared for one path and its methods.

`Router` collects these, `RouteTable` serves them, and whoever describes the API
(OpenAPI, `drystone routes`) reads them. Frozen: nothing changes after declaration.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, TypedDict

from drystone.errors import Problem
from drystone.http.parts.query_reader import QueryReader
from drystone.routing.chain import Handler, Middleware, check_handler, check_layers
from drystone.routing.deprecation import Deprecation
from drystone.routing.pattern import PathPattern, RouteError


class Inherit(enum.Enum):
    """The value of an option that a route leaves to the application."""

    INHERIT = "the application's default"


INHERIT: Final = Inherit.INHERIT


class Unsaid(enum.Enum):
    """The value of an option whose absence and None mean different things."""

    UNSAID = "nothing was said"


UNSAID: Final = Unsaid.UNSAID

Seconds: TypeAlias = float | Inherit | None
Bytes: TypeAlias = int | Inherit
HeededHeader: TypeAlias = Literal["If-Match", "Idempotency-Key", "Prefer"]


class RouteOptions(TypedDict, total=False):
    """What a declaration may say beside path and methods.

    Attributes:
        name: for `url_for`; unique in the application.
        middleware: run for this route only, inside of its router's.
        timeout_seconds: until the handler must have answered; None for no bound, as a
            handler that waits long on purpose needs. A stream is not counted.
        max_body_bytes: the largest body that is accepted.
        body: type of the body, for whoever describes the API: what msgspec reads, a
            model, `bytes` or `str` for a body that is not JSON.
        query: a Struct or a dataclass whose fields are the parameters that it reads, with
            `request.query.read`.
        headers: which of `If-Match`, `Idempotency-Key` and `Prefer` it heeds, likewise.
        returns: type of the answer, likewise; None for one without a body, and a mapping
            from media types to types for one that has several forms.
        allow: who may call it, for the layers that know of callers.
        summary: what it does, in a few words; the docstring's first line where not given.
        status: of the answer where all is well; 200 where not given, 204 with
            `returns=None`.
        problems: that it raises, besides those of its body and path, for the description.
        deprecated: where it will go.
        generated: what made it, for whoever describes the API.
    """

    name: str
    middleware: Sequence[Middleware]
    timeout_seconds: float | None
    max_body_bytes: int
    body: object
    query: type
    headers: Sequence[HeededHeader]
    returns: object
    allow: object
    summary: str
    status: int
    problems: Sequence[type[Problem]]
    deprecated: Deprecation
    generated: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One declaration: what `RouteOptions` lists, and what every route has.

    Attributes:
        pattern: the paths that it serves.
        methods: the methods that it serves, in upper case.
        handler: what answers.
        origin: where it is declared, as `file:line`.
    """

    pattern: PathPattern
    methods: tuple[str, ...]
    handler: Handler
    origin: str
    name: str | None = None
    middleware: tuple[Middleware, ...] = ()
    timeout_seconds: Seconds = INHERIT
    max_body_bytes: Bytes = INHERIT
    body: object = None
    query: type | None = None
    headers: tuple[HeededHeader, ...] = ()
    returns: object = UNSAID
    allow: object = None
    summary: str | None = None
    status: int | None = None
    problems: tuple[type[Problem], ...] = ()
    deprecated: Deprecation | None = None
    generated: object = None

    @classmethod
    def declare(
        cls,
        path: str,
        methods: Sequence[str],
        handler: Handler,
        *,
        origin: str,
        options: RouteOptions,
    ) -> Route:
        """Return the route that a decorator describes.

        Raises:
            RouteError: path, methods, handler or an option cannot be used. The
                message is one line with the place and what to write instead.
        """
        middleware = check_layers(options.get("middleware", ()), origin)
        try:
            check_handler(handler)
            pattern = PathPattern.parse(path)
            _check_methods(methods)
            _check_bounds(options)
            _check_query(options)
        except RouteError as error:
            raise RouteError(f"{origin}: {error}") from None
        return cls(
            pattern=pattern,
            methods=tuple(dict.fromkeys(methods)),
            handler=handler,
            origin=origin,
            name=options.get("name"),
            middleware=middleware,
            timeout_seconds=options.get("timeout_seconds", INHERIT),
            max_body_bytes=options.get("max_body_bytes", INHERIT),
            body=options.get("body"),
            query=options.get("query"),
            headers=tuple(options.get("headers", ())),
            returns=options.get("returns", UNSAID),
            allow=options.get("allow"),
            summary=options.get("summary"),
            status=options.get("status"),
            problems=tuple(options.get("problems", ())),
            deprecated=options.get("deprecated"),
            generated=options.get("generated"),
        )

    def under(self, prefix: str, middleware: Sequence[Middleware]) -> Route:
        """Return the route as it is below `prefix` and inside of `middleware`.

        Raises:
            RouteError: both parts name a parameter alike, or are too long together.
        """
        text = self.pattern.text
        path = (prefix + text).rstrip("/") or "/"
        try:
            pattern = self.pattern if path == text else PathPattern.parse(path)
        except RouteError as error:
            raise RouteError(f"{self.origin}: {error}") from None
        return replace(self, pattern=pattern, middleware=(*middleware, *self.middleware))


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDescription:
    """A route in words, for listings.

    Attributes:
        methods: as declared; HEAD and OPTIONS are answered beside them.
        path: the pattern, converters included.
        name: for `url_for`; None where it has none.
        handler: module and name of the handler.
        origin: where it is declared, as `file:line`.
        middleware: names of everything that runs around the handler, outermost first.
        timeout_seconds: until it must have answered; None where it need not.
        max_body_bytes: the largest body accepted; None where only the server's bound
            holds.
    """

    methods: tuple[str, ...]
    path: str
    name: str | None
    handler: str
    origin: str
    middleware: tuple[str, ...]
    timeout_seconds: float | None
    max_body_bytes: int | None


def _check_methods(methods: Sequence[str]) -> None:
    if isinstance(methods, str) or not methods:
        raise RouteError(f"methods is {methods!r}; write a list such as ['GET']")
    for method in methods:
        if method != method.upper():
            raise RouteError(
                f"the method {method!r} is not in upper case; write {method.upper()!r}"
            )


def _check_bounds(options: RouteOptions) -> None:
    seconds = options.get("timeout_seconds")
    if seconds is not None and seconds <= 0:
        raise RouteError(f"timeout_seconds is {seconds}; write a positive number, or None")
    if options.get("max_body_bytes", 0) < 0:
        raise RouteError("max_body_bytes is negative; write 0 for a route without a body")


def _check_query(options: RouteOptions) -> None:
    if "query" not in options:
        return
    try:
        QueryReader(options["query"])
    except TypeError as error:
        raise RouteError(f"query: {error}") from None
