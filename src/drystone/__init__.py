"""Drystone: a REST API platform on PostgreSQL, built without a framework.

Everything an application is declared with can be imported from here. A name is loaded
when it is first asked for, so that `import drystone` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from drystone.app import App
    from drystone.errors import Problem
    from drystone.http.request import Request
    from drystone.http.response import Response
    from drystone.routing.chain import Handler, Middleware
    from drystone.routing.middleware.cors import CORS
    from drystone.routing.pattern import RouteError
    from drystone.routing.router import Router

__all__ = [
    "CORS",
    "App",
    "Handler",
    "Middleware",
    "Problem",
    "Request",
    "Response",
    "RouteError",
    "Router",
]

_HOMES: Final = {
    "App": "drystone.app",
    "CORS": "drystone.routing.middleware.cors",
    "Handler": "drystone.routing.chain",
    "Middleware": "drystone.routing.chain",
    "Problem": "drystone.errors",
    "Request": "drystone.http.request",
    "Response": "drystone.http.response",
    "RouteError": "drystone.routing.pattern",
    "Router": "drystone.routing.router",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
