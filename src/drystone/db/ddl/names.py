"""Names of constraints and indexes: made from what they are about, the same each time.

PostgreSQL cuts a name off at 63 bytes (chapter 4.1.1), which could make two of them one.
A longer name is cut by us instead, and ends in a hash of the whole.
"""

from __future__ import annotations

import hashlib
from typing import Final

from drystone.schema.model.names import MAX_NAME_BYTES

_HASH_DIGITS: Final = 8


def object_name(*parts: str) -> str:
    """Return the parts joined by underscores, cut to what PostgreSQL keeps.

    Args:
        parts: identifiers in ASCII; the last one says what it is and is kept.

    >>> object_name("tasks", "project_id", "fkey")
    'tasks_project_id_fkey'
    >>> len(object_name("a" * 63, "b" * 63, "idx"))
    63
    """
    whole = "_".join(parts)
    if len(whole) <= MAX_NAME_BYTES:
        return whole
    end = f"_{hashlib.sha256(whole.encode()).hexdigest()[:_HASH_DIGITS]}_{parts[-1]}"
    return whole[: MAX_NAME_BYTES - len(end)] + end


def given_name(table: str, name: str) -> str:
    """Return the name of a rule that was given one: with the table's before it, once."""
    return name if name.startswith(f"{table}_") else object_name(table, name)
