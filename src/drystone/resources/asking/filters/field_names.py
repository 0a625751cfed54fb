"""The names by which fields are filtered, and what is said of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.resources.asking.faults import did_you_mean, show
from drystone.resources.asking.filters.operators import OPERATORS, operand_type, operators_of
from drystone.resources.asking.filters.values import Parse, item_parser_for, parser_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from drystone.resources.asking.faults import Faults
    from drystone.resources.named_field import NamedField


class FilterField:
    """A field that rows can be filtered by.

    Attributes:
        field: as declared.
        parsers: for each operator that it has, what reads a value.
    """

    __slots__ = ("field", "parsers")

    def __init__(self, field: NamedField) -> None:
        self.field = field
        kind = field.info.type
        self.parsers: Mapping[str, Parse] = {
            operator: (item_parser_for if operator == "contains" else parser_for)(
                operand_type(kind, operator)
            )
            for operator in operators_of(field.info)
        }

    def describe_lack(self, operator: str, faults: Faults) -> str:
        """Return a sentence about an operator that the field has not."""
        listed = ", ".join(self.parsers)
        lead = f'The field "{self.field.name}" has no operator "{show(operator)}"'
        if operator not in OPERATORS and (near := faults.nearest(operator, self.parsers)):
            return lead + did_you_mean(near)
        return f"{lead}; it has {listed}."


def fields_by_name(fields: Iterable[NamedField]) -> dict[str, FilterField]:
    """Return fields by each of their names: `assignee_id`, `assignee`."""
    found: dict[str, FilterField] = {}
    for field in fields:
        one = FilterField(field)
        found |= dict.fromkeys((field.name, *field.aliases), one)
    return found
