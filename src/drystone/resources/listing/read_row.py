"""One row of a resource by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.query.json_pages import json_item
from drystone.errors import NotFound

from .etag import tag_of
from .listing import Reading
from .selection import see, select_columns

if TYPE_CHECKING:
    from uuid import UUID

    from drystone.db.queries import Queries
    from drystone.resources.asking.list_request import SingleRequest
    from drystone.resources.declaration import Resource
    from drystone.schema.expressions.expression import Predicate


async def read_row(
    db: Queries,
    resource: Resource,
    id: UUID,  # noqa: A002  (the column's name)
    asked: SingleRequest,
    *,
    scope: Predicate | None = None,
) -> Reading:
    """Return a row as bytes, in one statement.

    Reads at the same time may travel together: those that ask for the same things without
    a scope.

    Args:
        db: the database, or a transaction.
        resource: whose row it is.
        id: the row's.
        asked: what is to be shown of it. Its past is told by the history, not here.
        scope: a condition of ours on top: what a caller may see.

    Raises:
        NotFound: there is no such row, or none to be seen.
    """
    query = see(select_columns(resource, asked), asked.deleted).where(resource.model.id == id)
    if scope is not None:
        query = query.where(scope)
    expand = [one.column for one in asked.expand]
    found = await db.joined(json_item(query, shown=asked.fields, expand=expand))
    if found is None:
        raise NotFound
    return Reading(
        body=found.json,
        version=found.version,
        etag=tag_of(found.version, asked),
        may_be_unchanged=not asked.expand,
    )
