"""A page by its number: LIMIT and OFFSET.

With an exact total, which travels with the page, whether there is another page is known
from it; without, from one row more than asked for. An estimate is asked for only where
the end of the list is not in sight, and gives way to what is seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from drystone.db.query.expansions import all_visible
from drystone.db.query.json_pages import json_page
from drystone.db.query.select import estimate_of

from .envelope import PagePagination, write_envelope
from .links import link_to_pages
from .listing import Listing
from .order import order_of
from .selection import shape_of

if TYPE_CHECKING:
    from drystone.db.queries import Queries
    from drystone.db.query.expansions import Visible
    from drystone.db.query.select import Select
    from drystone.resources.asking.list_request import ListRequest
    from drystone.resources.declaration import Resource


class _Seen(NamedTuple):
    """What a page shows of how many rows there are."""

    skipped: int
    rows: int
    has_next: bool

    @property
    def is_last(self) -> bool:
        """Whether the end of the list is in sight: not from beyond it."""
        return not self.has_next and (self.rows > 0 or not self.skipped)


async def list_page(
    db: Queries,
    resource: Resource,
    asked: ListRequest,
    *,
    page: int,
    query: Select[Any],
    target: str,
    visible: Visible = all_visible,
) -> Listing:
    """Return the page of this number; one past the end is empty.

    Args:
        db: the database, or a transaction.
        resource: whose rows they are.
        asked: the request.
        page: from 1.
        query: all rows, in no order.
        target: the request's, for links.
        visible: which rows of other models may be shown beside them.
    """
    is_exact = asked.count == "exact"
    skipped = (page - 1) * asked.limit
    rows = query.order_by(*order_of(resource, asked)).limit_in_text(asked.limit + (not is_exact))
    items, _, total = await db.one(
        # An OFFSET of 0 says nothing, and its plan would be made each time.
        json_page(
            rows.offset(skipped) if skipped else rows,
            total=is_exact,
            **shape_of(resource, asked, visible),
        )
    )
    has_next = len(items) > asked.limit if total is None else skipped + asked.limit < total
    items = items[: asked.limit]
    if asked.count == "estimated":
        total = await _estimate(db, query, _Seen(skipped, len(items), has_next))
    pagination = PagePagination(
        page=page,
        limit=asked.limit,
        total=total,
        total_pages=None if total is None else -(-total // asked.limit),
        has_next=has_next,
        has_prev=page > 1,
    )
    links = (("Link", link_to_pages(target, pagination, is_exact=is_exact)),)
    return Listing(write_envelope(items, pagination), links)


async def _estimate(db: Queries, query: Select[Any], page: _Seen) -> int:
    """Return about how many rows there are, never at odds with those that were seen."""
    if page.is_last:
        return page.skipped + page.rows
    expected = await db.one(estimate_of(query))
    if page.has_next:
        return max(expected, page.skipped + page.rows + 1)
    return min(expected, page.skipped)
