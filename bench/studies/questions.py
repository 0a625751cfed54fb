"""Requests for the tracker's lists, as the statements that they become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from examples.tasks.app import app

from drystone.db.database import Database
from drystone.db.query.json_pages import json_page
from drystone.db.query.seek import seek
from drystone.http.parts.query import Query
from drystone.resources.asking.read_list import read_list_request
from drystone.resources.listing.order import order_of
from drystone.resources.listing.selection import select_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.query.select import Select
    from drystone.resources.asking.list_request import ListRequest
    from drystone.resources.declaration import Resource


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a statement.

    Attributes:
        target: the request's, below `/api/v1`.
        sql: the page that it asks for.
        values: the statement's parameters.
    """

    target: str
    sql: str
    values: Sequence[object]


def ask(target: str) -> Asked:
    """Return what a list becomes, the exact total only where the query says `count=exact`.

    Args:
        target: such as `/tasks?status=todo&sort=-due_at`.
    """
    resource, asked = _read(target)
    rows = _rows(resource, asked).limit_in_text(asked.limit + 1)
    if asked.page:
        rows = rows.offset((asked.page - 1) * asked.limit)
    total = "count=exact" in target
    sql, values, _ = json_page(rows, shown=asked.fields, total=total).prepare()
    return Asked(target, sql, values)


async def ask_by_cursor(url: str, target: str) -> Asked:
    """Return what the same page becomes where a cursor leads to it.

    Args:
        url: of the database, which is asked for the place of the row before the page.
        target: with `page=`.
    """
    resource, asked = _read(target)
    skipped = ((asked.page or 1) - 1) * asked.limit
    async with Database(url) as db:
        before = _rows(resource, asked).offset(skipped - 1).limit_in_text(1)
        page = await db.one(json_page(before, places=True))
    order = order_of(resource, asked)
    rows = select_rows(resource, asked).seek(*seek(order, page.places[0], inclusive=False))
    rows = rows.order_by(*order).limit_in_text(asked.limit + 1)
    sql, values, _ = json_page(rows, places=True).prepare()
    return Asked(target, sql, values)


def _read(target: str) -> tuple[Resource, ListRequest]:
    parts = urlsplit(target)
    resource = resource_of(parts.path.strip("/"))
    return resource, read_list_request(resource, Query.parse(parts.query.encode()))


def _rows(resource: Resource, asked: ListRequest) -> Select[Any]:
    return select_rows(resource, asked).order_by(*order_of(resource, asked))


def resource_of(name: str) -> Resource:
    """Return a resource of the tracker by the name in its address."""
    return next(one.resource for one in app.api("v1").resources if one.resource.name == name)
