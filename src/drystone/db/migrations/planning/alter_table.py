"""ALTER TABLE taken apart into its actions, as far as advice needs it.

Source: ALTER TABLE's reference page. An action that is not known stays `other`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from drystone.db.migrations.form import QualifiedName, read_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.migrations.lexer import Token
    from drystone.db.migrations.statements import Statement

ActionKind = Literal[
    "check", "foreign key", "unique", "primary key", "not null", "type", "add column", "other"
]


@dataclass(frozen=True, slots=True)
class Action:
    """One action of an ALTER TABLE.

    Attributes:
        kind: what it does.
        text: as written.
        name: of the constraint or column it is about, where it is named.
        keys: its tokens, as keywords are compared.
    """

    kind: ActionKind
    text: str
    name: QualifiedName | None
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlterTable:
    """An ALTER TABLE: the table and what is done to it."""

    table: QualifiedName
    actions: tuple[Action, ...]


def read_alter_table(statement: Statement) -> AlterTable | None:
    """Return the statement's actions; None where it is no ALTER TABLE.

    >>> from drystone.db.migrations.statements import split_statements
    >>> (one,) = split_statements("ALTER TABLE t ADD CHECK (a > 0), ALTER b SET NOT NULL")
    >>> [(action.kind, action.text) for action in read_alter_table(one).actions]
    [('check', 'ADD CHECK (a > 0)'), ('not null', 'ALTER b SET NOT NULL')]
    """
    tokens, keys = statement.tokens, statement.keys
    if keys[:2] != ("ALTER", "TABLE"):
        return None
    position = 2
    while position < len(keys) and keys[position] in {"IF", "EXISTS", "ONLY"}:
        position += 1
    table, position = read_name(tokens, position)
    if table is None:
        return None
    if keys[position : position + 1] == ("*",):
        position += 1
    actions = tuple(_read_action(statement, part) for part in _split(tokens[position:]))
    return AlterTable(table, actions)


def _split(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the tokens between commas that stand outside of parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0)
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _read_action(statement: Statement, tokens: Sequence[Token]) -> Action:
    start = statement.tokens[0].start
    text = statement.text[tokens[0].start - start : tokens[-1].end - start]
    keys = tuple(token.key for token in tokens)
    kind, position = _classify(keys)
    name = None if position is None else read_name(tokens, position)[0]
    return Action(kind, text, name, keys)


def _classify(keys: Sequence[str]) -> tuple[ActionKind, int | None]:
    """Return the kind, and where the name of what it is about stands."""
    if keys[0] == "ADD":
        return _classify_addition(keys)
    if keys[0] == "ALTER":
        position = 2 if keys[1:2] == ("COLUMN",) else 1
        rest = keys[position + 1 :]
        if rest[:3] == ("SET", "NOT", "NULL"):
            return "not null", position
        if rest[:1] == ("TYPE",) or rest[:3] == ("SET", "DATA", "TYPE"):
            return "type", position
    return "other", None


def _classify_addition(keys: Sequence[str]) -> tuple[ActionKind, int | None]:
    named = keys[1:2] == ("CONSTRAINT",)
    rest = keys[3:] if named else keys[1:]
    constraints: dict[str, ActionKind] = {
        "CHECK": "check",
        "FOREIGN": "foreign key",
        "UNIQUE": "unique",
        "PRIMARY": "primary key",
    }
    if rest and rest[0] in constraints:
        return constraints[rest[0]], 2 if named else None
    if named or rest[:1] == ("EXCLUDE",):
        return "other", None
    position = 2 if keys[1:2] == ("COLUMN",) else 1
    if keys[position : position + 3] == ("IF", "NOT", "EXISTS"):
        position += 3
    return "add column", position
