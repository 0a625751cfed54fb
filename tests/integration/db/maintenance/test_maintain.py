"""Maintenance on a real database: partitions made, filled and dropped; rows removed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.db.facade import session
from tests.integration.resources.history.journals import (
    MODELS,
    Connection,
    Journal,
    Note,
    Plain,
    Sheet,
    entries,
)

from drystone.db.database import Database
from drystone.db.ddl.statements import create_statements
from drystone.db.maintenance.maintain import Busy, Done, Event, Skipped, Wanted, maintain
from drystone.db.maintenance.month import Month
from drystone.db.maintenance.plan import MakeMonth, PurgeDeleted
from drystone.db.maintenance.policy import MaintenancePolicy
from drystone.db.query.change import delete, update
from drystone.db.query.select import select
from drystone.schema.model.defaults import default
from drystone.schema.model.field import Field, OptionalRef
from drystone.schema.model.model import Model

POLICY = MaintenancePolicy(months_ahead=1, batch_rows=3, lock_timeout_seconds=0.2)
NOW = datetime.now(UTC)
THIS = Month.of(NOW)
DAY = timedelta(days=1)


async def run(
    url: str, policy: MaintenancePolicy = POLICY, models: Sequence[Any] = MODELS, **given: Any
) -> list[Event]:
    events: list[Event] = []
    await maintain(url, models, policy, on_event=events.append, **given)
    return events


async def partitions(beside: Connection) -> list[str]:
    rows = await beside.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits"
        " WHERE inhparent = 'drystone.history'::regclass ORDER BY 1"
    )
    return [row["name"].removeprefix("drystone.") for row in rows]


async def rows_of(beside: Connection, partition: str) -> int:
    count: int = await beside.fetchval(f"SELECT count(*) FROM drystone.{partition}")
    return count


async def write_past(beside: Connection, moment: datetime, rows: int = 1) -> None:
    """Write changes as if they had been made at a time."""
    await beside.execute(
        "INSERT INTO drystone.history (changed_at, sequence, table_name, row_id, version,"
        " operation, database_role) SELECT $1, nextval('drystone.history_sequence'), 'notes',"
        " gen_random_uuid(), 1, 'insert', 'x' FROM generate_series(1, $2)",
        moment,
        rows,
    )


async def test_rows_are_moved_where_they_belong(
    database_url: str, db: Database, beside: Connection
) -> None:
    notes = [await db.insert(Note(text=f"n{number}")) for number in range(7)]
    old = datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    await write_past(beside, old, rows=4)
    await write_past(beside, datetime(2026, 1, 1, tzinfo=UTC), rows=1)
    before = await beside.fetch("SELECT * FROM drystone.history ORDER BY sequence")
    events = await run(database_url)
    assert all(isinstance(one, Done) for one in events)
    assert await partitions(beside) == sorted(
        [
            "history_2025_12",
            "history_2026_01",
            THIS.table,
            THIS.plus(1).table,
            "history_default",
        ]
    )
    assert await rows_of(beside, "history_default") == 0
    assert await rows_of(beside, "history_2025_12") == 4
    assert await rows_of(beside, "history_2026_01") == 1
    assert await rows_of(beside, THIS.table) == len(notes)
    assert await beside.fetch("SELECT * FROM drystone.history ORDER BY sequence") == before
    # What is written from now on goes there by itself.
    await db.insert(Note(text="later"))
    assert await rows_of(beside, THIS.table) == len(notes) + 1
    again = await run(database_url)
    assert [str(one) for one in again] == [
        "expired answers to requests with an Idempotency-Key removed: 0"
    ]


async def test_a_dry_run_changes_nothing(
    database_url: str, db: Database, beside: Connection
) -> None:
    await db.insert(Note(text="a"))
    events = await run(database_url, is_dry_run=True)
    assert await partitions(beside) == ["history_default"]
    assert isinstance(events[0], Wanted)
    assert str(events[0]).startswith(f"would be done: partition for {THIS}, 1 rows moved")


async def test_no_write_and_no_read_notices(
    database_url: str, db: Database, beside: Connection
) -> None:
    notes = [await db.insert(Note(text=f"n{number}")) for number in range(5)]
    stop = asyncio.Event()

    async def write() -> int:
        count = 0
        while not stop.is_set():
            note = notes[count % len(notes)]
            await db.execute(update(Note).set(Note.stars, count % 10).where(Note.id == note.id))
            count += 1
        return count

    async def read() -> list[int]:
        seen = []
        async with session(database_url) as connection:
            while not stop.is_set():
                seen.append(await connection.fetchval("SELECT count(*) FROM drystone.history"))
        return seen

    writers = [asyncio.create_task(write()) for _ in range(3)]
    reader = asyncio.create_task(read())
    patient = replace(POLICY, lock_timeout_seconds=30.0, months_ahead=0)
    assert isinstance((await run(database_url, patient))[0], Done)
    stop.set()
    await asyncio.gather(*writers)
    counts = await reader
    assert counts == sorted(counts)
    for note in notes:
        versions = [one["version"] for one in await entries(beside, note.id)]
        assert versions == [*range(1, len(versions) + 1)]
        present = await db.one(select(Note).where(Note.id == note.id))
        assert present.version == versions[-1]


async def test_what_a_broken_run_left_is_made_anew(
    database_url: str, db: Database, beside: Connection
) -> None:
    await db.insert(Note(text="a"))
    await beside.execute(
        f"CREATE TABLE drystone.{THIS.table} (LIKE drystone.history INCLUDING ALL);"
        f" INSERT INTO drystone.{THIS.table} SELECT * FROM drystone.history"
    )
    await run(database_url)
    assert await rows_of(beside, THIS.table) == 1
    assert await rows_of(beside, "history") == 1


async def test_a_lock_that_is_not_to_be_had_is_left_to_the_next_run(
    database_url: str, db: Database, beside: Connection
) -> None:
    await db.insert(Note(text="a"))
    async with beside.transaction():
        await beside.execute("SELECT count(*) FROM drystone.history_default")
        events = await run(database_url)
    skipped = [one.step for one in events if isinstance(one, Skipped)]
    assert [one.month for one in skipped if isinstance(one, MakeMonth)] == [THIS, THIS.plus(1)]
    assert "left to the next run" in str(next(one for one in events if isinstance(one, Skipped)))
    assert await rows_of(beside, "history_default") == 1
    assert await rows_of(beside, "history") == 1
    await run(database_url)
    assert await rows_of(beside, THIS.table) == 1


async def test_one_node_at_a_time(database_url: str, db: Database, beside: Connection) -> None:
    async with db.transaction() as other:
        assert await other.try_lock("drystone", "maintain")
        assert await run(database_url) == [Busy()]
    assert "Another node" in str(Busy())
    assert isinstance((await run(database_url))[0], Done)


async def test_months_past_their_time_are_dropped(
    database_url: str, db: Database, beside: Connection
) -> None:
    await write_past(beside, datetime(2020, 1, 5, tzinfo=UTC))
    await write_past(beside, NOW - 40 * DAY)
    await run(database_url)
    assert "history_2020_01" in await partitions(beside)
    await write_past(beside, datetime(2019, 1, 5, tzinfo=UTC), rows=7)
    events = await run(database_url, replace(POLICY, history=400 * DAY))
    removed, dropped = (str(one) for one in events[:2])
    # The month alone: the minute may have passed since.
    assert removed.startswith(f"changes in the default partition before {NOW - 400 * DAY:%Y-%m}")
    assert removed.endswith("UTC removed: 7")
    assert dropped == "history_2020_01 dropped: past its time"
    assert "history_2020_01" not in await partitions(beside)
    assert await rows_of(beside, "history") == 1


async def test_a_table_may_keep_its_history_for_less_time(
    database_url: str, db: Database, beside: Connection
) -> None:
    await write_past(beside, NOW - 40 * DAY, rows=8)
    journal = await db.insert(Journal(name="j"))
    await beside.execute("UPDATE drystone.history SET changed_at = $1", NOW - 40 * DAY)
    await run(database_url, replace(POLICY, history_of={"notes": 30 * DAY}))
    assert await rows_of(beside, "history") == 1
    assert len(await entries(beside, journal.id)) == 1


async def _delete_long_ago(beside: Connection, table: str) -> None:
    await beside.execute(f"UPDATE {table} SET deleted_at = now() - interval '40 days'")


async def test_deleted_rows_are_purged_in_time(
    database_url: str, db: Database, beside: Connection
) -> None:
    notes = [await db.insert(Note(text=f"n{number}")) for number in range(8)]
    sheet = await db.insert(Sheet(note=notes[0].id))
    await db.insert(Plain(name="p"))
    await db.execute(delete(Plain).everywhere())
    await _delete_long_ago(beside, "notes")
    kept = await db.insert(Note(text="kept"))
    await db.execute(delete(Note).where(Note.id == kept.id))
    events = await run(database_url, replace(POLICY, deleted=30 * DAY))
    counts = {
        one.step.table: one.rows
        for one in events
        if isinstance(one, Done) and isinstance(one.step, PurgeDeleted)
    }
    assert counts == {"journals": 0, "notes": 8, "plains": 0}
    assert await db.all(select(Note.id).with_deleted()) == [kept.id]
    last = (await entries(beside, sheet.id))[-1]
    assert (last["operation"], last["actor"]) == ("delete", "drystone maintain")


class Part(Model):
    whole: OptionalRef[Part] = default(None)
    name: Field[str] = default("")


async def test_what_others_refer_to_stays_and_the_rest_goes(
    database_url: str, db: Database, beside: Connection
) -> None:
    for statement in create_statements([Part]):
        await beside.execute(statement)
    parts = [await db.insert(Part()) for _ in range(7)]
    holder = await db.insert(Part(whole=parts[2].id))
    chained = await db.insert(Part(whole=parts[5].id))
    await _delete_long_ago(beside, "parts")
    await beside.execute("UPDATE parts SET deleted_at = NULL WHERE id = $1", holder.id)
    events = await run(
        database_url, replace(POLICY, deleted=DAY, batch_rows=100), models=[*MODELS, Part]
    )
    assert any("rows of parts purged" in str(one) for one in events)
    left = set(await db.all(select(Part.id).with_deleted()))
    assert left == {parts[2].id, holder.id}
    assert chained.id not in left


async def test_a_row_that_somebody_has_locked_is_passed_over(
    database_url: str, db: Database, beside: Connection
) -> None:
    notes = [await db.insert(Note(text=f"n{number}")) for number in range(4)]
    await _delete_long_ago(beside, "notes")
    async with beside.transaction():
        await beside.execute("SELECT FROM notes WHERE id = $1 FOR UPDATE", notes[1].id)
        await run(database_url, replace(POLICY, deleted=DAY))
    assert await db.all(select(Note.id).with_deleted()) == [notes[1].id]


async def test_expired_answers_go(database_url: str, db: Database, beside: Connection) -> None:
    for age in (1, 25, 30, 40, 50):
        await beside.execute(
            "INSERT INTO drystone.idempotency_keys (key, request, status, headers, body,"
            " created_at) VALUES (sha256($1), sha256('r'), 200, '[]', '', now() - $2 * interval"
            " '1 hour')",
            uuid4().bytes,
            age,
        )
    events = await run(database_url)
    assert str(events[-1]).endswith("Idempotency-Key removed: 4")


async def test_a_run_that_is_cancelled_frees_the_lock(database_url: str, db: Database) -> None:
    running = asyncio.create_task(run(database_url))
    await asyncio.sleep(0)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    async with asyncio.timeout(30):
        while await run(database_url) == [Busy()]:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York"])
async def test_months_are_those_of_utc(
    database_url: str, db: Database, beside: Connection, zone: str
) -> None:
    name = await beside.fetchval("SELECT current_database()")
    await beside.execute(f"ALTER DATABASE \"{name}\" SET timezone = '{zone}'")
    await run(database_url)
    bound = await beside.fetchval(
        "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = $1", THIS.table
    )
    assert f"FROM ('{THIS.begin:%Y-%m-%d %H:%M:%S}+00')" in bound
    async with session(database_url) as there:
        await there.execute("INSERT INTO notes (text) VALUES ('a')")
    assert await rows_of(beside, THIS.table) == 1


async def test_answers_may_be_stored_for_longer(
    database_url: str, db: Database, beside: Connection
) -> None:
    for age in (25, 30, 80):
        await beside.execute(
            "INSERT INTO drystone.idempotency_keys (key, request, status, headers, body,"
            " created_at) VALUES (sha256($1), sha256('r'), 200, '[]', '', now() - $2 * interval"
            " '1 hour')",
            uuid4().bytes,
            age,
        )
    events = await run(database_url, replace(POLICY, answers=3 * DAY))
    assert str(events[-1]).endswith("Idempotency-Key removed: 1")
