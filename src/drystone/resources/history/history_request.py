"""The query string of `/history` → which changes are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from drystone.resources.asking import deletion, paging
from drystone.resources.asking.faults import Faults, did_you_mean, show

if TYPE_CHECKING:
    from drystone.http.parts.query import Query
    from drystone.resources.asking.list_request import Count, Deleted

_KNOWN: Final = (*paging.PARAMETERS, deletion.PARAMETER)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """Which changes are asked for.

    Attributes:
        page: from 1; None in cursor mode.
        cursor: None in page mode; "" is the first page.
        limit: changes on a page.
        count: whether the total is wanted; an estimate is counted too: they are few.
        deleted: whether the history of a deleted row may be told, one that is gone for
            good included.
    """

    page: int | None = 1
    cursor: str | None = None
    limit: int = paging.DEFAULT_LIMIT
    count: Count = "exact"
    deleted: Deleted = "exclude"


def read_history_request(query: Query) -> HistoryRequest:
    """Return what a query asks for.

    Raises:
        UnknownParameter: it has parameters that do not exist, and no other fault.
        InvalidParameter: it has values that cannot be used; every fault is listed.
    """
    faults = Faults()
    for name in query:
        if name not in _KNOWN:
            near = did_you_mean(faults.nearest(name, _KNOWN))
            faults.add_unknown(name, f'There is no parameter "{show(name)}"{near}')
    page = paging.read_paging(query, faults)
    deleted = deletion.read_deleted(query, faults)
    faults.raise_any(query)
    return HistoryRequest(
        page=page.page, cursor=page.cursor, limit=page.limit, count=page.count, deleted=deleted
    )
