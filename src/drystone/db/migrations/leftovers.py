"""What an attempt that broke off has left: indexes that are not whole.

`CREATE INDEX CONCURRENTLY` that fails leaves its index behind, invalid: it is kept up to
date at every write and serves no read. With `IF NOT EXISTS` the next attempt would even
take it for done. So before such a statement runs again, the index that it names is
looked up: a valid one was finished, one that is still being built is waited for (its
migrator died, its server process works on), and an invalid one is dropped.

Source: CREATE INDEX, "Building Indexes Concurrently"; REINDEX, "Rebuilding Indexes
Concurrently" (`_ccnew`, `_ccold`); chapter 28.4.4, `pg_stat_progress_create_index`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

from .events import Mended

if TYPE_CHECKING:
    from .events import OnEvent
    from .form import ConcurrentIndex
    from .session import Connection

BUSY_POLL_SECONDS: Final = 0.5

# to_regclass reads a name as a statement does: quotes, case and search_path.
_FIND_CREATED = """
SELECT i.indexrelid::regclass::text AS name, i.indisvalid AS is_valid,
       EXISTS (SELECT FROM pg_stat_progress_create_index p
               WHERE p.index_relid = i.indexrelid AND p.pid <> pg_backend_pid()) AS is_busy
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relname = $1::text::name AND i.indrelid = to_regclass($2)
"""
_FIND_REBUILT = """
WITH target AS (SELECT to_regclass($1) AS oid)
SELECT i.indexrelid::regclass::text AS name, i.indisvalid AS is_valid,
       EXISTS (SELECT FROM pg_stat_progress_create_index p
               WHERE p.index_relid = i.indexrelid AND p.pid <> pg_backend_pid()) AS is_busy
FROM target
JOIN pg_index i ON i.indrelid = target.oid
    OR i.indrelid = (SELECT indrelid FROM pg_index WHERE indexrelid = target.oid)
JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
"""


class FoundIndex(NamedTuple):
    """An index that a statement names.

    Attributes:
        name: qualified where needed, as SQL writes it.
        is_valid: whether queries use it.
        is_busy: whether another server process builds it at this moment.
    """

    name: str
    is_valid: bool
    is_busy: bool


async def find_index(connection: Connection, index: ConcurrentIndex) -> FoundIndex | None:
    """Return the index that a CREATE INDEX names, if it is there."""
    if index.name is None or index.table is None:
        return None
    row = await connection.fetchrow(_FIND_CREATED, index.name.last, index.table.written)
    return None if row is None else FoundIndex(*row.values())


async def clear_up(
    connection: Connection, index: ConcurrentIndex, *, label: str, on_event: OnEvent
) -> bool:
    """Deal with what an earlier attempt left; return whether it had finished the work.

    Args:
        connection: outside of a transaction.
        index: what the statement that was begun is about.
        label: of the migration, for the events.
        on_event: is told what was found and done.
    """
    if index.action == "drop":
        return await _is_gone(connection, index)
    if index.action == "reindex":
        await _drop_rebuilt(connection, index, label, on_event)
        return False
    found = await find_index(connection, index)
    told = False
    while found is not None and found.is_busy:
        if not told:
            on_event(Mended(label, f"waiting for {found.name}, which is still being built"))
            told = True
        await asyncio.sleep(BUSY_POLL_SECONDS)
        found = await find_index(connection, index)
    if found is None:
        return False
    if found.is_valid:
        on_event(Mended(label, f"index {found.name} was finished by the attempt before"))
        return True
    await _drop(connection, found, label, on_event)
    return False


async def _is_gone(connection: Connection, index: ConcurrentIndex) -> bool:
    if index.name is None:
        return False
    return bool(await connection.fetchval("SELECT to_regclass($1) IS NULL", index.name.written))


async def _drop_rebuilt(
    connection: Connection, index: ConcurrentIndex, label: str, on_event: OnEvent
) -> None:
    if index.name is None or index.scope not in {"INDEX", "TABLE"}:
        return
    for row in await connection.fetch(_FIND_REBUILT, index.name.written):
        await _drop(connection, FoundIndex(*row.values()), label, on_event)


async def _drop(connection: Connection, found: FoundIndex, label: str, on_event: OnEvent) -> None:
    await connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {found.name}")
    on_event(Mended(label, f"dropped {found.name}, an invalid index of the attempt before"))
