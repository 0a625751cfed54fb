"""All filters of a query: simple ones and the expression, joined by AND."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.resources.asking.filters.conditions import Comparison, Condition, Group
from drystone.resources.asking.filters.expression_filter import PARAMETER, read_expression
from drystone.resources.asking.filters.field_names import fields_by_name
from drystone.resources.asking.filters.meaning import Meaning, meaning_of
from drystone.resources.asking.filters.parameters import ParameterFilters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from drystone.http.parts.query import Query
    from drystone.resources.asking.faults import Faults
    from drystone.resources.named_field import NamedField


class FilterReader:
    """Reads the filters of a resource.

    Args:
        fields: those that are declared.
        others: the parameters that are no simple filters.
    """

    __slots__ = ("_fields", "_parameters")

    def __init__(self, fields: Iterable[NamedField], others: Collection[str]) -> None:
        self._fields = fields_by_name(fields)
        self._parameters = ParameterFilters(self._fields, others)

    def read(
        self,
        query: Query,
        names: Collection[str],
        faults: Faults,
        *,
        besides: Sequence[Comparison] = (),
    ) -> Meaning | None:
        """Return what the filters of a query mean; None where there are none, or faults.

        Args:
            query: the query.
            names: its parameters that are not known to be anything else.
            faults: gathers what is wrong with them.
            besides: comparisons that hold as well, whatever the query says.
        """
        before = len(faults)
        conditions: list[Condition] = [*besides, *self._parameters.read(query, names, faults)]
        expression = self._read_expression(query, faults)
        if expression is not None:
            conditions.append(expression)
        if not conditions or len(faults) > before:
            return None
        return meaning_of(Group("AND", tuple(conditions)))

    def _read_expression(self, query: Query, faults: Faults) -> Condition | None:
        if not self._fields or PARAMETER not in query:
            return None
        text = faults.text_of(query, PARAMETER)
        return None if text is None else read_expression(text, self._fields, faults)
