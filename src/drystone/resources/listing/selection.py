"""What a request asks for, as a select: which rows, which columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from drystone.db.query.expansions import all_visible
from drystone.db.query.select import Select, select
from drystone.resources.computed import shown_of

from .search import words_of
from .sight import hold_references

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.query.expansions import Visible, Wanted
    from drystone.resources.asking.list_request import Deleted, ListRequest, SingleRequest
    from drystone.resources.declaration import Resource
    from drystone.schema.expressions.expression import Named, Predicate


def select_rows(
    resource: Resource,
    asked: ListRequest,
    *,
    scope: Predicate | None = None,
    visible: Visible = all_visible,
) -> Select[Any]:
    """Return the select of all rows that a list is about, in no order.

    Args:
        resource: whose rows they are.
        asked: the request.
        scope: a condition of ours on top: the rows of one parent, those a caller may see.
        visible: which rows of other models may be seen through references.
    """
    query = see(select_columns(resource, asked), asked.deleted)
    words = None if asked.search is None else words_of(resource).holds(asked.search)
    if asked.where is not None:
        query = query.where(asked.where)
    if words is not None:
        query = query.where(words)
    if visible is all_visible:
        return query if scope is None else query.within(scope)
    sorts = (term.field.column for term in asked.sort)
    computed = shown_of(resource.computed, asked.fields)
    said = (one.shape for one in (asked.where, words, *sorts, *computed) if one is not None)
    query = hold_references(query, resource.model, said, visible)
    return query if scope is None else query.within(scope)


def select_columns(resource: Resource, asked: ListRequest | SingleRequest) -> Select[Any]:
    """Return the select of the columns that are shown, and of those that lead further."""
    if asked.fields is None:
        return select(resource.model)
    needed = {one.begins for one in asked.expand}
    for name in asked.fields:
        if name in resource.computed:
            needed |= resource.computed[name].columns
    columns: tuple[Any, ...] = tuple(
        getattr(resource.model, one.attribute)
        for one in resource.info.columns
        if one.name in asked.fields or one in needed
    )
    # What is computed of no column needs a row even so.
    return select(*(columns or (resource.model.id,)))


def shape_of(
    resource: Resource, asked: ListRequest | SingleRequest, visible: Visible = all_visible
) -> Shape:
    """Return what is shown of each row, as a statement is told.

    Args:
        resource: whose rows they are.
        asked: the request.
        visible: which rows of other models may be shown.
    """
    return Shape(
        visible=visible,
        shown=asked.fields,
        expand=[one.wanted for one in asked.expand] if asked.expand else (),
        computed=shown_of(resource.computed, asked.fields),
    )


class Shape(TypedDict):
    """What is shown of a row; see `json_page`."""

    shown: Sequence[str] | None
    expand: Sequence[Wanted]
    computed: Sequence[Named[Any]]
    visible: Visible


def see(query: Select[Any], deleted: Deleted) -> Select[Any]:
    """Return the select with deleted rows, with nothing else, or without them."""
    match deleted:
        case "include":
            return query.with_deleted()
        case "only":
            return query.only_deleted()
        case _:
            return query
