"""A list of a resource's rows: a page by number, or the rows beside a cursor.

Both are one statement, the total included (`db/query/page_text.py`); an estimated total is
a second one, which is planned and not run. `db/query/seek.py` has what a cursor becomes.

Whether there is a page behind is known from one row more than asked for, which is left out;
whether there is one before a cursor's, from the cursor: the row at its place was there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.query.expansions import all_visible

from .cursor_page import list_from_cursor
from .numbered_page import list_page
from .selection import select_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.queries import Queries
    from drystone.db.query.expansions import Visible
    from drystone.resources.asking.list_request import ListRequest
    from drystone.resources.declaration import Resource
    from drystone.schema.expressions.expression import Predicate

    from .listing import Listing


async def list_rows(
    db: Queries,
    resource: Resource,
    asked: ListRequest,
    *,
    signing_key: bytes,
    path: str,
    older_keys: Sequence[bytes] = (),
    scope: Predicate | None = None,
    visible: Visible = all_visible,
) -> Listing:
    """Return a page of rows.

    Args:
        db: the database, or a transaction.
        resource: whose rows they are.
        asked: which of them, and what of them.
        signing_key: signs cursors.
        path: the request's target, path and query as they were sent; for links.
        older_keys: signed cursors that are still good.
        scope: a condition of ours on top: the rows of one parent, those a caller may see.
        visible: which rows of other models may be seen beside them, and through references.

    Raises:
        InvalidCursor: the cursor was altered, or belongs to another question.
        InvalidParameter: rows are sorted by values that are too long for a cursor.
        Problem: what `drystone.db.failures` lists.
    """
    query = select_rows(resource, asked, scope=scope, visible=visible)
    if asked.cursor is None:
        page = asked.page or 1
        return await list_page(
            db, resource, asked, page=page, query=query, target=path, visible=visible
        )
    keys = (signing_key, *older_keys)
    return await list_from_cursor(
        db, resource, asked, query=query, target=path, keys=keys, visible=visible
    )
