"""Fill a column of a table in use: a few rows at a time, each batch committed.

One UPDATE of a big table holds every row's lock until its end and doubles the table. So
the statement takes some rows that have no value, and is repeated until there are none:
`migrate:repeat` asks the migrator for that (`migrations/sections.py`). Broken off, it
goes on with what is left.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from drystone.db.catalog.identifiers import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH_ROWS = 5000

_NEVER_NULL = re.compile(r"\s*(?:'(?:[^']|'')*'|-?\d+(?:\.\d+)?|true|false)(?:::[\w ]+)?\s*\Z")

_BATCH = """\
-- migrate:repeat
UPDATE {table} SET {column} = {value}
WHERE {row} IN (
    SELECT {keys} FROM {table}
    WHERE {column} IS NULL{only}
    LIMIT {batch}{lock}
);"""


def backfill_statement(
    table: str, column: str, value: str, *, key: Sequence[str], may_be_null: bool
) -> str:
    """Return the statement that gives some rows without a value the given one.

    Args:
        table: whose rows are filled.
        column: what is filled where it is NULL.
        value: an expression over the row's columns.
        key: the primary key's columns, if there is one.
        may_be_null: whether the expression may be NULL for a row, which must then be
            passed over, or there would be no end of it.
    """
    keys = ", ".join(map(quote_identifier, key)) or "ctid"
    return _BATCH.format(
        table=quote_identifier(table),
        column=quote_identifier(column),
        value=value,
        row=f"({keys})" if len(key) > 1 else keys,
        keys=keys,
        only=f" AND ({value}) IS NOT NULL" if may_be_null and not _NEVER_NULL.match(value) else "",
        batch=BATCH_ROWS,
        # A row has another ctid after each update: hold those that were found.
        lock="" if key else " FOR UPDATE",
    )
