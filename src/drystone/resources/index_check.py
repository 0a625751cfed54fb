"""Which index serves what callers may ask of a resource: told from the declaration alone.

    filter  status              an index that begins with the column
    filter  title[contains]     a trigram index of it
    sort    due_at              an index on (due_at, id): the order that lists have
    search                      a GIN index of the words of all its fields

Through references (`project.owner`) the index belongs to the model at the end of the path,
and each reference on the way has its own. An order by a field of another table is served
by no index: it is sorted each time.

Whether an index is worth its cost depends on rows, of which nothing is known here: two
truth values tell few rows apart, so none is asked for them. `drystone explain` with a
request shows what PostgreSQL does with the rows there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from drystone.db.explain.declared_indexes import IndexTerm, declared_indexes
from drystone.db.explain.index_wish import IndexWish
from drystone.resources.listing.search import has_search_index
from drystone.schema.expressions.shapes import ColumnShape
from drystone.schema.model.column_types import ArrayType, BooleanType, JSONType, TextType
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.resources.asking.list_request import ListRequest
    from drystone.resources.declaration import Resource
    from drystone.resources.named_field import NamedField
    from drystone.schema.model.column import Column
    from drystone.schema.model.model_info import ModelInfo

_TWO_VALUES: Final = "two values tell few rows apart: no index is asked for"
_COMPUTED: Final = "computed for each row: no index is told of it"
_OTHER_TABLE: Final = "a field of another table: no index has this order"
_SEVERAL_TABLES: Final = "fields of several tables: no index has their words"
# Text with text in it, and an array with an element.
_PARTS: Final = frozenset({"ILIKE", "NOT ILIKE", "LIKE", "@>"})


@dataclass(frozen=True, slots=True)
class Need:
    """Something that callers may ask of a resource.

    Attributes:
        parameter: as it is asked for: `status`, `title[contains]`, `sort=due_at`, `search`.
        is_served: whether an index serves it.
        wish: the index that would; None where one does already, or none can.
        note: why none can, or none is wanted.
    """

    parameter: str
    is_served: bool
    wish: IndexWish | None = None
    note: str | None = None

    @property
    def is_missing(self) -> bool:
        """Whether an index is to be declared."""
        return self.wish is not None


def needs_of(resource: Resource) -> tuple[Need, ...]:
    """Return all that lists of a resource may be asked for."""
    return tuple(_needs(resource))


def needs_of_request(
    resource: Resource, asked: ListRequest, *, unserved: bool = True
) -> tuple[Need, ...]:
    """Return what one request asks for.

    Args:
        resource: whose list it is.
        asked: the request.
        unserved: only what no index serves.
    """
    used = set(_names(resource, asked))
    return tuple(
        one
        for one in _needs(resource)
        if one.parameter in used and not (unserved and one.is_served)
    )


def missing_indexes(resource: Resource) -> tuple[IndexWish, ...]:
    """Return the indexes that a resource's models lack, each once.

    One that begins with what another one is about takes its place.
    """
    wishes = {one.wish.declaration: one.wish for one in needs_of(resource) if one.wish}
    longer = {
        (id(one.model), one.terms[0])
        for one in wishes.values()
        if one.kind == "btree" and len(one.terms) > 1
    }
    return tuple(
        one
        for one in wishes.values()
        if one.kind != "btree" or len(one.terms) > 1 or (id(one.model), one.terms[0]) not in longer
    )


def _needs(resource: Resource) -> Iterator[Need]:
    for field in resource.filters:
        yield from _filter_needs(resource, field)
    for field in resource.sorts:
        yield _sort_need(resource, field)
    if resource.search:
        yield _search_need(resource)


def _filter_needs(resource: Resource, field: NamedField) -> Iterator[Need]:
    if not isinstance(field.column.shape, ColumnShape):
        yield Need(field.name, is_served=False, note=_COMPUTED)
        return
    model, column = _end_of(resource, field.column), field.info
    indexes = declared_indexes(model)
    own = IndexTerm(column.name)
    match column.type:
        case BooleanType():
            yield Need(field.name, is_served=False, note=_TWO_VALUES)
        case ArrayType():
            served = any(one.finds_elements(column.name) for one in indexes)
            wish = None if served else IndexWish(model, (own,), "elements")
            yield Need(f"{field.name}[contains]", served, wish)
        case JSONType():
            pass
        case _:
            served = any(one.finds(column.name) for one in indexes)
            yield Need(field.name, served, None if served else _wish(resource, field, model))
    if isinstance(column.type, TextType):
        served = any(one.finds_parts(column.name) for one in indexes)
        wish = None if served else IndexWish(model, (own,), "trigram")
        yield Need(f"{field.name}[contains]", served, wish)


def _wish(resource: Resource, field: NamedField, model: ModelInfo) -> IndexWish:
    """Return the index for a filter; the one for the sort, where there is one, serves both."""
    terms: tuple[IndexTerm, ...] = (IndexTerm(field.info.name),)
    if not _path_of(field.column) and any(
        one.column.shape == field.column.shape for one in resource.sorts
    ):
        terms = (*terms, IndexTerm("id"))
    return IndexWish(model, terms)


def _sort_need(resource: Resource, field: NamedField) -> Need:
    parameter = f"sort={field.name}"
    if not isinstance(field.column.shape, ColumnShape):
        return Need(parameter, is_served=False, note=_COMPUTED)
    if _path_of(field.column):
        return Need(parameter, is_served=False, note=_OTHER_TABLE)
    model, name = resource.info, field.info.name
    terms = (IndexTerm(name),) if name == "id" else (IndexTerm(name), IndexTerm("id"))
    served = any(one.orders(terms) for one in declared_indexes(model))
    return Need(parameter, served, None if served else IndexWish(model, terms))


def _search_need(resource: Resource) -> Need:
    if has_search_index(resource):
        return Need("search", is_served=True)
    if any(_path_of(one) for one in resource.search):
        return Need("search", is_served=False, note=_SEVERAL_TABLES)
    terms = tuple(IndexTerm(one.info.name) for one in resource.search)
    return Need("search", is_served=False, wish=IndexWish(resource.info, terms, "document"))


def _names(resource: Resource, asked: ListRequest) -> Iterator[str]:
    """Yield the parameters that a request has, as needs call them."""
    for term in asked.sort:
        yield f"sort={term.field.name}"
    if asked.search is not None:
        yield "search"
    if asked.where is None:
        return
    compared = set(_comparisons(asked.where.shape))
    for field in resource.filters:
        shape = field.column.shape
        if isinstance(shape, ColumnShape):
            for in_part, name in ((False, field.name), (True, f"{field.name}[contains]")):
                if (shape.column, shape.path, in_part) in compared:
                    yield name


def _comparisons(shape: object, *, in_part: bool = False) -> Iterator[tuple[Any, Any, bool]]:
    """Yield each column of a condition, its path, and whether a part of it is looked for."""
    if isinstance(shape, ColumnShape):
        yield shape.column, shape.path, in_part
    elif isinstance(shape, tuple):
        in_part = in_part or getattr(shape, "operator", None) in _PARTS
        for one in shape:
            yield from _comparisons(one, in_part=in_part)


def _path_of(column: Column[Any]) -> tuple[Any, ...]:
    shape = column.shape
    return shape.path if isinstance(shape, ColumnShape) else ()


def _end_of(resource: Resource, column: Column[Any]) -> ModelInfo:
    """Return the model whose column it is."""
    path = _path_of(column)
    if not path:
        return resource.info
    reference = path[-1].reference
    return describe(reference.resolve())
