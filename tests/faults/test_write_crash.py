"""Servers and backends end while rows are written: nothing acknowledged is lost, nothing doubled.

Checked after each, by what the clients were told (`Books.check`):

K1  acked write present after recovery
K2  unacked write present at most once
K3  status 5xx/timeout = unknown, resolved by Idempotency-Key retry to exactly one effect
K5  audit rows = committed mutations (same txn), seq per entity gapless
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.faults.conftest import Launch
from tests.faults.ledger import AFTER_COMMIT, BEFORE_COMMIT, DEATHS, create_ledger
from tests.faults.supervised import Supervised
from tests.faults.test_crash import port_is_free
from tests.faults.write_load import Writers
from tests.integration.db.opening import open_connection, until
from tests.postgres import Migrate

pytestmark = pytest.mark.slow

CLIENTS = 4


@pytest.fixture
def migrate() -> Migrate:
    return create_ledger


@pytest.fixture
def environ(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {"LEDGER_DATABASE": database_url, DEATHS: str(tmp_path)}


async def serve(launch: Launch, environ: dict[str, str], *, port: int = 0) -> Supervised:
    """Start two workers, and wait until one of them serves."""
    return await launch("ledger", workers=2, port=port, environ=environ)


@pytest.mark.parametrize("point", [BEFORE_COMMIT, AFTER_COMMIT])
async def test_a_worker_dies_at_commit(
    launch: Launch, database_url: str, environ: dict[str, str], point: str
) -> None:
    """K1, K2, K3, K5, with the worker killed just before or just after COMMIT."""
    supervised = await serve(launch, environ)
    writers = Writers(await supervised.port())
    async with writers.working(CLIENTS) as books, writers.client() as client:
        await writers.acknowledged(10)
        for number in range(2):
            name = f"{point} {number}"
            await writers.write(client, name, path="fragile-entries")
            assert (Path(environ[DEATHS]) / name).exists(), "nobody died"
        await writers.acknowledged(10)
    assert books.lost >= 2
    await books.check(database_url)
    assert len(supervised.find(r"died .*killed by SIGKILL")) == 2


async def test_workers_are_killed_under_load(
    launch: Launch, database_url: str, environ: dict[str, str]
) -> None:
    """K1, K2, K3, K5, with workers killed at any moment."""
    supervised = await serve(launch, environ)
    writers = Writers(await supervised.port())
    async with writers.working(CLIENTS) as books:
        for killed in range(2):
            pids = await supervised.ready_workers(2 + killed)
            await writers.acknowledged(15)
            os.kill(pids[killed], signal.SIGKILL)
        await supervised.ready_workers(4)
        await writers.acknowledged(15)
    assert books.lost > 0, "nobody was in the middle of anything"
    await books.check(database_url)


async def test_the_supervisor_is_killed_under_load(
    launch: Launch, database_url: str, environ: dict[str, str]
) -> None:
    """K1, K2, K3, K5, with the supervisor killed, its workers following, and started again."""
    supervised = await serve(launch, environ)
    port = await supervised.port()
    writers = Writers(port)
    async with writers.working(CLIENTS) as books:
        await supervised.ready_workers(2)
        await writers.acknowledged(15)
        supervised.process.kill()
        await supervised.process.wait()
        await until(lambda: port_is_free(port))
        await serve(launch, environ, port=port)
        await writers.acknowledged(15)
    await books.check(database_url)


async def test_everything_is_killed_at_once_under_load(
    launch: Launch, database_url: str, environ: dict[str, str]
) -> None:
    """K1, K2, K3, K5, with the supervisor and its workers killed at the same moment."""
    supervised = await serve(launch, environ)
    port = await supervised.port()
    writers = Writers(port)
    async with writers.working(CLIENTS) as books:
        pids = await supervised.ready_workers(2)
        await writers.acknowledged(15)
        for pid in (supervised.process.pid, *pids):
            os.kill(pid, signal.SIGKILL)
        await supervised.process.wait()
        await until(lambda: port_is_free(port))
        await serve(launch, environ, port=port)
        await writers.acknowledged(15)
    assert books.lost > 0, "nobody was in the middle of anything"
    await books.check(database_url)


async def test_the_server_ends_in_order_under_load(
    launch: Launch, database_url: str, environ: dict[str, str]
) -> None:
    """K1, K2, K3, K5, with SIGTERM: what was begun is answered, so nothing is unknown."""
    supervised = await serve(launch, environ)
    port = await supervised.port()
    writers = Writers(port)
    async with writers.working(CLIENTS) as books:
        await supervised.ready_workers(2)
        await writers.acknowledged(15)
        supervised.signal(signal.SIGTERM)
        assert await supervised.ended() == 0
        await serve(launch, environ, port=port)
        await writers.acknowledged(15)
    assert (books.lost, books.unknown) == (0, set())
    await books.check(database_url)


async def test_backends_are_terminated_under_load(
    launch: Launch, database_url: str, environ: dict[str, str]
) -> None:
    """K1, K2, K3, K5, with the sessions in PostgreSQL ended, and a worker killed in between."""
    supervised = await serve(launch, environ)
    writers = Writers(await supervised.port())
    ended = 0
    async with writers.working(CLIENTS) as books, open_connection(database_url) as admin:
        for turn in range(8):
            await writers.acknowledged(5)
            ended += await admin.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'drystone'"
                " AND pid <> pg_backend_pid() ORDER BY state, random() LIMIT 2) AS ours"
            )
            if turn == 4:
                os.kill((await supervised.ready_workers(2))[0], signal.SIGKILL)
        await writers.acknowledged(10)
    assert ended >= 8
    await books.check(database_url)


async def test_a_write_that_waited_when_its_server_died_has_one_effect(
    launch: Launch, database_url: str, environ: dict[str, str]
) -> None:
    """K2, K3: PostgreSQL goes on with a statement whose client is gone."""
    supervised = await serve(launch, environ)
    writers = Writers(await supervised.port())
    async with open_connection(database_url) as holder, open_connection(database_url) as admin:
        await holder.script("BEGIN; LOCK TABLE entries IN SHARE MODE")
        async with writers.working(CLIENTS) as books:
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND datname = current_database()"
            )
            async with asyncio.timeout(20):
                while await admin.fetchval(waiting) < CLIENTS:
                    await asyncio.sleep(0.01)
            for pid in await supervised.ready_workers(2):
                os.kill(pid, signal.SIGKILL)
            await supervised.ready_workers(4)
            await holder.script("COMMIT")
            await writers.acknowledged(10)
    assert books.lost >= CLIENTS
    await books.check(database_url)
