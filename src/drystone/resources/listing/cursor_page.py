"""A page beside a cursor: rows behind a place in the order, or before it.

Backwards, the rows are taken in the opposite order and turned round. One row more than
asked for tells whether there are more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.db.query.expansions import all_visible
from drystone.db.query.json_pages import json_page
from drystone.db.query.seek import PlaceError, reverse, seek
from drystone.db.query.select import estimate_of

from .cursor import binding_of, read_cursor, refuse_cursor
from .envelope import write_envelope
from .links import link_to_cursors
from .listing import Listing
from .neighbours import paginate_beside
from .order import order_of
from .selection import shape_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.queries import Queries
    from drystone.db.query.expansions import Visible
    from drystone.db.query.select import Select
    from drystone.resources.asking.list_request import ListRequest
    from drystone.resources.declaration import Resource

    from .cursor import Cursor


async def list_from_cursor(
    db: Queries,
    resource: Resource,
    asked: ListRequest,
    *,
    query: Select[Any],
    target: str,
    keys: Sequence[bytes],
    visible: Visible = all_visible,
) -> Listing:
    """Return the rows beside the cursor; without one, the first rows.

    Args:
        db: the database, or a transaction.
        resource: whose rows they are.
        asked: the request.
        query: all rows, in no order.
        target: the request's, for links.
        keys: of cursors; the first one signs.
        visible: which rows of other models may be shown beside them.

    Raises:
        InvalidCursor: the cursor was altered, or belongs to another question.
        InvalidParameter: rows are sorted by values that are too long for a cursor.
    """
    bound_to = _binding(resource, asked)
    cursor = read_cursor(asked.cursor, bound_to=bound_to, keys=keys) if asked.cursor else None
    rows = _walk(resource, asked, query, cursor=cursor)
    is_counted = asked.count == "exact"
    page = json_page(rows, places=True, total=is_counted, **shape_of(resource, asked, visible))
    found = await db.one(page)
    has_more = len(found.items) > asked.limit
    items, places = found.items[: asked.limit], found.places[: asked.limit]
    if cursor is not None and cursor.direction.is_backward:
        items.reverse()
        places.reverse()
    total = found.total
    if asked.count == "estimated":
        total = max(await db.one(estimate_of(query)), len(items) + has_more)
    pagination = paginate_beside(
        cursor,
        places,
        has_more=has_more,
        limit=asked.limit,
        total=total,
        bound_to=bound_to,
        keys=keys,
    )
    links = (("Link", link_to_cursors(target, pagination)),)
    return Listing(write_envelope(items, pagination), links)


def _walk(
    resource: Resource, asked: ListRequest, query: Select[Any], *, cursor: Cursor | None
) -> Select[Any]:
    """Return the rows in the order in which the cursor leads through them."""
    order = order_of(resource, asked)
    if cursor is not None:
        order = reverse(order) if cursor.direction.is_backward else order
        try:
            begin = seek(order, cursor.place, inclusive=cursor.direction.is_inclusive)
        except PlaceError:
            # Of another order by the same name, before the models were changed.
            raise refuse_cursor() from None
        query = query.seek(*begin)
    return query.order_by(*order).limit_in_text(asked.limit + 1)


def _binding(resource: Resource, asked: ListRequest) -> bytes:
    sort = ",".join("-" * term.descending + term.field.name for term in asked.sort)
    return binding_of(
        resource.info.table, sort, asked.filter_text, asked.search or "", asked.deleted
    )
