"""What a request asks for, as a select: which rows, which columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from drystone.db.query.select import Select, select

from .search import words_of

if TYPE_CHECKING:
    from drystone.resources.asking.list_request import Deleted, ListRequest, SingleRequest
    from drystone.resources.declaration import Resource
    from drystone.schema.expressions.expression import Predicate
    from drystone.schema.expressions.shapes import ColumnShape
    from drystone.schema.model.column import Column


def select_rows(
    resource: Resource, asked: ListRequest, *, scope: Predicate | None = None
) -> Select[Any]:
    """Return the select of all rows that a list is about, in no order.

    Args:
        resource: whose rows they are.
        asked: the request.
        scope: a condition of ours on top: the rows of one parent, those a caller may see.
    """
    query = see(select_columns(resource, asked), asked.deleted)
    words = None if asked.search is None else words_of(resource).holds(asked.search)
    return query.where(*(one for one in (asked.where, words, scope) if one is not None))


def select_columns(resource: Resource, asked: ListRequest | SingleRequest) -> Select[Any]:
    """Return the select of the columns that are shown, and of those that lead further."""
    if asked.fields is None:
        return select(resource.model)
    references = {_first_step(one.column) for one in asked.expand}
    columns: tuple[Any, ...] = tuple(
        getattr(resource.model, one.attribute)
        for one in resource.info.columns
        if one.name in asked.fields or one in references
    )
    return select(*columns)


def see(query: Select[Any], deleted: Deleted) -> Select[Any]:
    """Return the select with deleted rows, with nothing else, or without them."""
    match deleted:
        case "include":
            return query.with_deleted()
        case "only":
            return query.only_deleted()
        case _:
            return query


def _first_step(reference: Column[Any]) -> object:
    """Return the column of the resource's own row at which a reference begins."""
    shape = cast("ColumnShape", reference.shape)
    return shape.path[0] if shape.path else shape.column
