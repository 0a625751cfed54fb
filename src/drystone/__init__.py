"""Drystone: a REST API platform on PostgreSQL, built without a framework.

Everything an application is declared with can be imported from here. A name is loaded
when it is first asked for, so that `import drystone` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from drystone.app import App
    from drystone.db.database import Database
    from drystone.db.maintenance.policy import MaintenancePolicy
    from drystone.db.query.change import delete, purge, restore, update
    from drystone.db.query.insert import excluded, insert
    from drystone.db.query.raw import load_sql, sql
    from drystone.db.query.select import exists, select
    from drystone.db.query.sources import alias
    from drystone.db.transaction.transaction import Transaction
    from drystone.errors import Problem
    from drystone.http.request import Request
    from drystone.http.response import Response
    from drystone.resources.many import many
    from drystone.resources.writing.change import Change
    from drystone.routing.chain import Handler, Middleware
    from drystone.routing.deprecation import Deprecation
    from drystone.routing.middleware.cors import CORS
    from drystone.routing.pattern import RouteError
    from drystone.routing.router import Router
    from drystone.schema.expressions.expression import Predicate
    from drystone.schema.expressions.functions import (
        all_of,
        any_of,
        coalesce,
        count,
        date_trunc,
        dense_rank,
        first_value,
        lag,
        last_value,
        lead,
        now,
        rank,
        row_number,
    )
    from drystone.schema.expressions.text_search import document, search
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
        Secret,
        Unique,
        period,
    )
    from drystone.security.caller import Caller, caller_of
    from drystone.security.rules import any_rule, every_rule, known, role

__all__ = [
    "CORS",
    "App",
    "Caller",
    "Change",
    "Check",
    "Comment",
    "Database",
    "Deprecation",
    "Digits",
    "Email",
    "Exclude",
    "Field",
    "Handler",
    "Index",
    "Length",
    "MaintenancePolicy",
    "Middleware",
    "Model",
    "OnDelete",
    "OptionalRef",
    "Pattern",
    "Predicate",
    "Problem",
    "Range",
    "Ref",
    "Request",
    "Response",
    "RouteError",
    "Router",
    "Rules",
    "Secret",
    "Slug",
    "Transaction",
    "Unique",
    "Url",
    "alias",
    "all_of",
    "any_of",
    "any_rule",
    "caller_of",
    "coalesce",
    "count",
    "date_trunc",
    "default",
    "delete",
    "dense_rank",
    "document",
    "every_rule",
    "excluded",
    "exists",
    "first_value",
    "generated",
    "insert",
    "known",
    "lag",
    "last_value",
    "lead",
    "load_sql",
    "made",
    "made_by_database",
    "many",
    "now",
    "period",
    "purge",
    "rank",
    "restore",
    "role",
    "row_number",
    "search",
    "select",
    "sql",
    "update",
]

_HOMES: Final = {
    "App": "drystone.app",
    "CORS": "drystone.routing.middleware.cors",
    "Caller": "drystone.security.caller",
    "Change": "drystone.resources.writing.change",
    "Check": "drystone.schema.model.rules",
    "Comment": "drystone.schema.model.rules",
    "Database": "drystone.db.database",
    "Deprecation": "drystone.routing.deprecation",
    "Digits": "drystone.schema.model.bounds",
    "Email": "drystone.schema.model.bounds",
    "Exclude": "drystone.schema.model.rules",
    "Field": "drystone.schema.model.field",
    "Handler": "drystone.routing.chain",
    "Index": "drystone.schema.model.rules",
    "Length": "drystone.schema.model.bounds",
    "MaintenancePolicy": "drystone.db.maintenance.policy",
    "Middleware": "drystone.routing.chain",
    "Model": "drystone.schema.model.model",
    "OnDelete": "drystone.schema.model.rules",
    "OptionalRef": "drystone.schema.model.field",
    "Pattern": "drystone.schema.model.bounds",
    "Predicate": "drystone.schema.expressions.expression",
    "Problem": "drystone.errors",
    "Range": "drystone.schema.model.bounds",
    "Ref": "drystone.schema.model.field",
    "Request": "drystone.http.request",
    "Response": "drystone.http.response",
    "RouteError": "drystone.routing.pattern",
    "Router": "drystone.routing.router",
    "Rules": "drystone.schema.model.rules",
    "Secret": "drystone.schema.model.rules",
    "Slug": "drystone.schema.model.bounds",
    "Transaction": "drystone.db.transaction.transaction",
    "Unique": "drystone.schema.model.rules",
    "Url": "drystone.schema.model.bounds",
    "alias": "drystone.db.query.sources",
    "all_of": "drystone.schema.expressions.functions",
    "any_of": "drystone.schema.expressions.functions",
    "any_rule": "drystone.security.rules",
    "caller_of": "drystone.security.caller",
    "coalesce": "drystone.schema.expressions.functions",
    "count": "drystone.schema.expressions.functions",
    "date_trunc": "drystone.schema.expressions.functions",
    "default": "drystone.schema.model.defaults",
    "delete": "drystone.db.query.change",
    "dense_rank": "drystone.schema.expressions.functions",
    "document": "drystone.schema.expressions.text_search",
    "every_rule": "drystone.security.rules",
    "excluded": "drystone.db.query.insert",
    "exists": "drystone.db.query.select",
    "first_value": "drystone.schema.expressions.functions",
    "generated": "drystone.schema.model.defaults",
    "insert": "drystone.db.query.insert",
    "known": "drystone.security.rules",
    "lag": "drystone.schema.expressions.functions",
    "last_value": "drystone.schema.expressions.functions",
    "lead": "drystone.schema.expressions.functions",
    "load_sql": "drystone.db.query.raw",
    "made": "drystone.schema.model.defaults",
    "made_by_database": "drystone.schema.model.defaults",
    "many": "drystone.resources.many",
    "now": "drystone.schema.expressions.functions",
    "period": "drystone.schema.model.rules",
    "purge": "drystone.db.query.change",
    "rank": "drystone.schema.expressions.functions",
    "restore": "drystone.db.query.change",
    "role": "drystone.security.rules",
    "row_number": "drystone.schema.expressions.functions",
    "search": "drystone.schema.expressions.text_search",
    "select": "drystone.db.query.select",
    "sql": "drystone.db.query.raw",
    "update": "drystone.db.query.change",
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
