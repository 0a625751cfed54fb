"""Which page of a list is wanted: `limit`, `page` or `cursor`, and `count`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from drystone.resources.asking.choices import read_choice

if TYPE_CHECKING:
    from drystone.http.parts.query import Query
    from drystone.resources.asking.faults import Faults
    from drystone.resources.asking.list_request import Count

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100

PARAMETERS: Final = ("limit", "page", "cursor", "count")

# OFFSET is a bigint (PostgreSQL, chapter 7.6).
_MAX_OFFSET: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Paging:
    """A page; the attributes are those of `ListRequest`."""

    limit: int
    page: int | None
    cursor: str | None
    count: Count


def read_paging(query: Query, faults: Faults) -> Paging:
    """Return which page is wanted; what is not told has its default.

    Args:
        query: the query.
        faults: gathers what is wrong; what is returned then is of no use.
    """
    limit = _read_number(query, "limit", DEFAULT_LIMIT, maximum=MAX_LIMIT, faults=faults)
    page = _read_number(query, "page", 1, maximum=_MAX_OFFSET // limit + 1, faults=faults)
    cursor = faults.text_of(query, "cursor")
    if cursor is not None and "page" in query:
        faults.add("page", "format", "cannot be combined with cursor; send one of them")
    default = "exact" if cursor is None else "none"
    count = read_choice(query, "count", ("exact", "estimated", "none"), faults) or default
    return Paging(limit, page if cursor is None else None, cursor, cast("Count", count))


def _read_number(query: Query, name: str, default: int, *, maximum: int, faults: Faults) -> int:
    if name not in query:
        return default
    return faults.take(lambda: query.integer(name, default, minimum=1, maximum=maximum), default)
