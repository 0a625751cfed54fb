"""One row of a resource by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.query.expansions import all_visible
from drystone.db.query.json_pages import json_item
from drystone.errors import NotFound
from drystone.resources.computed import shown_of

from .etag import tag_of
from .listing import Reading
from .selection import see, select_columns, shape_of
from .sight import hold_references

if TYPE_CHECKING:
    from uuid import UUID

    from drystone.db.queries import Queries
    from drystone.db.query.expansions import Visible
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
    visible: Visible = all_visible,
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
        visible: which rows of other models may be seen beside it.

    Raises:
        NotFound: there is no such row, or none to be seen.
    """
    query = see(select_columns(resource, asked), asked.deleted).where(resource.model.id == id)
    computed = (one.shape for one in shown_of(resource.computed, asked.fields))
    query = hold_references(query, resource.model, computed, visible)
    if scope is not None:
        query = query.within(scope)
    found = await db.joined(json_item(query, **shape_of(resource, asked, visible)))
    if found is None:
        raise NotFound
    return Reading(
        body=found.json,
        version=found.version,
        etag=tag_of(found.version, asked),
        may_be_unchanged=not asked.expand and _is_told_by_version(resource, asked),
    )


def _is_told_by_version(resource: Resource, asked: SingleRequest) -> bool:
    """Tell whether what is computed of the row stays the same while its version does."""
    return all(
        one.is_of_row
        for name, one in resource.computed.items()
        if asked.fields is None or name in asked.fields
    )
