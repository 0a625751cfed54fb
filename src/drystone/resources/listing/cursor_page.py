"""A page beside a cursor: rows behind a place in the order, or before it.

Backwards, the rows are taken in the opposite order and turned round. Whether there are
more where the walk goes is known from one row more than asked for; where it came from,
from the cursor: the row at its place was there. Should all rows on a side be gone by now,
the way back begins with the row at the place, so that nothing is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from drystone.db.query.json_pages import json_page
from drystone.db.query.seek import PlaceError, reverse, seek
from drystone.db.query.select import estimate_of

from .cursor import Cursor, Direction, binding_of, read_cursor, refuse_cursor, write_cursor
from .envelope import CursorPagination, write_envelope
from .links import link_header
from .listing import Listing
from .order import order_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.queries import Queries
    from drystone.db.query.select import Select
    from drystone.resources.asking.list_request import ListRequest
    from drystone.resources.declaration import Resource

# Where the way back begins when a side has no rows.
_BACK: Final = {
    Direction.AFTER: Direction.UNTIL,
    Direction.UNTIL: Direction.AFTER,
    Direction.BEFORE: Direction.FROM,
    Direction.FROM: Direction.BEFORE,
}


async def list_from_cursor(
    db: Queries,
    resource: Resource,
    asked: ListRequest,
    *,
    query: Select[Any],
    target: str,
    keys: Sequence[bytes],
) -> Listing:
    """Return the rows beside the cursor; without one, the first rows.

    Args:
        db: the database, or a transaction.
        resource: whose rows they are.
        asked: the request.
        query: all rows, in no order.
        target: the request's, for links.
        keys: of cursors; the first one signs.

    Raises:
        InvalidCursor: the cursor was altered, or belongs to another question.
        InvalidParameter: rows are sorted by values that are too long for a cursor.
    """
    bound_to = _binding(resource, asked)
    cursor = read_cursor(asked.cursor, bound_to=bound_to, keys=keys) if asked.cursor else None
    rows = _walk(resource, asked, query, cursor=cursor)
    expand = [one.column for one in asked.expand]
    found = await db.one(
        json_page(
            rows, shown=asked.fields, expand=expand, places=True, total=asked.count == "exact"
        )
    )
    has_more = len(found.items) > asked.limit
    items, places = found.items[: asked.limit], found.places[: asked.limit]
    if cursor is not None and cursor.direction.is_backward:
        items.reverse()
        places.reverse()
    before, behind = _neighbours(cursor, places, has_more=has_more)
    total = found.total
    if asked.count == "estimated":
        total = max(await db.one(estimate_of(query)), len(items) + has_more)
    pagination = CursorPagination(
        limit=asked.limit,
        total=total,
        next_cursor=behind and write_cursor(behind, bound_to=bound_to, keys=keys),
        prev_cursor=before and write_cursor(before, bound_to=bound_to, keys=keys),
        has_next=behind is not None,
        has_prev=before is not None,
    )
    links = link_header(target, _links(pagination))
    return Listing(write_envelope(items, pagination), (("Link", links),))


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


def _neighbours(
    cursor: Cursor | None, places: Sequence[str], *, has_more: bool
) -> tuple[Cursor | None, Cursor | None]:
    """Return where the pages before and behind begin; None where there is none."""
    if cursor is None:
        return None, Cursor(Direction.AFTER, places[-1]) if has_more else None
    if not places:
        back = Cursor(_BACK[cursor.direction], cursor.place)
        return (None, back) if cursor.direction.is_backward else (back, None)
    before = Cursor(Direction.BEFORE, places[0])
    behind = Cursor(Direction.AFTER, places[-1])
    if cursor.direction.is_backward:
        return before if has_more else None, behind
    return before, behind if has_more else None


def _binding(resource: Resource, asked: ListRequest) -> bytes:
    sort = ",".join("-" * term.descending + term.field.name for term in asked.sort)
    return binding_of(
        resource.info.table, sort, asked.filter_text, asked.search or "", asked.deleted
    )


def _links(pagination: CursorPagination) -> dict[str, tuple[str, str]]:
    links = {"first": ("cursor", "")}
    if pagination.prev_cursor is not None:
        links["prev"] = ("cursor", pagination.prev_cursor)
    if pagination.next_cursor is not None:
        links["next"] = ("cursor", pagination.next_cursor)
    return links
