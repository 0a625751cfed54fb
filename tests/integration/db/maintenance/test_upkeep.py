"""Maintenance that servers do by themselves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter
from urllib.parse import quote

import pytest
from tests import client
from tests.integration.db.facade import session
from tests.integration.db.opening import until
from tests.integration.resources.history.journals import MODELS, Connection, Note

from drystone import App
from drystone.db.database import Database
from drystone.db.maintenance.maintain import maintain
from drystone.db.maintenance.policy import MaintenancePolicy
from drystone.db.maintenance.upkeep import Upkeep, keep_up
from drystone.db.query.change import delete
from drystone.settings import Settings

POLICY = MaintenancePolicy(months_ahead=1, lock_timeout_seconds=0.2)
AWAY = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO, "drystone.db.maintenance"):
        yield caplog


def said(lines: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [one for one in lines.records if one.name == "drystone.db.maintenance"]


def upkeep(url: str, policy: MaintenancePolicy = POLICY, **given: float) -> Upkeep:
    return Upkeep(url, MODELS, policy, **{"interval_seconds": 3600.0, **given})  # type: ignore[arg-type]  # numbers alone


async def finished_at(beside: Connection) -> datetime | None:
    found: datetime | None = await beside.fetchval("SELECT finished_at FROM drystone.maintenance")
    return found


async def partitions(beside: Connection) -> int:
    count: int = await beside.fetchval(
        "SELECT count(*) FROM pg_inherits WHERE inhparent = 'drystone.history'::regclass"
    )
    return count


async def test_of_two_applications_at_once_one_does_it(
    database_url: str, db: Database, beside: Connection, lines: pytest.LogCaptureFixture
) -> None:
    note = await db.insert(Note(text="a"))
    await db.execute(delete(Note).where(Note.id == note.id))
    await beside.execute("UPDATE notes SET deleted_at = now() - interval '40 days'")

    def make() -> App:
        # The first look comes within two seconds, and others after it.
        settings = Settings(database_url=database_url, maintenance_interval_seconds=1.0)
        policy = replace(POLICY, deleted=timedelta(days=30))
        return App(models=MODELS, settings=settings, maintenance=policy)

    async with client.started(make()), client.started(make()):
        await until(lambda: bool(said(lines)), seconds=30)
        first = said(lines)[0]
    assert first.message == "maintenance"
    done: list[str] = first.done  # type: ignore[attr-defined]  # a field of the line
    assert [line[:14] for line in done[:2]] == ["partition for "] * 2
    assert next(line for line in done if line.startswith("rows of notes purged")).endswith(": 1")
    # Whoever looked as well found nothing to say.
    assert len(said(lines)) == 1
    assert await partitions(beside) == 3
    assert await beside.fetchval("SELECT count(*) FROM notes") == 0


async def test_what_was_done_lately_is_left_alone_and_told_by_nobody(
    database_url: str, db: Database, beside: Connection, lines: pytest.LogCaptureFixture
) -> None:
    await maintain(database_url, MODELS, POLICY, on_event=lambda _: None)
    before = await finished_at(beside)
    assert before is not None
    await asyncio.gather(*(upkeep(database_url).run() for _ in range(3)))
    assert await finished_at(beside) == before
    # Nearly an interval ago, one of several does it; there is nothing to be done, nor to be
    # said.
    await beside.execute("UPDATE drystone.maintenance SET finished_at = now() - interval '50 min'")
    await asyncio.gather(*(upkeep(database_url).run() for _ in range(3)))
    after = await finished_at(beside)
    assert after is not None
    assert after > before
    assert said(lines) == []


async def test_a_step_that_others_hold_up_is_told_as_left(
    database_url: str, db: Database, beside: Connection, lines: pytest.LogCaptureFixture
) -> None:
    await db.insert(Note(text="a"))
    async with beside.transaction():
        await beside.execute("SELECT count(*) FROM drystone.history_default")
        await upkeep(database_url).run()
    (line,) = said(lines)
    assert line.left[0].startswith("partition for ")  # type: ignore[attr-defined]  # a field of the line
    assert line.done == []  # type: ignore[attr-defined]  # likewise


async def test_a_failure_is_told_once_and_the_next_run_goes_on(
    database_url: str, db: Database, beside: Connection, lines: pytest.LogCaptureFixture
) -> None:
    kept = upkeep(database_url)
    await beside.execute("ALTER TABLE drystone.maintenance RENAME TO hidden")
    await kept.run()
    await kept.run()
    (line,) = [one for one in said(lines) if one.levelno == logging.WARNING]
    assert line.reason.endswith("; run drystone migrate up")  # type: ignore[attr-defined]  # a field
    await beside.execute("ALTER TABLE drystone.hidden RENAME TO maintenance")
    await kept.run()
    assert await finished_at(beside) is not None
    await beside.execute("ALTER TABLE drystone.maintenance RENAME TO hidden")
    await kept.run()
    assert len([one for one in said(lines) if one.levelno == logging.WARNING]) == 2


async def test_a_role_that_owns_nothing_is_told_what_to_name(
    database_url: str, db: Database, beside: Connection, lines: pytest.LogCaptureFixture
) -> None:
    # Of which the role of every server of tests is a member.
    reader = quote("-c role=pg_monitor")
    url = f"{database_url}{'&' if '?' in database_url else '?'}options={reader}"
    await upkeep(url).run()
    (line,) = said(lines)
    assert line.reason.startswith("permission denied for schema drystone")  # type: ignore[attr-defined]  # a field of the line
    assert "DRYSTONE_DATABASE_DIRECT_URL" in line.reason  # type: ignore[attr-defined]  # likewise


async def test_a_run_that_takes_too_long_is_cut_off_and_frees_the_lock(
    database_url: str, db: Database, beside: Connection, lines: pytest.LogCaptureFixture
) -> None:
    await db.insert(Note(text="a"))
    patient = replace(POLICY, lock_timeout_seconds=60.0)
    async with beside.transaction():
        await beside.execute("LOCK TABLE drystone.history_default IN ACCESS EXCLUSIVE MODE")
        await upkeep(database_url, patient, max_run_seconds=0.5).run()
    (line,) = said(lines)
    assert line.reason.startswith("cut off")  # type: ignore[attr-defined]  # a field of the line
    assert await finished_at(beside) is None
    await upkeep(database_url).run()
    assert await finished_at(beside) is not None


async def test_a_database_that_is_away_keeps_neither_start_nor_stop(
    lines: pytest.LogCaptureFixture,
) -> None:
    kept = upkeep(AWAY, interval_seconds=0.01)
    began = perf_counter()
    async with keep_up(kept):
        entered = perf_counter() - began
        await asyncio.sleep(0.1)
        began = perf_counter()
    assert entered < 0.1
    # It was in the middle of looking for the database.
    assert perf_counter() - began < 1.5


async def test_nothing_is_done_where_it_is_turned_off(
    database_url: str, db: Database, beside: Connection
) -> None:
    settings = Settings(database_url=database_url, maintenance_interval_seconds=0.0)
    async with client.started(App(models=MODELS, settings=settings)):
        names = [task.get_name() for task in asyncio.all_tasks()]
    assert "drystone maintenance" not in names
    on = Settings(database_url=database_url)
    async with client.started(App(models=MODELS, settings=on)):
        names = [task.get_name() for task in asyncio.all_tasks()]
        assert names.count("drystone maintenance") == 1
    left = [task.get_name() for task in asyncio.all_tasks()]
    assert "drystone maintenance" not in left


async def test_a_server_that_dies_in_the_middle_leaves_the_rest_to_another(
    database_url: str, db: Database, beside: Connection
) -> None:
    await db.insert(Note(text="a"))
    async with session(database_url) as blocker:
        begun = blocker.transaction()
        await begun.start()
        await blocker.execute("LOCK TABLE drystone.history_default IN ACCESS EXCLUSIVE MODE")
        patient = replace(POLICY, lock_timeout_seconds=60.0)
        running = asyncio.create_task(upkeep(database_url, patient).run())
        await _wait_for_a_waiter(beside)
        # As when its process is killed: every connection of it ends.
        await beside.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'drystone maintain' AND datname = current_database()"
        )
        await running
        await begun.rollback()
    assert await finished_at(beside) is None
    await upkeep(database_url).run()
    assert await finished_at(beside) is not None
    assert await partitions(beside) == 3


async def test_waiting_for_a_step_does_not_lose_the_lock(
    database_url: str, db: Database, beside: Connection
) -> None:
    await db.insert(Note(text="a"))
    name = await beside.fetchval("SELECT current_database()")
    await beside.execute(
        f"ALTER DATABASE \"{name}\" SET idle_in_transaction_session_timeout = '50ms'"
    )
    async with beside.transaction():
        await beside.execute("SELECT count(*) FROM drystone.history_default")
        # Each step that waits does so for longer than that.
        await upkeep(database_url).run()
    assert await finished_at(beside) is not None


async def test_who_has_lost_the_lock_goes_no_further(
    database_url: str, db: Database, beside: Connection
) -> None:
    await db.insert(Note(text="a"))
    async with session(database_url) as blocker:
        begun = blocker.transaction()
        await begun.start()
        await blocker.execute("LOCK TABLE drystone.history_default IN ACCESS EXCLUSIVE MODE")
        patient = replace(POLICY, lock_timeout_seconds=60.0)
        running = asyncio.create_task(upkeep(database_url, patient).run())
        await _wait_for_a_waiter(beside)
        ended = await beside.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'drystone maintain' AND datname = current_database()"
            " AND state = 'idle in transaction'"
        )
        await begun.rollback()
        await running
    assert ended == 1
    assert await finished_at(beside) is None


async def _wait_for_a_waiter(beside: Connection) -> None:
    async with asyncio.timeout(30):
        while not await beside.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'drystone maintain'"
            " AND datname = current_database() AND wait_event_type = 'Lock'"
        ):
            await asyncio.sleep(0.02)
