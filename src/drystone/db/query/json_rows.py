"""Rows as JSON that PostgreSQL writes and nobody touches on its way to the client.

    json_rows(select(Task).where(…).limit(20))     b'[{"id":"…", …}, …]'
    json_row(select(Task).where(Task.id == id))    b'{"id":"…", …}'
    json_row(insert(task))                         the stored row

The bytes mean what `encode_json` would write of the same rows (`../rows/json_forms.py`).
"""

from __future__ import annotations

from typing import Any

from .statement import Statement
from .steps import AsJSON


def json_row(statement: Statement[Any]) -> Statement[bytes]:
    """Return the statement with each of its rows as a JSON object in UTF-8.

    Args:
        statement: a select, or what a write returns; its columns have names.
    """
    return Statement((*statement.steps, AsJSON("each")), statement.values)


def json_rows(query: Statement[Any]) -> Statement[bytes]:
    """Return a statement of one row: all rows of a select as a JSON array in UTF-8.

    Args:
        query: a select; its columns have names.
    """
    return Statement((*query.steps, AsJSON("array")), query.values)
