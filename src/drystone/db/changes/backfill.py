"""Fill a column of a table in use: a few rows at a time, each batch committed.

One UPDATE of a big table holds every row's lock until its end and doubles the table.
Here a block of PL/pgSQL walks along the primary key instead; it commits as it goes,
so it must stand outside a transaction, and when it is broken off and run again it
passes over what is filled. A table without a key of one column gets one UPDATE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.catalog.identifiers import quote_identifier

from .clauses import short_type

if TYPE_CHECKING:
    from drystone.db.catalog.records import Column

BATCH_ROWS = 5000

_BATCHES = """\
-- Fills {batch} rows at a time, each batch in a transaction of its own.
-- Broken off and run again, it passes over the rows that have a value.
DO $backfill$
DECLARE
    last_key {key_type};
    next_key {key_type};
BEGIN
    LOOP
        SELECT max_key INTO next_key FROM (
            SELECT {key} AS max_key FROM {table}
            WHERE last_key IS NULL OR {key} > last_key
            ORDER BY {key} LIMIT {batch}
        ) AS batch ORDER BY max_key DESC LIMIT 1;
        EXIT WHEN next_key IS NULL;
        UPDATE {table} SET {column} = {value}
        WHERE {column} IS NULL
          AND (last_key IS NULL OR {key} > last_key) AND {key} <= next_key;
        COMMIT;
        last_key := next_key;
    END LOOP;
END
$backfill$;"""

_AT_ONCE = """\
-- Without a primary key of one column there is nothing to go along in batches:
-- every row stays locked until the last one is written.
UPDATE {table} SET {column} = {value} WHERE {column} IS NULL;"""


def backfill_statement(table: str, column: str, value: str, *, key: Column | None) -> str:
    """Return the statement that gives every row without a value the given one.

    Args:
        table: whose rows are filled.
        column: what is filled where it is NULL.
        value: an expression over the row's columns.
        key: the primary key, where it is a single column.
    """
    names = {
        "table": quote_identifier(table),
        "column": quote_identifier(column),
        "value": value,
    }
    if key is None:
        return _AT_ONCE.format(**names)
    return _BATCHES.format(
        **names, key=quote_identifier(key.name), key_type=short_type(key.type), batch=BATCH_ROWS
    )
