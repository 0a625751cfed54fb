"""From a class's name to its table's, and the names that fields may not have."""

from __future__ import annotations

import re
from typing import Final

# Query parameters of lists and single rows: a filter of that name could not be told apart.
PARAMETER_NAMES: Final = frozenset(
    "page limit cursor count sort search fields expand filter deleted as_of purge".split()
)
# Every table has these already (PostgreSQL, chapter 5.6).
SYSTEM_COLUMNS: Final = frozenset("tableoid xmin cmin xmax cmax ctid".split())
# PostgreSQL cuts longer names off (chapter 4.1.1), which would make two of them one.
MAX_NAME_BYTES: Final = 63

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def table_name(class_name: str) -> str:
    """Return the table of a model: its name in lower case and in the plural.

    >>> [table_name(name) for name in ("Task", "TaskTag", "Category", "Box", "HTTPLog")]
    ['tasks', 'task_tags', 'categories', 'boxes', 'http_logs']
    """
    return plural(singular_name(class_name))


def singular_name(class_name: str) -> str:
    """Return the name of one row of a model.

    >>> singular_name("TaskTag")
    'task_tag'
    """
    return _WORD_START.sub("_", class_name).lower()


def plural(noun: str) -> str:
    """Return the plural of a regular English noun; a model may name its table itself.

    >>> plural("day"), plural("reply"), plural("status")
    ('days', 'replies', 'statuses')
    """
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    if re.search(r"(s|x|z|ch|sh)$", noun):
        return noun + "es"
    return noun + "s"
