"""The query string of a list → `ListRequest`.

Stands behind routing and before the statement: it is handed a parsed `Query` and a
`Resource`, and hands on what is asked for, checked whole. Nothing here knows SQL or a
database. All faults of a query are told at once; a parameter is known only where the
resource has something for it, and every other name is refused with the nearest one.

A blank `search=`, as an emptied search field sends it, is no search. `sort=`, `fields=` and
`expand=` without a name are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.http.parts.query import Query
from drystone.resources.asking.deletion import read_deleted
from drystone.resources.asking.faults import Faults
from drystone.resources.asking.filters.conditions import Comparison
from drystone.resources.asking.filters.read_filters import FilterReader
from drystone.resources.asking.filters.values import text_fault
from drystone.resources.asking.list_request import ListRequest, SortTerm
from drystone.resources.asking.paging import PARAMETERS, read_paging
from drystone.resources.asking.shape import expansions_of, fields_of, sorts_of

if TYPE_CHECKING:
    from uuid import UUID

    from drystone.resources.declaration import Resource
    from drystone.resources.expandable import Expandable
    from drystone.resources.named_field import NamedField

# A sentence's worth; each word of it is looked for.
MAX_SEARCH_CHARS: Final = 200


class ListReader:
    """Reads the queries of a resource's lists; made once, at start, and shared freely.

    Args:
        resource: whose rows are listed.
        parent: the reference below whose rows the list is served; None for the whole list.
    """

    __slots__ = ("_expand", "_fields", "_filters", "_known", "_parent", "_plain", "_sorts")

    def __init__(self, resource: Resource, *, parent: NamedField | None = None) -> None:
        filters = [one for one in resource.filters if parent is None or one.name != parent.name]
        self._known = frozenset(_parameters_of(resource, has_filters=bool(filters)))
        self._parent = parent
        self._fields = fields_of(resource)
        self._expand = expansions_of(resource)
        self._sorts = sorts_of(resource)
        self._filters = FilterReader(filters, sorted(self._known))
        self._plain = self._read(Query.EMPTY, None)

    def read(self, query: Query, *, parent_id: UUID | None = None) -> ListRequest:
        """Return what a query asks for.

        Args:
            query: the query.
            parent_id: the row below which the list is; its rows and its cursors are bound
                to that as to a filter.

        Raises:
            UnknownParameter: it has parameters that do not exist, and no other fault.
            InvalidParameter: it has values that cannot be used; every fault is listed.
        """
        if parent_id is None and not len(query):
            return self._plain
        return self._read(query, parent_id)

    def _read(self, query: Query, parent_id: UUID | None) -> ListRequest:
        faults = Faults()
        known = self._known
        below = []
        if self._parent is not None and parent_id is not None:
            below = [Comparison(self._parent, "eq", (parent_id,))]
        names = [name for name in query if name not in known]
        filters = self._filters.read(query, names, faults, besides=below)
        paging = read_paging(query, faults)
        fields = self._fields.read(query, faults)
        sort = self._sorts.read(query, faults)
        asked = ListRequest(
            where=filters.predicate if filters else None,
            filter_text=filters.text if filters else "",
            sort=tuple(SortTerm(field=one.meant, descending=one.descending) for one in sort),
            search=_read_search(query, faults) if "search" in known else None,
            page=paging.page,
            cursor=paging.cursor,
            limit=paging.limit,
            count=paging.count,
            fields=tuple(one.meant for one in fields) or None,
            expand=self._read_expand(query, faults) if "expand" in known else (),
            deleted=read_deleted(query, faults) if "deleted" in known else "exclude",
        )
        faults.raise_any(query)
        return asked

    def _read_expand(self, query: Query, faults: Faults) -> tuple[Expandable, ...]:
        return tuple(one.meant for one in self._expand.read(query, faults))


def read_list_request(resource: Resource, query: Query) -> ListRequest:
    """Return what a single query asks for; a route keeps a `ListReader` instead.

    Raises:
        UnknownParameter: it has parameters that do not exist, and no other fault.
        InvalidParameter: it has values that cannot be used; every fault is listed.
    """
    return ListReader(resource).read(query)


def _parameters_of(resource: Resource, *, has_filters: bool) -> list[str]:
    """Return the parameters that lists have, simple filters aside."""
    known = [*PARAMETERS, "sort", "fields"]
    if resource.expand or resource.collections:
        known.append("expand")
    if resource.search:
        known.append("search")
    if has_filters:
        known.append("filter")
    if resource.info.soft_delete:
        known.append("deleted")
    return known


def _read_search(query: Query, faults: Faults) -> str | None:
    words = faults.text_of(query, "search")
    if words is None or not words.strip():
        return None
    if len(words) > MAX_SEARCH_CHARS:
        faults.add("search", "too_long", f"must be at most {MAX_SEARCH_CHARS} characters")
    elif (fault := text_fault(words)) is not None:
        faults.add("search", "format", fault)
    return words.strip()
