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
    from drystone.schema.model.bounds import Digits, Email, Length, Pattern, Range, Slug, Url
    from drystone.schema.model.defaults import default, generated, made, made_by_database
    from drystone.schema.model.field import Field, OptionalRef, Ref
    from drystone.schema.model.model import Model
    from drystone.schema.model.rules import (
        Check,
        Comment,
        Exclude,
        Index,
        OnDelete,
        Rules,
        Unique,
        period,
    )

__all__ = [
    "CORS",
    "App",
    "Check",
    "Comment",
    "Digits",
    "Email",
    "Exclude",
    "Field",
    "Handler",
    "Index",
    "Length",
    "Middleware",
    "Model",
    "OnDelete",
    "OptionalRef",
    "Pattern",
    "Problem",
    "Range",
    "Ref",
    "Request",
    "Response",
    "RouteError",
    "Router",
    "Rules",
    "Slug",
    "Unique",
    "Url",
    "default",
    "generated",
    "made",
    "made_by_database",
    "period",
]

_HOMES: Final = {
    "App": "drystone.app",
    "CORS": "drystone.routing.middleware.cors",
    "Check": "drystone.schema.model.rules",
    "Comment": "drystone.schema.model.rules",
    "Digits": "drystone.schema.model.bounds",
    "Email": "drystone.schema.model.bounds",
    "Exclude": "drystone.schema.model.rules",
    "Field": "drystone.schema.model.field",
    "Handler": "drystone.routing.chain",
    "Index": "drystone.schema.model.rules",
    "Length": "drystone.schema.model.bounds",
    "Middleware": "drystone.routing.chain",
    "Model": "drystone.schema.model.model",
    "OnDelete": "drystone.schema.model.rules",
    "OptionalRef": "drystone.schema.model.field",
    "Pattern": "drystone.schema.model.bounds",
    "Problem": "drystone.errors",
    "Range": "drystone.schema.model.bounds",
    "Ref": "drystone.schema.model.field",
    "Request": "drystone.http.request",
    "Response": "drystone.http.response",
    "RouteError": "drystone.routing.pattern",
    "Router": "drystone.routing.router",
    "Rules": "drystone.schema.model.rules",
    "Slug": "drystone.schema.model.bounds",
    "Unique": "drystone.schema.model.rules",
    "Url": "drystone.schema.model.bounds",
    "default": "drystone.schema.model.defaults",
    "generated": "drystone.schema.model.defaults",
    "made": "drystone.schema.model.defaults",
    "made_by_database": "drystone.schema.model.defaults",
    "period": "drystone.schema.model.rules",
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
