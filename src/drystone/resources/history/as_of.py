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
from drystone.resources.permission import ALL_PAST

from .past_row import row_at
from .telling import check_told

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from drystone.db.queries import Queries
    from drystone.resources.asking.list_request import SingleRequest
    from drystone.resources.declaration import Resource
    from drystone.resources.permission import PastPermission

    from .past_row import PastRow


async def as_of(
    db: Queries,
    resource: Resource,
    id: UUID,  # noqa: A002  (the column's name)
    moment: datetime,
    *,
    permission: PastPermission = ALL_PAST,
) -> PastRow:
    """Return a row as it was at a time, deleted or not.

    Args:
        db: the database, or a transaction.
        resource: whose row it is; its model has a history.
        id: the row's.
        moment: the time, with its offset.
        permission: whose past the caller may read.

    Raises:
        NotFound: it was not there then, is none that the caller sees, or what it was is not
            known any more.
        Forbidden: its past is not for the caller.
    """
    info = resource.info
    seen, told = permission.seen, permission.rows
    past = await read_past_at(db, info, id, moment, seen=seen, told=told)
    check_told(past, permission)
    return row_at(info, past, moment)


async def read_past_row(
    db: Queries,
    resource: Resource,
    id: UUID,  # noqa: A002  (the column's name)
    asked: SingleRequest,
    *,
    permission: PastPermission = ALL_PAST,
) -> Reading:
    """Return a row as it was at `asked.as_of`, as `read_row` does for the present.

    Raises:
        NotFound: it was not there then, not to be seen, or is not known any more.
        Forbidden: its past is not for the caller.
        InvalidParameter: rows of others are asked for beside it: theirs is another past. Or
            what is computed is: of the past nothing is.
    """
    if asked.expand:
        raise _refuse("expand", "cannot be combined with as_of; ask for each row by itself")
    for name in asked.fields or ():
        if name in resource.computed:
            raise _refuse("fields", f'names "{name}", which is computed for the present alone')
    assert asked.as_of is not None, "the present is read elsewhere"  # noqa: S101  (our own fault)
    row = await as_of(db, resource, id, asked.as_of, permission=permission)
    if asked.deleted != "include" and row.is_deleted != (asked.deleted == "only"):
        raise NotFound
    if asked.fields is not None:
        row = row.showing(asked.fields)
    body = row.to_json()
    # A past row cannot be changed, so it has no version to be matched: its tag is its own.
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Reading(body, row.version, f'"past;{digest}"', may_be_unchanged=True)


def _refuse(parameter: str, detail: str) -> InvalidParameter:
    violation = Violation(code="format", detail=detail, parameter=parameter)
    return InvalidParameter(f'The parameter "{parameter}" {detail}.', errors=[violation])
