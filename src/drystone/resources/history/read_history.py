"""`GET /{id}/history`: who changed what and when, newest first, by page or by cursor.

One statement each. A cursor's place is a change's number, so what happens to the row
meanwhile moves no page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.history.entries import read_entries
from drystone.errors import NotFound
from drystone.resources.listing.cursor import binding_of, read_cursor
from drystone.resources.listing.envelope import PagePagination, write_envelope
from drystone.resources.listing.links import link_to_cursors, link_to_pages
from drystone.resources.listing.listing import Listing
from drystone.resources.listing.neighbours import paginate_beside
from drystone.resources.permission import ALL_PAST

from .entry_form import entry_json
from .telling import check_told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from drystone.db.history.entries import Entries, Entry
    from drystone.db.queries import Queries
    from drystone.resources.declaration import Resource
    from drystone.resources.listing.cursor import Cursor
    from drystone.resources.listing.envelope import CursorPagination
    from drystone.resources.permission import PastPermission
    from drystone.schema.model.model_info import ModelInfo

    from .history_request import HistoryRequest


async def read_history(
    db: Queries,
    resource: Resource,
    id: UUID,  # noqa: A002  (the column's name)
    asked: HistoryRequest,
    *,
    target: str,
    keys: Sequence[bytes],
    permission: PastPermission = ALL_PAST,
) -> Listing:
    """Return changes of a row.

    Args:
        db: the database, or a transaction.
        resource: whose row it is; its model has a history.
        id: the row's.
        asked: which changes.
        target: the request's, path and query, for links.
        keys: of cursors; the first one signs.
        permission: whose past the caller may read.

    Raises:
        NotFound: there is no such row, or none to be seen.
        Forbidden: its past is not for the caller.
        InvalidCursor: the cursor was altered, or is of another history.
    """
    if asked.cursor is None:
        return await _read_page(db, resource.info, id, asked, target=target, permission=permission)
    bound_to = binding_of("history", resource.info.table, str(id), asked.deleted)
    cursor = read_cursor(asked.cursor, bound_to=bound_to, keys=keys) if asked.cursor else None
    found = await _read_beside(db, resource.info, id, asked, cursor, permission=permission)
    entries = found.entries[: asked.limit]
    if cursor is not None and cursor.direction.is_backward:
        entries = entries[::-1]
    pagination = paginate_beside(
        cursor,
        [str(one.sequence) for one in entries],
        has_more=len(found.entries) > asked.limit,
        limit=asked.limit,
        total=found.total,
        bound_to=bound_to,
        keys=keys,
    )
    links = link_to_cursors(target, pagination)
    return _answer(resource.info, entries, pagination, links)


async def _read_page(
    db: Queries,
    info: ModelInfo,
    id: UUID,  # noqa: A002  (as above)
    asked: HistoryRequest,
    *,
    target: str,
    permission: PastPermission,
) -> Listing:
    page, limit = asked.page or 1, asked.limit
    found = await read_entries(
        db,
        info,
        id,
        limit=limit + 1,
        offset=(page - 1) * limit,
        is_counted=asked.count != "none",
        seen=permission.seen,
        told=permission.rows,
    )
    _check_visible(found, asked, permission, is_first=page == 1)
    total_pages = None if found.total is None else -(-found.total // limit)
    pagination = PagePagination(
        page=page,
        limit=limit,
        total=found.total,
        total_pages=total_pages,
        has_next=len(found.entries) > limit,
        has_prev=page > 1,
    )
    links = link_to_pages(target, pagination, is_exact=found.total is not None)
    return _answer(info, found.entries[:limit], pagination, links)


async def _read_beside(
    db: Queries,
    info: ModelInfo,
    id: UUID,  # noqa: A002  (as above)
    asked: HistoryRequest,
    cursor: Cursor | None,
    *,
    permission: PastPermission,
) -> Entries:
    """Return the changes that a cursor leads to, in the order in which it walks."""
    place = None if cursor is None else int(cursor.place)
    is_backward = cursor is not None and cursor.direction.is_backward
    found = await read_entries(
        db,
        info,
        id,
        limit=asked.limit + 1,
        # The list is newest first: on along it the numbers fall.
        before=None if is_backward else place,
        after=place if is_backward else None,
        inclusive=cursor is not None and cursor.direction.is_inclusive,
        is_counted=asked.count != "none",
        seen=permission.seen,
        told=permission.rows,
    )
    _check_visible(found, asked, permission, is_first=cursor is None)
    return found


def _check_visible(
    found: Entries, asked: HistoryRequest, permission: PastPermission, *, is_first: bool
) -> None:
    """Pass if the row may be told of; one that is gone needs at least a history.

    Raises:
        NotFound: it may not, or there never was one.
        Forbidden: it is seen, and its history is not for the caller.
    """
    check_told(found, permission)
    is_gone = found.is_deleted or not found.is_there
    hidden = is_gone if asked.deleted == "exclude" else not is_gone and asked.deleted == "only"
    never = not found.is_there and is_first and not found.entries
    if hidden or never:
        raise NotFound


def _answer(
    info: ModelInfo,
    entries: Sequence[Entry],
    pagination: PagePagination | CursorPagination,
    links: str,
) -> Listing:
    items = [entry_json(info, one) for one in entries]
    return Listing(write_envelope(items, pagination), (("Link", links),))
