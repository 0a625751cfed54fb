"""Handlers, middleware, and how a list of middleware becomes one handler.

There is one call shape from the outermost middleware to the handler: a request goes
in, a response is awaited. A middleware is also given what follows it, and decides
whether, when and with what to go on:

    async def measure(request: Request, proceed: Handler) -> Response:
        response = await proceed(request)
        response.headers["Server-Timing"] = "app"
        return response

`compose` nests them once, when the application starts. A request then walks no list:
each middleware holds the next one.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.pattern import RouteError

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
Middleware: TypeAlias = Callable[[Request, Handler], Awaitable[Response]]


def compose(middleware: Sequence[Middleware], handler: Handler) -> Handler:
    """Return a handler that runs `handler` inside of `middleware`.

    Args:
        middleware: the outermost first.
        handler: what the innermost one proceeds to.
    """
    for layer in reversed(middleware):
        handler = _enclose(layer, handler)
    return handler


def _enclose(layer: Middleware, following: Handler) -> Handler:
    # Not a coroutine of its own: it hands out the layer's, which saves one per layer.
    def enclosed(request: Request) -> Awaitable[Response]:
        return layer(request, following)

    return enclosed


def name_of(function: Callable[..., object]) -> str:
    """Return the name of a handler or middleware, for people: function or class.

    >>> name_of(name_of), name_of(functools.partial(compose, []))
    ('name_of', 'compose')
    """
    if isinstance(function, functools.partial):
        return name_of(function.func)
    name = getattr(function, "__qualname__", None)
    return name if isinstance(name, str) else type(function).__qualname__


def check_handler(handler: Handler) -> None:
    """Refuse what cannot be called as a handler.

    Raises:
        RouteError: it is no coroutine function, or does not take exactly a request.
    """
    _check(handler, ("request",))


def check_layers(layers: Sequence[Middleware], origin: str) -> tuple[Middleware, ...]:
    """Return `layers`, all of which can be called as middleware.

    Args:
        layers: as they were declared.
        origin: where, as `file:line`.

    Raises:
        RouteError: one is no coroutine function, or does not take a request and the
            handler that follows.
    """
    for layer in layers:
        try:
            _check(layer, ("request", "proceed"))
        except RouteError as error:
            raise RouteError(f"{origin}: {error}") from None
    return tuple(layers)


def _check(function: Callable[..., object], parameters: tuple[str, ...]) -> None:
    mend = f"write 'async def {name_of(function)}({', '.join(parameters)})'"
    if inspect.isclass(function):
        raise RouteError(f"{name_of(function)} is a class; give an instance of it")
    if not is_async(function):
        raise RouteError(f"{name_of(function)} is not a coroutine function; {mend}")
    try:
        inspect.signature(function).bind(*parameters)
    except TypeError:
        raise RouteError(
            f"{name_of(function)} does not take exactly {' and '.join(parameters)}; {mend}"
        ) from None


def is_async(function: Callable[..., object]) -> bool:
    """Tell whether `function`, or its `__call__`, is a coroutine function."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004  (the method itself is looked at)
    )
