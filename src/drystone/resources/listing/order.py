"""The order of a list, made total: no two rows have the same place in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .search import words_of

if TYPE_CHECKING:
    from drystone.resources.asking.list_request import ListRequest
    from drystone.resources.declaration import Resource
    from drystone.schema.expressions.expression import Order


def order_of(resource: Resource, asked: ListRequest) -> tuple[Order, ...]:
    """Return the terms that a list is sorted by, `id` the last one.

    A search without a sort of its own has the best matches first; all else the newest.
    `id` goes in the direction of the term before it, so that one index on both columns
    serves the order from either end. NULLs stand where PostgreSQL puts them.
    """
    id_column = resource.model.id
    terms: list[Order] = []
    seen = set()
    for term in asked.sort:
        column = term.field.column
        if column.shape not in seen:
            terms.append(column.desc() if term.descending else column.asc())
        seen.add(column.shape)
        if column.shape == id_column.shape:
            # Nothing behind a key can make a difference.
            return tuple(terms)
    if not terms and asked.search is not None:
        terms.append(words_of(resource).rank(asked.search).desc())
    descends = terms[-1].shape.descending if terms else True
    return (*terms, id_column.desc() if descends else id_column.asc())
