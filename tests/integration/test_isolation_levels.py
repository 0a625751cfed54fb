"""The table of anomalies in docs/transactions.md: each of them, on each level."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from tests.integration.transactions_guide import create_tables, table
from tests.postgres import Migrate
from tests.session_runner import Connection

LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
_HOURS = "SELECT hours FROM project WHERE id = 1"
_OPEN = "SELECT count(*) FROM task WHERE status = 'todo'"
_OWNERS = "SELECT count(*) FROM member WHERE role = 'owner'"
_BOOKED = "SELECT sum(hours) FROM booking WHERE week = 1"

Anomaly = Callable[[Connection, Connection, Connection], Awaitable[bool]]


@pytest.fixture
def migrate() -> Migrate:
    return create_tables


async def dirty_read(a: Connection, b: Connection, _c: Connection) -> bool:
    await b.execute("UPDATE project SET hours = 0 WHERE id = 1")
    return bool(await a.fetchval(_HOURS) == 0)


async def non_repeatable_read(a: Connection, b: Connection, _c: Connection) -> bool:
    before = await a.fetchval(_HOURS)
    await b.execute("UPDATE project SET hours = 90 WHERE id = 1; COMMIT")
    return bool(before != await a.fetchval(_HOURS))


async def phantom(a: Connection, b: Connection, _c: Connection) -> bool:
    before = await a.fetchval(_OPEN)
    await b.execute("INSERT INTO task VALUES (4, 1, 'Test the form'); COMMIT")
    return bool(before != await a.fetchval(_OPEN))


async def lost_update(a: Connection, b: Connection, c: Connection) -> bool:
    for session in (a, b):
        assert await session.fetchval(_HOURS) == 100
    await a.execute("UPDATE project SET hours = 90 WHERE id = 1; COMMIT")
    await b.execute("UPDATE project SET hours = 80 WHERE id = 1; COMMIT")
    return bool(await c.fetchval(_HOURS) == 80)


async def write_skew(a: Connection, b: Connection, c: Connection) -> bool:
    for session in (a, b):
        assert await session.fetchval(_OWNERS) == 2
    await a.execute("UPDATE member SET role = 'editor' WHERE name = 'Ada'")
    await b.execute("UPDATE member SET role = 'editor' WHERE name = 'Ben'")
    await a.execute("COMMIT")
    await b.execute("COMMIT")
    return bool(await c.fetchval(_OWNERS) == 0)


async def read_only_anomaly(a: Connection, b: Connection, c: Connection) -> bool:
    await a.fetchval("SELECT week FROM current_week")
    await b.execute("UPDATE current_week SET week = 2; COMMIT")
    assert await c.fetchval("SELECT week FROM current_week") == 2
    reported = await c.fetchval(_BOOKED)
    await c.execute("COMMIT")
    await a.execute("INSERT INTO booking VALUES (1, 5)")
    await a.execute("COMMIT")
    return bool(reported != await c.fetchval(_BOOKED))


ANOMALIES: dict[str, Anomaly] = {
    "dirty read": dirty_read,
    "non-repeatable read": non_repeatable_read,
    "phantom": phantom,
    "lost update": lost_update,
    "write skew": write_skew,
    "read-only anomaly": read_only_anomaly,
}


async def try_it(anomaly: Anomaly, level: str, url: str) -> str:
    """Return what comes of it, in the words of the table."""
    sessions = [await asyncpg.connect(url) for _ in range(3)]
    try:
        for session in sessions:
            await session.execute(f"BEGIN ISOLATION LEVEL {level}")
        return "happens" if await anomaly(*sessions) else "cannot happen"
    except asyncpg.SerializationError as error:
        return f"refused, {error.sqlstate}"
    finally:
        for session in sessions:
            session.terminate()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ANOMALIES)
async def test_the_table_says_what_each_level_does(
    name: str, level: str, database_url: str
) -> None:
    cells = {row[0]: dict(zip(LEVELS, row[1:], strict=True)) for row in table("| | READ COMMITTED")}
    assert await try_it(ANOMALIES[name], level, database_url) == cells[name][level]


def test_the_table_has_every_anomaly() -> None:
    names = [row[0] for row in table("| | READ COMMITTED")]
    assert names == ["sees", *ANOMALIES, "has to be retried"]
