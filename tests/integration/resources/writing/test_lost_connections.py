"""The connection ends before or after COMMIT: sent again with its key, a request has one effect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.integration.resources.writing.library import (
    Connection,
    Library,
    Shelf,
    open_library,
)

from drystone.db.failures import DatabaseAway
from drystone.db.pool.pooled import PooledConnection
from drystone.db.query.raw import sql
from drystone.db.transaction.transaction import Transaction
from drystone.resources.writing.change import Change
from drystone.resources.writing.hooks import Hooks

KEY = {"Idempotency-Key": "k"}
BODY = {"name": "a"}


@pytest.fixture
async def library(database_url: str) -> AsyncIterator[Library]:
    async with open_library(database_url) as library:
        yield library


async def test_before_commit_it_is_run_again_by_itself(
    library: Library, beside: Connection
) -> None:
    killed: list[int] = []

    async def kill_once(tx: Transaction, change: Change, row: Any) -> None:
        if not killed:
            killed.append(await tx.connection.fetchval("SELECT pg_backend_pid()"))
            await beside.execute("SELECT pg_terminate_backend($1)", killed[0])
            await tx.execute(sql("SELECT 1"))

    library.offer(Shelf, hooks=Hooks().with_after(kill_once))
    answer = await library.send("POST", "/shelves", BODY, KEY)
    assert (answer.status, len(killed)) == (201, 1)
    again = await library.send("POST", "/shelves", BODY, KEY)
    assert (again.body, again.headers["idempotency-replayed"]) == (answer.body, "true")
    assert await beside.fetchval("SELECT count(*) FROM shelves") == 1


@pytest.mark.parametrize("committed", [True, False])
async def test_a_lost_commit_is_settled_by_the_key(
    library: Library, beside: Connection, monkeypatch: pytest.MonkeyPatch, *, committed: bool
) -> None:
    """COMMIT's answer is lost; whether it took effect, only the database knows."""
    script = PooledConnection.script
    lost: list[str] = []

    async def lose(self: PooledConnection, text: str, **options: Any) -> str:
        if text == "COMMIT" and not lost:
            lost.append(await script(self, "COMMIT" if committed else "ROLLBACK"))
            raise DatabaseAway
        return await script(self, text, **options)

    monkeypatch.setattr(PooledConnection, "script", lose)
    answer = await library.send("POST", "/shelves", BODY, KEY)
    assert (answer.status, len(lost)) == (503, 1)
    again = await library.send("POST", "/shelves", BODY, KEY)
    assert again.status == 201
    assert ("idempotency-replayed" in again.headers) == committed
    assert await beside.fetchval("SELECT count(*) FROM shelves") == 1
    assert await beside.fetchval("SELECT count(*) FROM drystone.idempotency_keys") == 1
