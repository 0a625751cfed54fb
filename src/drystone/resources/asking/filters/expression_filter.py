"""`filter=`: an expression about a resource's fields → a condition.

Has the same fields, operators and types as the simple form. A text that cannot be read has
one fault, the first; one that can be read has all of its faults told, each with its place
in the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from drystone.http.parts.text_fault import TextFault
from drystone.resources.asking.faults import did_you_mean, show
from drystone.resources.asking.filters.conditions import Comparison, Condition, Group, Inverse
from drystone.resources.asking.filters.expression_parser import Term, parse_expression
from drystone.resources.asking.filters.expression_tokens import ExpressionFault, Token
from drystone.resources.asking.filters.operators import SYMBOLS, TAKES_LIST, operand_type
from drystone.schema.model.column_types import (
    BooleanType,
    ChoiceType,
    ColumnType,
    DecimalType,
    FloatType,
    IntegerType,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drystone.resources.asking.faults import Faults
    from drystone.resources.asking.filters.conditions import Tree
    from drystone.resources.asking.filters.field_names import FilterField

PARAMETER: Final = "filter"
_EXCERPT_CHARS: Final = 20


def read_expression(
    text: str, fields: Mapping[str, FilterField], faults: Faults
) -> Condition | None:
    """Return the condition that an expression states; None where there are faults.

    Args:
        text: the expression.
        fields: those it may name, by each of their names.
        faults: gathers what is wrong with it.
    """
    reader = _Reader(text, fields, faults)
    try:
        tree = parse_expression(text)
    except ExpressionFault as fault:
        reader.note(fault)
        return None
    return reader.read(tree)


class _Reader:
    """Reads the terms of one expression."""

    __slots__ = ("_faults", "_fields", "_text")

    def __init__(self, text: str, fields: Mapping[str, FilterField], faults: Faults) -> None:
        self._text = text
        self._fields = fields
        self._faults = faults

    def note(self, fault: ExpressionFault) -> None:
        """Note a fault with its place, counted from 1, and the text that stands there."""
        excerpt = " ".join(self._text[fault.at : fault.at + _EXCERPT_CHARS].split())
        place = f"at character {fault.at + 1} (`{excerpt}`)" if excerpt else "at its end"
        self._faults.add(PARAMETER, fault.code, f"has a fault {place}: {fault.sentence}")

    def read(self, tree: Tree[Term]) -> Condition | None:
        match tree:
            case Group():
                parts = [self.read(part) for part in tree.parts]
                found = tuple(part for part in parts if part is not None)
                return Group(tree.word, found) if len(found) == len(parts) else None
            case Inverse():
                part = self.read(tree.part)
                return None if part is None else Inverse(part)
            case _:
                return self._read_term(tree)

    def _read_term(self, term: Term) -> Comparison | None:
        try:
            field = self._find(term.name)
            operator, operands = _resolve_null(term)
            self._check_operator(field, operator, term)
        except ExpressionFault as fault:
            self.note(fault)
            return None
        values = [self._read_value(field, operator, one) for one in operands]
        found = tuple(value for value in values if value is not None)
        return Comparison(field.field, operator, found) if len(found) == len(values) else None

    def _find(self, name: Token) -> FilterField:
        field = self._fields.get(name.text)
        if field is None:
            near = did_you_mean(self._faults.nearest(name.text, self._fields))
            sentence = f'there is no field "{show(name.text)}"{near}'
            raise ExpressionFault(name.at, sentence, code="unknown_field")
        return field

    def _check_operator(self, field: FilterField, operator: str, term: Term) -> None:
        if operator not in field.parsers:
            lack = field.describe_lack(operator, self._faults)
            raise ExpressionFault(term.operator.at, lack, code="unknown_field")
        if term.is_list and operator not in TAKES_LIST:
            raise ExpressionFault(term.operands[0].at, f"{operator} takes one value, not a list")
        if not term.is_list and operator in TAKES_LIST:
            raise ExpressionFault(
                term.operands[0].at, f"{operator} takes a list in parentheses, such as (1, 2)"
            )
        if operator == "between" and len(term.operands) != 2:
            raise ExpressionFault(
                term.operands[0].at, "between takes two values, the lowest and the highest"
            )

    def _read_value(self, field: FilterField, operator: str, operand: Token) -> Any:
        """Return a value, which is never None; None where there is a fault."""
        kind = operand_type(field.field.info.type, operator)
        try:
            _check_form(operand, kind)
            return field.parsers[operator](operand.text)
        except TextFault as fault:
            sentence = f"the value of {field.field.name} {fault.phrase}"
            self.note(ExpressionFault(operand.at, sentence, code=fault.code))
            return None


def _resolve_null(term: Term) -> tuple[str, tuple[Token, ...]]:
    """Return a term's operator and operands; a comparison with `null` is the operator null.

    Raises:
        ExpressionFault: null is compared otherwise than by = and !=.
    """
    operator = SYMBOLS.get(term.operator.text) or term.operator.text.lower()
    for operand in term.operands:
        if operand.kind == "word" and operand.text == "null":
            if term.is_list or operator not in {"eq", "ne"}:
                name = show(term.name.text)
                raise ExpressionFault(
                    operand.at, f"null is compared by = and != alone; write {name} = null"
                )
            truth = operand._replace(text="true" if operator == "eq" else "false")
            return "null", (truth,)
    return operator, term.operands


def _check_form(operand: Token, kind: ColumnType) -> None:
    """Refuse a bare number or constant for what is written as text.

    Raises:
        TextFault: it is one.
    """
    is_bare_type = isinstance(kind, IntegerType | FloatType | DecimalType | BooleanType) or (
        isinstance(kind, ChoiceType) and kind.kind == "integer"
    )
    if operand.kind == "word" and not is_bare_type:
        raise TextFault("type", "must stand in quotation marks")
