"""Find and replace names in expressions that PostgreSQL printed.

A renamed column appears under its new name in every definition that uses it. To
foretell that text, the definition is split into tokens (chapter "Lexical Structure")
and those that spell the old name, as a column and not as a function, a type or a
part of a string, are replaced. What this cannot know, such as a column that is named
like an operator class, is shown by reading the result back from a real database.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from .identifiers import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TOKEN = re.compile(
    r"""
      (?P<string> [eE]'(?:[^'\\]|''|\\.)*' | '(?:[^']|'')*' )
    | (?P<quoted> "(?:[^"]|"")+" )
    | (?P<plain> [^\W\d][\w$]* )
    | (?P<other> \d[\w.]* | :: | \s+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
# Before a column's name in the condition of a trigger, a dot does stand.
_ROWS = frozenset({"old", "new"})


def replace_names(text: str, names: Mapping[str, str]) -> str:
    """Return an expression with columns under other names.

    Args:
        text: as PostgreSQL printed it.
        names: new names by old, neither quoted.

    >>> replace_names("CHECK (length(title) > 0 OR note = 'title')", {"title": "name"})
    "CHECK (length(name) > 0 OR note = 'title')"
    """
    if not names:
        return text
    return "".join(
        token if name is None or name not in names else quote_identifier(names[name])
        for token, name in _columns(text)
    )


def mentions(text: str, column: str) -> bool:
    """Tell whether an expression uses a column of this name.

    >>> mentions("USING btree (lower(title))", "title"), mentions("lower(a)", "lower")
    (True, False)
    """
    return any(name == column for _, name in _columns(text))


def functions_in(text: str) -> frozenset[str]:
    """Return the names that an expression calls as functions, without their schemas.

    >>> sorted(functions_in("COALESCE(now(), drystone.later('x()'))"))
    ['coalesce', 'later', 'now']
    """
    tokens = list(_TOKEN.finditer(text))
    return frozenset(
        _unquote(token).lower()
        for token, after in pairwise(tokens)
        if token.lastgroup in ("plain", "quoted") and after.group() == "("
    )


def _columns(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield each token, with the name where it can be a column's."""
    tokens = list(_TOKEN.finditer(text))
    for place, token in enumerate(tokens):
        is_name = token.lastgroup in ("plain", "quoted")
        yield token.group(), _unquote(token) if is_name and _is_column(tokens, place) else None


def _is_column(tokens: list[re.Match[str]], place: int) -> bool:
    before = tokens[place - 1].group() if place else ""
    after = tokens[place + 1].group() if place + 1 < len(tokens) else ""
    if before == ".":
        return place > 1 and tokens[place - 2].group() in _ROWS
    return before != "::" and after not in ("(", ".")


def _unquote(token: re.Match[str]) -> str:
    if token.lastgroup == "quoted":
        return token.group()[1:-1].replace('""', '"')
    return token.group()
