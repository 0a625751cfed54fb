"""Tokens to statements: where one ends and the next begins.

A semicolon ends a statement, unless it stands in parentheses (`CREATE RULE … DO (a; b)`)
or in the body of a routine in standard SQL (`BEGIN ATOMIC … END`); psql's own rules, see
`psqlscan.l`. A statement keeps the line it begins at, so that an error can name it.

Source: PostgreSQL chapter 4.1; CREATE FUNCTION, `sql_body`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .lexer import Kind, LexicalError, Token, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ROUTINES: Final = (
    ("CREATE", "FUNCTION"),
    ("CREATE", "PROCEDURE"),
    ("CREATE", "OR", "REPLACE", "FUNCTION"),
    ("CREATE", "OR", "REPLACE", "PROCEDURE"),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes:
        text: from its first to its last token, without the semicolon.
        line: where it begins in its file; the first line is 1.
        tokens: of it, without comments.
        repeat: whether it is run again and again, until it changes no row.
    """

    text: str
    line: int
    tokens: tuple[Token, ...]
    repeat: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Its tokens as keywords are compared: `("CREATE", "TABLE", "T", "(", …)`."""
        return tuple(token.key for token in self.tokens)

    @property
    def summary(self) -> str:
        r"""Its beginning on one line, for messages.

        >>> split_statements("ALTER TABLE t\n    ADD c int -- new")[0].summary
        'ALTER TABLE t ADD c int'
        """
        shown = ""
        end = self.tokens[0].start
        for token in self.tokens[:60]:
            shown += f" {token.text}" if token.start > end else token.text
            end = token.end
        shown = " ".join(shown.split())
        return shown if len(shown) <= 100 else f"{shown[:97]}..."


def split_statements(text: str) -> list[Statement]:
    r"""Return the statements of `text`.

    Raises:
        LexicalError: a quote, a comment, a parenthesis or a body is never closed.

    >>> [(one.line, one.text) for one in split_statements("SELECT 1;\n\nSELECT ';';")]
    [(1, 'SELECT 1'), (3, "SELECT ';'")]
    """
    return list(gather_statements(text, tokenize(text)))


def gather_statements(text: str, tokens: Iterable[Token]) -> Iterator[Statement]:
    """Yield the statements that `tokens` make up; empty ones are left out.

    Args:
        text: what the tokens were read from.
        tokens: comments may be among them.

    Raises:
        LexicalError: a parenthesis or a body is never closed.
    """
    gathered: list[Token] = []
    nesting = _Nesting()
    for token in tokens:
        if token.kind is Kind.COMMENT:
            continue
        if token.text == ";" and not nesting.opened:
            if gathered:
                yield _make(text, gathered)
            gathered, nesting = [], _Nesting()
            continue
        gathered.append(token)
        nesting.follow(token, gathered)
    if nesting.opened:
        opening = nesting.opened[-1]
        closing = ")" if opening.text == "(" else "END"
        raise LexicalError(opening.line, f"{opening.text} is never closed with {closing}")
    if gathered:
        yield _make(text, gathered)


def _make(text: str, tokens: Sequence[Token]) -> Statement:
    first = tokens[0]
    return Statement(text[first.start : tokens[-1].end], first.line, tuple(tokens))


class _Nesting:
    """What is open at a place in a statement: parentheses, and blocks that END ends."""

    __slots__ = ("opened",)

    def __init__(self) -> None:
        self.opened: list[Token] = []

    def follow(self, token: Token, before: Sequence[Token]) -> None:
        """Take in the next token; `before` ends with it."""
        within = self.opened[-1].key if self.opened else ""
        if token.text == "(":
            self.opened.append(token)
        elif token.text == ")":
            if within == "(":
                self.opened.pop()
        elif within == "(":
            return
        elif token.key == "ATOMIC" and not within and _begins_body(before):
            self.opened.append(before[-2])
        elif within and token.key == "CASE":
            # CASE has an END too; outside of a body nobody need count it.
            self.opened.append(token)
        elif within and token.key == "END":
            self.opened.pop()


def _begins_body(tokens: Sequence[Token]) -> bool:
    """Tell whether the tokens end with the BEGIN ATOMIC of a routine."""
    if len(tokens) < 4 or tokens[-2].key != "BEGIN":
        return False
    words = tuple(token.key for token in tokens if token.kind is Kind.WORD)
    return any(words[: len(form)] == form for form in _ROUTINES)
