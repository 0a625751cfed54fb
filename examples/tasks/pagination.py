"""Lists: which page is wanted, which rows, in which order, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from drystone.errors import InvalidParameter, Violation
from drystone.http.parts.query import Query
from drystone.http.request import Request
from drystone.http.response import Response
from examples.tasks.database import database

MAX_LIMIT = 100
DEFAULT_LIMIT = 20
# The largest page whose first row a bigint can count.
MAX_PAGE = (2**63 - 1) // MAX_LIMIT

# From the text of a parameter to a value; ValueError says what it should be.
Filter = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Listing:
    """What can be asked of a table.

    Attributes:
        table: its name.
        columns: what a row in an answer has.
        filters: for each parameter its column, and how its text is read.
        sorts: the columns that it can be ordered by.
    """

    table: str
    columns: tuple[str, ...]
    filters: Mapping[str, tuple[str, Filter]]
    sorts: tuple[str, ...]

    @property
    def select(self) -> str:
        """The SQL that selects its rows, as far as FROM."""
        return f"SELECT {', '.join(self.columns)} FROM {self.table}"  # noqa: S608  (declared names)

    @property
    def count(self) -> str:
        """The SQL that counts its rows, as far as FROM."""
        return f"SELECT count(*) FROM {self.table}"  # noqa: S608  (a declared name)

    async def answer(self, request: Request) -> Response:
        """Answer one page."""
        query = request.query
        query.expect_only(("page", "limit", "sort", *self.filters))
        page = query.integer("page", 1, minimum=1, maximum=MAX_PAGE)
        limit = query.integer("limit", DEFAULT_LIMIT, minimum=1, maximum=MAX_LIMIT)
        where, values = self._where(query)
        order = self._order(query.get("sort"))
        slice_ = f"LIMIT ${len(values) + 1} OFFSET ${len(values) + 2}"
        async with database.connect() as connection:
            total = await connection.fetchval(f"{self.count} WHERE {where}", *values)
            rows = await connection.fetch(
                f"{self.select} WHERE {where} ORDER BY {order} {slice_}",
                *values,
                limit,
                (page - 1) * limit,
            )
        body = {
            "data": [dict(row) for row in rows],
            "pagination": describe_page(page, limit, total),
        }
        return Response.json(body, headers=[("Link", link_pages(request, page, limit, total))])

    def _where(self, query: Query) -> tuple[str, list[object]]:
        conditions, values = ["true"], []
        for name, (column, read) in self.filters.items():
            text = query.get(name)
            if text is not None:
                values.append(_read(name, text, read))
                conditions.append(f"{column} = ${len(values)}")
        return " AND ".join(conditions), values

    def _order(self, sort: str | None) -> str:
        if sort is None:
            return "id DESC"
        terms = []
        for key in sort.split(","):
            column = key.removeprefix("-")
            if column not in self.sorts:
                raise _refuse("sort", f"must be one of {', '.join(self.sorts)}, with - to descend")
            terms.append(f"{column} DESC" if key.startswith("-") else column)
        # The id makes every order total, so that no row is on two pages.
        return ", ".join([*terms, "id DESC"])


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


def one_of(*choices: str) -> Filter:
    """Return a filter that takes these words."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text

    return read


def an_id(text: str) -> UUID:
    """Return the UUID that the text spells."""
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("must be a UUID") from None


def number(lowest: int, highest: int) -> Filter:
    """Return a filter that takes a whole number within bounds."""
    return lambda text: int(one_of(*map(str, range(lowest, highest + 1)))(text))  # type: ignore[call-overload]  # a choice is text


def _read(name: str, text: str, read: Filter) -> object:
    try:
        return read(text)
    except ValueError as error:
        raise _refuse(name, str(error)) from None


def _refuse(name: str, detail: str) -> InvalidParameter:
    sentence = f'The parameter "{name}" {detail}.'
    fault = Violation(code="enum", detail=sentence, parameter=name)
    return InvalidParameter(sentence, errors=[fault])
