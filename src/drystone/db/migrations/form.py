"""What a statement's words say, where they alone decide.

PostgreSQL parses and judges; this reads only what the migrator must know before it
asks: which index a CONCURRENTLY is about, and what a statement is called. A form that is
not known is None, never a guess.

Source: PostgreSQL's reference pages of CREATE INDEX, DROP INDEX, REINDEX.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .lexer import Kind, Token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .statements import Statement


@dataclass(frozen=True, slots=True)
class QualifiedName:
    """A name as a statement writes it.

    Attributes:
        written: with its schema and quotes, if any; PostgreSQL reads it as it is.
        last: the last part, unquoted and folded: what the catalogue holds.
    """

    written: str
    last: str


@dataclass(frozen=True, slots=True)
class ConcurrentIndex:
    """A statement that works on indexes CONCURRENTLY.

    Attributes:
        action: what it does.
        name: of the index; for `reindex`, of what is rebuilt. None where PostgreSQL is
            to choose it.
        table: the indexed table, where the statement names it.
        scope: what a `reindex` rebuilds: INDEX, TABLE, SCHEMA, DATABASE or SYSTEM.
    """

    action: Literal["create", "drop", "reindex"]
    name: QualifiedName | None
    table: QualifiedName | None = None
    scope: str = "INDEX"


def concurrent_index(statement: Statement) -> ConcurrentIndex | None:
    """Return what the statement does to an index CONCURRENTLY; None where it does not.

    >>> from .statements import split_statements
    >>> (one,) = split_statements("CREATE INDEX CONCURRENTLY i ON app.t (a)")
    >>> found = concurrent_index(one)
    >>> found.name.last, found.table.written
    ('i', 'app.t')
    """
    keys = statement.keys
    if "CONCURRENTLY" not in keys:
        return None
    if keys[:2] == ("CREATE", "INDEX") or keys[:3] == ("CREATE", "UNIQUE", "INDEX"):
        return _read_create(statement.tokens, keys.index("INDEX") + 1)
    if keys[:3] == ("DROP", "INDEX", "CONCURRENTLY"):
        name, _ = read_name(statement.tokens, _skip(keys, 3, "IF", "EXISTS"))
        return ConcurrentIndex("drop", name)
    if keys[0] == "REINDEX":
        return _read_reindex(statement.tokens, keys)
    return None


def created_index(statement: Statement) -> ConcurrentIndex | None:
    """Return what a CREATE INDEX without CONCURRENTLY makes; None for all else."""
    keys = statement.keys
    if keys[:2] == ("CREATE", "INDEX") or keys[:3] == ("CREATE", "UNIQUE", "INDEX"):
        start = keys.index("INDEX") + 1
        if keys[start : start + 1] != ("CONCURRENTLY",):
            return _read_create(statement.tokens, start)
    return None


def _read_create(tokens: Sequence[Token], position: int) -> ConcurrentIndex | None:
    keys = tuple(token.key for token in tokens)
    position = _skip(keys, position, "CONCURRENTLY")
    position = _skip(keys, position, "IF", "NOT", "EXISTS")
    name = None
    if keys[position : position + 1] != ("ON",):
        name, position = read_name(tokens, position)
    if keys[position : position + 1] != ("ON",):
        return None
    table, _ = read_name(tokens, _skip(keys, position + 1, "ONLY"))
    return ConcurrentIndex("create", name, table)


def _read_reindex(tokens: Sequence[Token], keys: Sequence[str]) -> ConcurrentIndex | None:
    position = 1
    if keys[1:2] == ("(",):
        position = keys.index(")") + 1
    scope = keys[position]
    if keys[position + 1 : position + 2] != ("CONCURRENTLY",):
        return None
    name, _ = read_name(tokens, position + 2)
    return ConcurrentIndex("reindex", name, scope=scope)


def _skip(keys: Sequence[str], position: int, *words: str) -> int:
    """Return the position behind the words, where they stand there."""
    end = position + len(words)
    return end if tuple(keys[position:end]) == words else position


def read_name(tokens: Sequence[Token], position: int) -> tuple[QualifiedName | None, int]:
    """Return the name that begins at a position, and the position behind it."""
    parts: list[Token] = []
    while position < len(tokens) and tokens[position].kind in {Kind.WORD, Kind.NAME}:
        parts.append(tokens[position])
        position += 1
        if position == len(tokens) or tokens[position].text != ".":
            break
        position += 1
    if not parts or any(part.text[:2] in {"U&", "u&"} for part in parts):
        return None, position
    return QualifiedName(".".join(part.text for part in parts), unquote(parts[-1])), position


def unquote(token: Token) -> str:
    """Return a name as the catalogue holds it (chapter 4.1.1).

    >>> unquote(Token(Kind.WORD, "Tasks", 0, 1)), unquote(Token(Kind.NAME, '"a""B"', 0, 1))
    ('tasks', 'a"B')
    """
    if token.kind is Kind.NAME:
        return token.text[1:-1].replace('""', '"')
    # Only ASCII is folded in UTF-8 databases.
    return "".join(sign.lower() if sign.isascii() else sign for sign in token.text)
