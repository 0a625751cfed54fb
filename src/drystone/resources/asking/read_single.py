"""The query string of a single row → `SingleRequest`.

What `read_list` does for lists; `as_of` is known where the resource has a history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.http.parts.text_fault import TextFault
from drystone.resources.asking.deletion import read_deleted
from drystone.resources.asking.faults import Faults, did_you_mean, show
from drystone.resources.asking.filters.values import parser_for
from drystone.resources.asking.list_request import SingleRequest
from drystone.resources.asking.shape import expansions_of, fields_of
from drystone.schema.model.column_types import DateTimeType

if TYPE_CHECKING:
    from datetime import datetime

    from drystone.http.parts.query import Query
    from drystone.resources.declaration import Resource

_parse_moment = parser_for(DateTimeType())


class SingleReader:
    """Reads the queries of a resource's single rows; made once, at start, and shared freely.

    Args:
        resource: whose rows are read.
    """

    __slots__ = ("_expand", "_fields", "_known")

    def __init__(self, resource: Resource) -> None:
        self._known = tuple(_parameters_of(resource))
        self._fields = fields_of(resource)
        self._expand = expansions_of(resource)

    def read(self, query: Query) -> SingleRequest:
        """Return what a query asks for.

        Raises:
            UnknownParameter: it has parameters that do not exist, and no other fault.
            InvalidParameter: it has values that cannot be used; every fault is listed.
        """
        faults = Faults()
        known = self._known
        self._note_unknown(query, faults)
        fields = self._fields.read(query, faults)
        expand = self._expand.read(query, faults) if "expand" in known else []
        asked = SingleRequest(
            fields=tuple(one.meant for one in fields) or None,
            expand=tuple(one.meant for one in expand),
            deleted=read_deleted(query, faults) if "deleted" in known else "exclude",
            as_of=_read_as_of(query, faults) if "as_of" in known else None,
        )
        faults.raise_any(query)
        return asked

    def _note_unknown(self, query: Query, faults: Faults) -> None:
        for name in query:
            if name not in self._known:
                near = faults.nearest(name, self._known)
                lead = f'There is no parameter "{show(name)}"'
                faults.add_unknown(name, lead + did_you_mean(near))


def read_single_request(resource: Resource, query: Query) -> SingleRequest:
    """Return what a single query asks for; a route keeps a `SingleReader` instead.

    Raises:
        UnknownParameter: it has parameters that do not exist, and no other fault.
        InvalidParameter: it has values that cannot be used; every fault is listed.
    """
    return SingleReader(resource).read(query)


def _parameters_of(resource: Resource) -> list[str]:
    known = ["fields"]
    if resource.expand or resource.collections:
        known.append("expand")
    if resource.info.soft_delete:
        known.append("deleted")
    if "history" in resource.operations:
        known.append("as_of")
    return known


def _read_as_of(query: Query, faults: Faults) -> datetime | None:
    text = faults.text_of(query, "as_of")
    if text is None:
        return None
    try:
        moment: datetime = _parse_moment(text)
    except TextFault as fault:
        faults.add("as_of", fault.code, fault.phrase)
        return None
    return moment
