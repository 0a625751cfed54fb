"""Which parameters of a statement are nobody's to read: values of fields marked `Secret()`.

Told from the text: a value beside a secret column's name, or at its place in an INSERT. A
write that names such a column in another way has all its texts masked: rather too many.
A plan repeats the values of its statement, so they are taken out of its text, too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from drystone.schema.model.model_info import ModelInfo

MASK: Final = "[secret]"

_INSERT: Final = re.compile(
    r"INSERT INTO [\w\".]+(?: AS \w+)? \((?P<columns>[^()]*)\) VALUES (?P<rows>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ROW: Final = re.compile(r"\((?P<values>[^()]*(?:\([^()]*\)[^()]*)*)\)")
_PARAMETER: Final = re.compile(r"\$(\d+)")
_WRITE: Final = re.compile(r"\b(?:INSERT|UPDATE|MERGE)\b", re.IGNORECASE)
_COMPARED: Final = (
    r"(?:=|<>|<=?|>=?|!?~~?\*?|@>|LIKE|ILIKE|IS (?:NOT )?DISTINCT FROM|IN|= ANY|<> ALL)"
)


def secret_columns(models: Iterable[ModelInfo]) -> frozenset[str]:
    """Return the names of the columns whose values are not shown."""
    return frozenset(
        column.name for model in models for column in model.columns if column.is_secret
    )


def secret_places(sql: str, values: Sequence[object], columns: frozenset[str]) -> frozenset[int]:
    """Return the places of secret values, from 0.

    Args:
        sql: the statement.
        values: its parameters.
        columns: names of secret columns, of any table.

    >>> sorted(secret_places("SELECT 1 FROM t WHERE t.hash = $2", ("a", "b"), frozenset({"hash"})))
    [1]
    """
    named = [one for one in columns if re.search(rf"\b{one}\b", sql)]
    if not named:
        return frozenset()
    found = {place for column in named for place in _beside(sql, column)}
    found |= set(_inserted(sql, frozenset(named)))
    if not found and _WRITE.search(sql):
        found = {place for place, value in enumerate(values) if isinstance(value, str | bytes)}
    return frozenset(found)


def without(text: str, secrets: Iterable[object]) -> str:
    """Return a text in which secret values are masked."""
    for one in secrets:
        for spelled in _spellings(one):
            text = text.replace(spelled, MASK)
    return text


def _beside(sql: str, column: str) -> Iterator[int]:
    """Yield the places of what a column is compared with, or set to."""
    # By itself or alone in parentheses; not the last one of a row.
    named = rf"(?:\((?:\w+\.)?\"?{column}\"?\)|\b{column}\"?)"
    pattern = rf"{named}(?:::\w+)?\s*{_COMPARED}\s*[\w(]*\(?\$(\d+)"
    for match in re.finditer(pattern, sql, re.IGNORECASE):
        yield int(match[1]) - 1
    for match in re.finditer(rf"\$(\d+)(?:::\w+)?\s*{_COMPARED}\s*\(*(?:\w+\.)?\"?{column}\b", sql):
        yield int(match[1]) - 1


def _inserted(sql: str, columns: frozenset[str]) -> Iterator[int]:
    found = _INSERT.search(sql)
    if found is None:
        return
    names = [one.strip().strip('"') for one in found["columns"].split(",")]
    for row in _ROW.finditer(found["rows"]):
        for name, value in zip(names, row["values"].split(","), strict=False):
            parameter = _PARAMETER.search(value)
            if name in columns and parameter:
                yield int(parameter[1]) - 1


def _spellings(value: object) -> Iterator[str]:
    """Yield how a value can stand in a plan."""
    if isinstance(value, str) and value:
        yield value.replace("'", "''")
        yield value
    elif isinstance(value, bytes) and value:
        yield value.hex()
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _spellings(one)
