"""Filter expressions → a tree of what is written: `status = "todo" AND (a > 4 OR b = null)`.

    expression = both *( "OR" both )
    both       = single *( "AND" single )
    single     = "NOT" single / "(" expression ")" / term
    term       = field operator ( value / "(" value *( "," value ) ")" )
    field      = word
    operator   = symbol / word
    value      = string / number / "true" / "false" / "null"

NOT binds closest, then AND, then OR; words count in any case. A parser by recursive
descent: a function for each line, no step back, so its time is linear. How deep it goes is
bounded, and so is the number of terms.

Whether a field exists, an operator suits it and a value is of its type is not known here:
`expression_filter` asks.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from drystone.http.parts.value_list import MAX_LIST_ITEMS
from drystone.resources.asking.filters.conditions import Group, Inverse, Tree
from drystone.resources.asking.filters.expression_tokens import (
    ExpressionFault,
    Token,
    split_expression,
)
from drystone.resources.asking.filters.values import NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH: Final = 16
MAX_TERMS: Final = 100

_CONSTANTS: Final = frozenset({"true", "false", "null"})
_JOINING: Final = frozenset({"and", "or"})
# SQL's words that are written otherwise here.
_MEANT: Final = {
    "is": "write = null or != null",
    "not": "write nin for NOT IN, or NOT before the field",
    "like": "write contains, starts or ends",
    "ilike": "write contains, starts or ends",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A comparison as it is written.

    Attributes:
        name: of the field.
        operator: a symbol or a word.
        operands: strings, and words that are numbers or constants in lower case.
        is_list: whether they stand in parentheses.
    """

    name: Token
    operator: Token
    operands: tuple[Token, ...]
    is_list: bool


def parse_expression(text: str) -> Tree[Term]:
    """Return the tree of an expression.

    Raises:
        ExpressionFault: it cannot be read, or is past a limit.
    """
    return _Parser(split_expression(text)).parse()


class _Parser:
    __slots__ = ("_depth", "_place", "_terms", "_tokens")

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0
        self._terms = 0

    def parse(self) -> Tree[Term]:
        tree = self._either()
        if self._token.kind != "end":
            raise ExpressionFault(self._token.at, "AND, OR or the end is expected")
        return tree

    @property
    def _token(self) -> Token:
        return self._tokens[self._place]

    def _next(self) -> Token:
        token = self._token
        # The end is never passed.
        self._place += token.kind != "end"
        return token

    def _is_word(self, word: str) -> bool:
        return self._token.kind == "word" and self._token.text.lower() == word

    def _either(self) -> Tree[Term]:
        return self._joined("OR", self._both)

    def _both(self) -> Tree[Term]:
        return self._joined("AND", self._single)

    def _joined(self, word: Literal["AND", "OR"], read: Callable[[], Tree[Term]]) -> Tree[Term]:
        parts = [read()]
        while self._is_word(word.lower()):
            self._next()
            parts.append(read())
        return parts[0] if len(parts) == 1 else Group(word, tuple(parts))

    def _single(self) -> Tree[Term]:
        if self._is_word("not"):
            with self._deeper():
                return Inverse(self._single())
        if self._token.kind == "(":
            with self._deeper():
                tree = self._either()
                self._close("AND, OR or ) is expected")
                return tree
        return self._term()

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        token = self._next()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionFault(
                token.at, f"parentheses and NOT go at most {MAX_DEPTH} deep", code="limit"
            )
        yield
        self._depth -= 1

    def _close(self, sentence: str) -> None:
        token = self._next()
        if token.kind != ")":
            raise ExpressionFault(token.at, sentence)

    def _term(self) -> Term:
        name = self._next()
        if name.kind != "word" or name.text.lower() in _JOINING:
            raise ExpressionFault(name.at, "a field, NOT or ( is expected")
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise ExpressionFault(
                name.at, f"there may be at most {MAX_TERMS} comparisons", code="limit"
            )
        operator = self._operator()
        if self._token.kind == "(":
            self._next()
            return Term(name, operator, self._list(), is_list=True)
        value = self._value(operator)
        if operator.text.lower() == "between" and self._is_word("and"):
            # As SQL has it. Read on, the fault would seem to be at the other end.
            raise ExpressionFault(
                value.at, "between takes a list in parentheses, such as (1, 2), and no AND"
            )
        return Term(name, operator, (value,), is_list=False)

    def _operator(self) -> Token:
        operator = self._next()
        if operator.kind not in {"word", "symbol"} or operator.text.lower() in _JOINING:
            raise ExpressionFault(operator.at, "an operator, such as =, is expected")
        meant = _MEANT.get(operator.text.lower())
        if meant is not None:
            raise ExpressionFault(operator.at, f"there is no operator {operator.text}; {meant}")
        return operator

    def _list(self) -> tuple[Token, ...]:
        values = [self._value()]
        while self._token.kind == ",":
            self._next()
            values.append(self._value())
            if len(values) > MAX_LIST_ITEMS:
                raise ExpressionFault(
                    values[-1].at, f"a list holds at most {MAX_LIST_ITEMS} values", code="too_long"
                )
        self._close("a comma or ) is expected")
        return tuple(values)

    def _value(self, operator: Token | None = None) -> Token:
        token = self._next()
        if token.kind == "string":
            return token
        if token.kind != "word" or token.text.lower() in _JOINING:
            raise ExpressionFault(token.at, "a value is expected" + _symbol_hint(operator, token))
        if token.text.lower() in _CONSTANTS:
            return token._replace(text=token.text.lower())
        if NUMBER.fullmatch(token.text) is None:
            raise ExpressionFault(
                token.at, "a value is a number, true, false, null or a text in quotation marks"
            )
        return token


def _symbol_hint(operator: Token | None, token: Token) -> str:
    if operator is None:
        return ""
    match operator.text + token.text:
        case "==":
            return "; equality is written ="
        case "<>":
            return "; inequality is written !="
        case _:
            return ""
