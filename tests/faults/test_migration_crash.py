"""A migrator is killed, or another works beside it: nothing is lost, nothing done twice.

Each test kills `drystone migrate up` at another point with SIGKILL, looks at what is
left, and runs it again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.integration.db.migrations.place import Place

TABLE = "CREATE TABLE t (id integer PRIMARY KEY, a integer);"
ROWS = "INSERT INTO t SELECT g FROM generate_series(1, 100) g;"
# In an active statement of this database, other than the one that asks.
ACTIVE = """SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND state = 'active' AND query ~ '{}')"""
MIGRATORS = """SELECT count(*) = {} FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'drystone migrate'"""

Start = Callable[[], Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Place:
    folder = tmp_path / "migrations"
    folder.mkdir()
    return Place(database_url, folder)


@pytest.fixture
async def start(place: Place, tmp_path: Path) -> AsyncIterator[Start]:
    """Start a migrator in a process of its own; it ends with the test."""
    started: list[asyncio.subprocess.Process] = []

    async def run() -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "drystone", "migrate", "up", "--directory", str(place.folder)),
            *("--lock-timeout", "0.2", "--attempts", "100"),
            cwd=tmp_path,
            env=os.environ | {"DATABASE_URL": place.url},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def kill(place: Place, process: asyncio.subprocess.Process) -> None:
    """Kill a migrator; return when the server has noticed."""
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await place.until(MIGRATORS.format(0))


async def test_killed_within_a_transaction_leaves_nothing(place: Place, start: Start) -> None:
    place.write(1, "t", TABLE)
    place.write(2, "rows", f"{ROWS}\nSELECT pg_sleep(600);")
    process = await start()
    await place.until(ACTIVE.format(r"^SELECT pg_sleep\(600\)"))
    # The server would sleep on with its locks, if it did not look for its client.
    await kill(place, process)
    assert await place.states() == {"0001_t": "applied", "0002_rows": "pending"}
    assert await place.value("SELECT count(*) FROM t") == 0
    place.write(2, "rows", ROWS)
    assert await place.up() == ["0002_rows"]
    assert await place.value("SELECT count(*) FROM t") == 100


async def test_killed_while_a_lock_is_waited_for(place: Place, start: Start) -> None:
    place.write(1, "t", TABLE)
    await place.up()
    place.write(2, "b", f"{ROWS} ALTER TABLE t ADD b text;")
    async with place.connection() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("SELECT FROM t")
        process = await start()
        await place.until(ACTIVE.format("^ALTER TABLE t ADD b"))
        await kill(place, process)
        await transaction.commit()
    assert await place.value("SELECT count(*) FROM t") == 0
    assert await place.up() == ["0002_b"]


async def test_killed_between_steps_goes_on_at_the_next(place: Place, start: Start) -> None:
    place.write(1, "t", TABLE)
    place.write(
        2,
        "steps",
        "INSERT INTO t VALUES (1);\n"
        "DO $$ BEGIN INSERT INTO t VALUES (2); PERFORM pg_sleep(600); END $$;",
        alone=True,
    )
    process = await start()
    await place.until(ACTIVE.format(r"^DO .*pg_sleep"))
    await kill(place, process)
    entry = (await place.entries())["0002_steps"]
    assert (entry.state, entry.row and entry.row.position) == ("applying", 1)
    # The statement and its record commit together, so the second was never done.
    assert await place.value("SELECT count(*) FROM t") == 1
    place.write(2, "steps", "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);", alone=True)
    assert await place.up() == ["0002_steps"]
    assert place.said("from statement 2 of 2")
    assert await place.value("SELECT count(*) FROM t") == 2


async def test_killed_in_a_backfill_keeps_the_rounds_that_are_done(
    place: Place, start: Start
) -> None:
    place.write(1, "t", TABLE + ROWS)
    fill = (
        "-- migrate:repeat\nUPDATE t SET a = id {sleep}\n"
        "WHERE id IN (SELECT id FROM t WHERE a IS NULL ORDER BY id LIMIT 10);"
    )
    slow = "+ CASE WHEN id = 45 THEN 0 * length(pg_sleep(600)::text) ELSE 0 END"
    place.write(2, "fill", fill.format(sleep=slow), alone=True)
    process = await start()
    await place.until(ACTIVE.format(r"^UPDATE t SET a"))
    await place.until("SELECT count(a) = 40 FROM t")
    await kill(place, process)
    assert (await place.states())["0002_fill"] == "applying"
    assert await place.value("SELECT count(a) FROM t") == 40
    place.write(2, "fill", fill.format(sleep=""), alone=True)
    assert await place.up() == ["0002_fill"]
    assert place.said("changed 10 rows, 60 so far")
    assert await place.value("SELECT count(*) FROM t WHERE a = id") == 100


async def test_killed_while_an_index_is_made_concurrently(place: Place, start: Start) -> None:
    place.write(1, "t", TABLE + ROWS)
    await place.up()
    place.write(2, "i", "CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE TABLE u ();", alone=True)
    async with place.connection() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("INSERT INTO t VALUES (1000)")
        process = await start()
        await place.until(
            "SELECT EXISTS (SELECT FROM pg_stat_progress_create_index"
            " WHERE phase ~ 'waiting' AND datname = current_database())"
        )
        await kill(place, process)
        await transaction.commit()
    assert (
        await place.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass")
        is False
    )
    row = (await place.entries())["0002_i"].row
    assert row is not None
    assert (row.position, row.statement) == (0, "CREATE INDEX CONCURRENTLY i ON t (a)")
    assert await place.up() == ["0002_i"]
    assert place.said("dropped i, an invalid index")
    assert (
        await place.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass")
        is True
    )
    assert await place.value("SELECT to_regclass('u')") is not None


async def test_the_waiting_migrator_takes_over_from_one_that_is_killed(
    place: Place, start: Start
) -> None:
    place.write(1, "t", TABLE)
    place.write(2, "once", "INSERT INTO t VALUES (1); SELECT pg_sleep(2);")
    first = await start()
    await place.until(ACTIVE.format(r"^SELECT pg_sleep\(2\)"))
    second = await start()
    assert second.stdout is not None
    async with asyncio.timeout(30):
        while b"waiting for another migrator" not in await second.stdout.readline():
            pass
    first.kill()
    rest, _ = await second.communicate()
    assert second.returncode == 0, rest
    assert b"applied 0002_once" in rest
    assert await place.value("SELECT count(*) FROM t") == 1


async def test_migrators_at_once_in_processes_of_their_own(place: Place, start: Start) -> None:
    place.write(1, "t", TABLE)
    for number in range(2, 8):
        place.write(number, "row", f"INSERT INTO t VALUES ({number});", alone=number % 2 == 0)
    processes = [await start() for _ in range(4)]
    outcomes = [await process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, outcomes
    assert sum(b"applied 0007_row" in output for output, _ in outcomes) == 1
    assert await place.value("SELECT count(*) FROM t") == 6


async def test_the_application_works_on_while_a_migration_waits_and_runs(
    place: Place, start: Start
) -> None:
    """Release N-1 reads and writes; N's migration waits for a lock, retries, and gets it."""
    place.write(1, "t", TABLE + ROWS)
    await place.up()
    place.write(2, "b", "ALTER TABLE t ADD b text;")
    stop = asyncio.Event()
    written = 0

    async def serve(first: int) -> None:
        nonlocal written
        async with place.connection() as connection:
            key = first
            while not stop.is_set():
                await connection.execute("INSERT INTO t (id) VALUES ($1)", key)
                await connection.fetchval("SELECT count(*) FROM t")
                key, written = key + 1, written + 1

    async with place.connection() as report:
        transaction = report.transaction()
        await transaction.start()
        await report.execute("SELECT FROM t")
        async with asyncio.TaskGroup() as group:
            for worker in range(1, 4):
                group.create_task(serve(worker * 1_000_000))
            process = await start()
            await place.until(ACTIVE.format("^ALTER TABLE t ADD b"))
            # Without a timeout, everybody would queue behind it until the report ends.
            seen = written
            async with asyncio.timeout(30):
                while written < seen + 50:
                    await asyncio.sleep(0.01)
            await transaction.commit()
            output, _ = await process.communicate()
            stop.set()
    assert process.returncode == 0, output
    assert b"lock timeout" in output
    assert await place.value("SELECT count(*) FROM t") == 100 + written
