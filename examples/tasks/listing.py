"""Lists: which page is wanted, which rows, in which order, and the answer.

The rows are JSON from the moment PostgreSQL writes them; no Python looks at one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from drystone import Model, Request, Response, select
from drystone.db.query.select import Select
from drystone.http.parts.query import Query
from drystone.http.response import JSON_TYPE
from drystone.schema.expressions.expression import Order, Predicate
from drystone.schema.json_encode import encode_json
from drystone.schema.model.column import Column
from examples.tasks.parameters import read_parameter, refuse
from examples.tasks.tracker import app

MAX_LIMIT = 100
DEFAULT_LIMIT = 20
# The largest page whose first row a bigint can count.
MAX_PAGE = (2**63 - 1) // MAX_LIMIT


@dataclass(frozen=True)
class Listing:
    """What can be asked of a model's rows.

    Attributes:
        model: whose rows.
        filters: the fields that a parameter of their name selects by, references by
            their short name as well.
        sorts: the fields that they can be ordered by.
    """

    model: type[Model]
    filters: tuple[Column[Any], ...]
    sorts: tuple[Column[Any], ...]

    async def answer(self, request: Request, *conditions: Predicate) -> Response:
        """Answer one page of the rows for which the conditions hold.

        Raises:
            UnknownParameter, InvalidParameter: the query cannot be understood.
        """
        query = request.query
        query.expect_only(("page", "limit", "sort", *self._by_parameter))
        page = query.integer("page", 1, minimum=1, maximum=MAX_PAGE)
        limit = query.integer("limit", DEFAULT_LIMIT, minimum=1, maximum=MAX_LIMIT)
        order = self._read_order(query.get("sort"))
        rows: Select[Any] = select(self.model).where(*conditions, *self._read_filters(query))
        total = await app.db.count(rows)
        data = await app.db.json(rows.order_by(*order).limit(limit).offset((page - 1) * limit))
        pagination = encode_json(describe_page(page, limit, total))
        return Response(
            b'{"data":%b,"pagination":%b}' % (data, pagination),
            media_type=JSON_TYPE,
            headers=[("Link", link_pages(request, page, limit, total))],
        )

    @cached_property
    def _by_parameter(self) -> Mapping[str, Column[Any]]:
        """Return the field that each parameter is about: `project_id` and `project`."""
        return {
            name: field
            for field in self.filters
            for name in (field.info.attribute, field.info.name)
        }

    @cached_property
    def _by_sort(self) -> Mapping[str, Column[Any]]:
        return {field.info.name: field for field in self.sorts}

    def _read_filters(self, query: Query) -> Iterator[Predicate]:
        for name, field in self._by_parameter.items():
            if name in query:
                yield field == read_parameter(query, name, field.info)

    def _read_order(self, sort: str | None) -> list[Order]:
        terms = []
        for key in [] if sort is None else sort.split(","):
            field = self._by_sort.get(key.removeprefix("-"))
            if field is None:
                known = ", ".join(self._by_sort)
                raise refuse("sort", "enum", f"must be one of {known}, with - to descend")
            terms.append(field.desc() if key.startswith("-") else field.asc())
        # The id makes every order total, so that no row is on two pages.
        return [*terms, self.model.id.desc()]


def describe_page(page: int, limit: int, total: int) -> dict[str, Any]:
    """Return the `pagination` of an answer.

    >>> describe_page(2, 20, 41)["total_pages"], describe_page(1, 20, 0)["has_next"]
    (3, False)
    """
    pages = -(-total // limit)
    return {
        "page": page,
        "limit": limit,
        "total": total,
        "total_pages": pages,
        "has_next": page < pages,
        "has_prev": page > 1,
    }


def link_pages(request: Request, page: int, limit: int, total: int) -> str:
    """Return the value of `Link` (RFC 8288): the pages around this one."""
    last = max(1, -(-total // limit))
    targets = {"first": 1, "last": last}
    if page > 1:
        targets["prev"] = min(page - 1, last)
    if page < last:
        targets["next"] = page + 1
    kept = [(name, value) for name, value in request.query.items() if name != "page"]
    return ", ".join(
        f'<{request.path}?{urlencode([*kept, ("page", number)])}>; rel="{relation}"'
        for relation, number in targets.items()
    )
