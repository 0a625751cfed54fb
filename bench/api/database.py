"""Two databases with the same rows: ours keeps its history by trigger, the peers' by hand.

Both are copies of one. In the peers' a table for history takes the trigger's place, so that
each contender's create writes a task and one line of history, and nothing else.
"""

from __future__ import annotations

import contextlib
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg

from bench.api.models import MODELS
from bench.data.database import administer, database_beside, sample_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

_PEERS_HISTORY = """
DROP TRIGGER history ON tasks;
DROP TRIGGER history_truncate ON tasks;
TRUNCATE drystone.history;
CREATE TABLE task_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id uuid NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    operation text NOT NULL,
    data jsonb NOT NULL
);
INSERT INTO task_history (task_id, operation, data)
SELECT id, 'insert', to_jsonb(tasks) FROM tasks;
CREATE INDEX task_history_task_id_idx ON task_history (task_id);
"""


@dataclass(frozen=True, slots=True)
class Databases:
    """The URLs of both."""

    ours: str
    peers: str


@asynccontextmanager
async def open_databases(tasks: int) -> AsyncIterator[Databases]:
    """Yield both, with so many tasks; they are gone afterwards."""
    async with sample_database(tasks, models=MODELS) as ours:
        name = urlsplit(ours).path.lstrip("/")
        maintenance = database_beside(ours, "template1")
        peers = f"{name}_peers"
        await administer(maintenance, f'CREATE DATABASE "{peers}" TEMPLATE "{name}"')
        try:
            urls = Databases(ours, database_beside(ours, peers))
            await administer(urls.peers, _PEERS_HISTORY)
            await settle(urls.peers)
            yield urls
        finally:
            await administer(maintenance, f'DROP DATABASE "{peers}" WITH (FORCE)')


async def settle(url: str) -> None:
    """Leave nothing to do for the server in the background while it is measured."""
    await administer(url, "VACUUM (ANALYZE)")
    with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
        await administer(url, "CHECKPOINT")


async def remove_created(url: str, *, since: datetime) -> None:
    """Remove the tasks that were created since then, and their history, as if never written."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("ALTER TABLE tasks DISABLE TRIGGER USER")
            await connection.execute("DELETE FROM tasks WHERE created_at >= $1", since)
            await connection.execute("ALTER TABLE tasks ENABLE TRIGGER USER")
            await connection.execute("DELETE FROM drystone.history WHERE changed_at >= $1", since)
            if await connection.fetchval("SELECT to_regclass('task_history')"):
                await connection.execute("DELETE FROM task_history WHERE changed_at >= $1", since)
    finally:
        await connection.close()
    await settle(url)
