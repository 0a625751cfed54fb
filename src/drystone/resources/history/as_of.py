"""`GET /{id}?as_of=<time>`: a row as it was.

A change counts from the time of its transaction, which is what `updated_at` says: asked
for as of a row's `updated_at`, it is that row.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from drystone.db.history.past import read_past_at
from drystone.errors import InvalidParameter, NotFound, Violation
from drystone.resources.listing.listing import Reading

from .past_row import row_at

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from drystone.db.queries import Queries
    from drystone.resources.asking.list_request import SingleRequest
    from drystone.resources.declaration import Resource

    from .past_row import PastRow


async def as_of(db: Queries, resource: Resource, id: UUID, moment: datetime) -> PastRow:  # noqa: A002  (the column's name)
    """Return a row as it was at a time, deleted or not.

    Args:
        db: the database, or a transaction.
        resource: whose row it is; its model has a history.
        id: the row's.
        moment: the time, with its offset.

    Raises:
        NotFound: it was not there then, or what it was is not known any more.
    """
    info = resource.info
    return row_at(info, await read_past_at(db, info, id, moment), moment)


async def read_past_row(
    db: Queries,
    resource: Resource,
    id: UUID,  # noqa: A002  (the column's name)
    asked: SingleRequest,
) -> Reading:
    """Return a row as it was at `asked.as_of`, as `read_row` does for the present.

    Raises:
        NotFound: it was not there then, not to be seen, or is not known any more.
        InvalidParameter: rows of others are asked for beside it: theirs is another past.
    """
    if asked.expand:
        detail = "cannot be combined with as_of; ask for each row by itself"
        violation = Violation(code="format", detail=detail, parameter="expand")
        raise InvalidParameter(f'The parameter "expand" {detail}.', errors=[violation])
    assert asked.as_of is not None, "the present is read elsewhere"  # noqa: S101  (our own fault)
    row = await as_of(db, resource, id, asked.as_of)
    if asked.deleted != "include" and row.is_deleted != (asked.deleted == "only"):
        raise NotFound
    if asked.fields is not None:
        row = row.showing(asked.fields)
    body = row.to_json()
    # A past row cannot be changed, so it has no version to be matched: its tag is its own.
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Reading(body, row.version, f'"past;{digest}"', may_be_unchanged=True)
