"""A statement as a person reads it: broken at its clauses, its long parts left out.

The text that PostgreSQL is sent has no line breaks. Here each clause gets a line of its
own, and subqueries are indented. A list of calls that writes JSON can be longer than all
the rest and says nothing about the plan; where asked for, calls without a subquery that
are too long show their name and an ellipsis.

Only for showing: what comes out is not meant to be run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = re.compile(
    r"""
      [eE]?'(?:[^']|'')*+'        # a text
    | "(?:[^"]|"")*+"             # a name in quotes
    | --[^\n]*                    # a comment
    | /\*.*?\*/
    | \$\w*\$.*?\$\w*\$           # a text in dollars
    | [()]
    | ,
    | \s+
    | [^\s()'",]+
    """,
    re.VERBOSE | re.DOTALL,
)
# Where a line begins. Joins begin with their first word.
_CLAUSES: Final = frozenset(
    """
    SELECT FROM WHERE GROUP HAVING ORDER LIMIT OFFSET UNION INTERSECT EXCEPT WINDOW FOR
    VALUES SET RETURNING LEFT RIGHT FULL INNER CROSS JOIN
    """.split()
)
_JOINS: Final = frozenset("LEFT RIGHT FULL INNER CROSS OUTER LATERAL".split())
_SUBQUERIES: Final = frozenset({"SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "VALUES"})
_MAX_CALL_CHARS: Final = 80
_MAX_LINE_CHARS: Final = 100


def layout_statement(sql: str, *, shorten: bool = True) -> str:
    """Return a statement with a line for each clause.

    Args:
        sql: its text, of any kind.
        shorten: whether long calls without a subquery are left out.

    >>> print(layout_statement("SELECT id FROM tasks WHERE id IN (SELECT 1 FROM x) LIMIT 2"))
    SELECT id
    FROM tasks
    WHERE id IN (
      SELECT 1
      FROM x
    )
    LIMIT 2
    """
    tokens = [match[0] for match in _TOKEN.finditer(sql)]
    if shorten:
        tokens = _shorten(tokens)
    return _Layout().write(tokens)


def _shorten(tokens: list[str]) -> list[str]:
    """Put an ellipsis in place of what stands in long parentheses, subqueries aside."""
    kept: list[str] = []
    place = 0
    while place < len(tokens):
        kept.append(tokens[place])
        place += 1
        if kept[-1] != "(":
            continue
        end = _closing(tokens, place)
        inner = tokens[place:end]
        if _is_subquery(inner) or sum(map(len, inner)) <= _MAX_CALL_CHARS:
            kept += _shorten(inner)
        else:
            kept.append("…")
            for subquery in _subqueries(inner):
                kept += [" ", "(", *_shorten(subquery), ")", " …"]
        place = end
    return kept


def _subqueries(tokens: list[str]) -> Iterator[list[str]]:
    """Yield what stands in the outermost parentheses that hold a subquery."""
    place = 0
    while place < len(tokens):
        place += 1
        if tokens[place - 1] == "(":
            end = _closing(tokens, place)
            if _is_subquery(inner := tokens[place:end]):
                yield inner
                place = end


def _is_subquery(tokens: list[str]) -> bool:
    first = next((one for one in tokens if not one.isspace()), "")
    return first.upper() in _SUBQUERIES


def _closing(tokens: list[str], place: int) -> int:
    """Return where the parenthesis is closed that was opened before `place`."""
    depth = 1
    while place < len(tokens):
        depth += {"(": 1, ")": -1}.get(tokens[place], 0)
        if not depth:
            return place
        place += 1
    return place


class _Layout:
    """Writes tokens, line by line."""

    def __init__(self) -> None:
        self._lines: list[str] = [""]
        # For each open parenthesis: whether a subquery stands in it.
        self._open: list[bool] = []

    def write(self, tokens: list[str]) -> str:
        last = ""
        for place, word in enumerate(tokens):
            following = next((one for one in tokens[place + 1 :] if not one.isspace()), "")
            self._put(word, last, following)
            if not word.isspace():
                last = word.upper()
        return "\n".join(line.rstrip() for line in self._lines if line.strip())

    def _put(self, word: str, last: str, following: str) -> None:
        if word.isspace():
            self._add(" ")
        elif word == "(":
            self._add(word)
            self._open.append(following.upper() in _SUBQUERIES)
            if self._open[-1]:
                self._break()
        elif word == ")":
            if self._open and self._open.pop():
                self._break()
            self._add(word)
        elif self._begins_line(word.upper(), last):
            self._break()
            self._add(word)
        elif word == "," and self._is_long():
            self._add(word)
            self._break(extra=1)
        else:
            self._add(word)

    def _begins_line(self, word: str, last: str) -> bool:
        # Inside of plain parentheses a word such as FROM belongs to a call: extract(x FROM y).
        if word not in _CLAUSES or (self._open and not self._open[-1]):
            return False
        if word in {"JOIN", "LATERAL"} or word in _JOINS:
            return last not in _JOINS
        # UPDATE … SET, DELETE FROM, DISTINCT FROM, ON CONFLICT DO UPDATE SET.
        return last not in {"DELETE", "DISTINCT"}

    def _add(self, text: str) -> None:
        if text == " " and (not self._lines[-1].strip() or self._lines[-1].endswith(" ")):
            return
        self._lines[-1] += text

    def _is_long(self) -> bool:
        return len(self._lines[-1]) > _MAX_LINE_CHARS and not (self._open and not self._open[-1])

    def _break(self, *, extra: int = 0) -> None:
        depth = sum(self._open) + extra
        self._lines.append("  " * depth)
