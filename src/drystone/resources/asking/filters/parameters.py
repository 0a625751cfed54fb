"""Simple filters: `status=todo`, `priority[gte]=3`, `id[in]=a,b`, `project.owner=…`.

One parameter is one comparison, and all of them are joined by AND. Every name that a
caller may write is known from the start, the operator in brackets included, so an
ordinary parameter costs one look into a dict.

A comparison is there once: `status=todo&status[eq]=done` is refused as `status` twice is,
and so is a reference by both of its names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from drystone.http.parts.text_fault import TextFault
from drystone.http.parts.value_list import split_list
from drystone.resources.asking.faults import did_you_mean, show
from drystone.resources.asking.filters.conditions import Comparison
from drystone.resources.asking.filters.operators import TAKES_LIST

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from drystone.http.parts.query import Query
    from drystone.resources.asking.faults import Faults
    from drystone.resources.asking.filters.field_names import FilterField
    from drystone.resources.asking.filters.values import Parse

_WITH_OPERATOR: Final = re.compile(r"([^\[\]]*)\[([^\[\]]*)\]")


class _Filter(NamedTuple):
    """What a parameter compares, and how its values are read."""

    field: FilterField
    operator: str
    parse: Parse


class ParameterFilters:
    """Reads the simple filters of a resource.

    Args:
        fields: by each of their names.
        others: the parameters that are none, to be suggested for unknown ones.
    """

    __slots__ = ("_fields", "_filters", "_known")

    def __init__(self, fields: Mapping[str, FilterField], others: Collection[str]) -> None:
        self._fields = fields
        self._known = (*fields, *others)
        self._filters = {
            written: _Filter(field, operator, parse)
            for name, field in fields.items()
            for operator, parse in field.parsers.items()
            for written in _spellings(name, operator)
        }

    def read(self, query: Query, names: Collection[str], faults: Faults) -> Iterator[Comparison]:
        """Yield the comparisons of some parameters.

        Args:
            query: has them.
            names: those that are not known to be anything else.
            faults: gathers what is wrong with them.
        """
        meant: dict[tuple[FilterField, str], str] = {}
        for name in names:
            known = self._filters.get(name)
            if known is None:
                self._note_unknown(name, faults)
                continue
            first = meant.setdefault((known.field, known.operator), name)
            if first != name:
                faults.add(name, "duplicate", f'means the same as "{first}"; write one of them')
                continue
            values = _read_values(query, name, known, faults)
            if values is not None:
                yield Comparison(known.field.field, known.operator, values)

    def _note_unknown(self, name: str, faults: Faults) -> None:
        found = _WITH_OPERATOR.fullmatch(name)
        plain, operator = found.groups() if found else (name, "eq")
        field = self._fields.get(plain)
        if field is not None:
            faults.add_unknown(name, field.describe_lack(operator, faults))
            return
        near = faults.nearest(plain, self._known)
        meant = self._fields.get(near or "")
        if found and meant is not None and operator in meant.parsers:
            near = f"{near}[{operator}]"
        lead = f'There is no parameter "{show(name)}"'
        faults.add_unknown(name, lead + did_you_mean(near))


def _spellings(name: str, operator: str) -> tuple[str, ...]:
    written = f"{name}[{operator}]"
    return (name, written) if operator == "eq" else (written,)


def _read_values(query: Query, name: str, known: _Filter, faults: Faults) -> tuple[Any, ...] | None:
    """Return the values of a parameter; None where there is a fault."""
    text = faults.text_of(query, name)
    if text is None:
        return None
    try:
        if known.operator in TAKES_LIST:
            return _read_list(name, text, known, faults)
        return (known.parse(text),)
    except TextFault as fault:
        faults.add(name, fault.code, fault.phrase + _null_hint(text, known))
        return None


def _read_list(name: str, text: str, known: _Filter, faults: Faults) -> tuple[Any, ...] | None:
    texts = split_list(text)
    if known.operator == "between" and len(texts) != 2:
        raise TextFault("format", "must hold two values, the lowest and the highest")
    before = len(faults)
    values = []
    for number, one in enumerate(texts, 1):
        try:
            values.append(known.parse(one))
        except TextFault as fault:
            phrase = f"holds what it cannot: value {number} {fault.phrase}"
            faults.add(name, fault.code, phrase)
    return tuple(values) if len(faults) == before else None


def _null_hint(text: str, known: _Filter) -> str:
    if text != "null" or known.operator == "null":
        return ""
    return f"; {known.field.field.name}[null]=true finds rows without one"
