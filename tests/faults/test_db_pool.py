"""The pool and transactions while the database is ended, stalled, cut off or restarted.

K1 to K4 (nothing acknowledged is lost, nothing refused was done, sums hold) and K9 (every
connection free afterwards) are checked at the end of each.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from drystone.db import failures
from drystone.db.connection.connection import Connection
from drystone.db.dsn.parse import parse_dsn
from drystone.db.embedded.postmaster import FAST, IMMEDIATE
from drystone.db.embedded.server import EmbeddedPostgres
from drystone.db.pool.config import PoolConfig
from drystone.db.pool.connecting import make_pool
from drystone.db.pool.pool import Pool
from drystone.db.transaction.states import State
from drystone.db.transaction.transaction import Transaction
from drystone.db.transaction.transactions import Transactions
from drystone.errors import Overloaded, Unavailable
from tests.faults.db_load import ACCOUNTS, TOTAL, Writers, create_books
from tests.faults.silent_relay import SilentRelay
from tests.integration.db.opening import open_connection, open_pool, open_raw, until, whole
from tests.postgres import Migrate

# What a busy machine may add to any bound.
SLACK = 10.0


@pytest.fixture
def migrate() -> Migrate:
    return create_books


@pytest.fixture
async def relay(database_url: str) -> AsyncIterator[SilentRelay]:
    relay = SilentRelay(database_url)
    await relay.open()
    yield relay
    await relay.close()


@pytest.fixture
def directory() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="drystone-test-"))
    yield path / "postgres"
    shutil.rmtree(path)


async def test_backends_are_terminated_under_load(database_url: str) -> None:
    async with (
        open_pool(database_url, config=PoolConfig(max_size=6)) as pool,
        open_connection(database_url) as admin,
    ):
        writers = Writers(pool)
        async with writers.working(12) as books:
            for _ in range(10):
                await asyncio.sleep(0.2)
                await admin.fetch(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                    "current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
                )
        assert len(books.kept) > 50
        # A lost connection is made up for by another run: hardly anybody is told.
        assert len(books.refused) < len(books.kept) / 10
        await books.check(database_url)
        assert pool.statistics().evicted > 0


async def test_slow_statements_take_every_connection(database_url: str) -> None:
    config = PoolConfig(max_size=4, max_waiting=20, acquire_timeout_seconds=0.3)
    async with open_pool(database_url, config=config) as pool:
        began = time.perf_counter()
        ended: list[float] = []

        async def ask() -> object:
            try:
                return await pool.fetchval("SELECT pg_sleep(1.5)")
            finally:
                ended.append(time.perf_counter() - began)

        results = await asyncio.gather(*(ask() for _ in range(50)), return_exceptions=True)
        refused = [result for result in results if isinstance(result, Overloaded)]
        assert len(refused) == 46
        assert all(dict(one.headers)["Retry-After"] for one in refused)
        assert pool.statistics().refused == 30
        assert pool.statistics().timed_out == 16
        assert sorted(ended)[45] < 1.5  # each was told before any connection came free
        assert await pool.fetchval("SELECT 1") == 1


async def transfer_both_ways(pool: Pool, *, isolation: str, rounds: int) -> list[int]:
    """Move money to and fro between two accounts, in opposite orders; return the runs taken."""
    transactions = Transactions(pool)
    runs: list[int] = []

    async def once(giver: int, taker: int) -> None:
        count = 0

        async def move(tx: Transaction) -> None:
            nonlocal count
            count += 1
            sql = "UPDATE account SET balance = balance + $2 WHERE id = $1"
            await tx.connection.execute(sql, (giver, -1))
            await asyncio.sleep(0.05)  # each has its first lock now
            await tx.connection.execute(sql, (taker, 1))

        await transactions.run(move, isolation=isolation, attempts=100)  # type: ignore[arg-type]  # one of three words
        runs.append(count)

    await asyncio.gather(*(once(*pair) for pair in [(1, 2), (2, 1)] * rounds))
    return runs


@pytest.mark.parametrize("isolation", ["read_committed", "serializable"])
async def test_opposing_transfers(database_url: str, isolation: str) -> None:
    config = PoolConfig(max_size=4, statement_timeout_seconds=30)
    async with open_pool(database_url, config=config) as pool:
        # PostgreSQL looks for a deadlock after a second of waiting.
        runs = await transfer_both_ways(pool, isolation=isolation, rounds=2)
        assert max(runs) > 1  # somebody lost, and was run again
        rows = await pool.fetch("SELECT balance FROM account ORDER BY id")
        assert [row[0] for row in rows] == [1_000] * ACCOUNTS
        assert pool.statistics().evicted == 0


async def test_a_network_gone_silent(relay: SilentRelay) -> None:
    config = PoolConfig(
        max_size=3,
        acquire_timeout_seconds=0.6,
        connect_timeout_seconds=0.4,
        statement_timeout_seconds=1.0,
    )
    pool = make_pool(parse_dsn(relay.url), config=config)
    held = await pool.take()
    assert await held.fetchval("SELECT 1") == 1
    idle = await pool.take()
    pool.give_back(idle)

    relay.silent = True
    began = time.perf_counter()
    with pytest.raises(failures.DatabaseAway):
        await held.fetchval("SELECT 1")
    assert time.perf_counter() - began < 1.0 + SLACK
    assert not held.is_connected()
    pool.give_back(held)
    assert pool.statistics().size == 0  # the idle one went with it
    began = time.perf_counter()
    results = await asyncio.gather(
        *(pool.fetchval("SELECT 1") for _ in range(20)), return_exceptions=True
    )
    assert {type(result) for result in results} == {failures.DatabaseAway}
    assert time.perf_counter() - began < 0.6 + SLACK

    relay.silent = False
    began = time.perf_counter()
    while True:
        try:
            assert await pool.fetchval("SELECT 1") == 1
            break
        except Unavailable:
            await asyncio.sleep(0.02)
    assert time.perf_counter() - began < 5 + SLACK
    await until(lambda: whole(pool))
    await pool.stop()


async def test_callers_that_leave_while_the_network_is_silent(relay: SilentRelay) -> None:
    pool = make_pool(parse_dsn(relay.url), config=PoolConfig(max_size=2))
    sleeping = asyncio.create_task(pool.fetchval("SELECT pg_sleep(60)"))
    await until(lambda: any(one.running for one in pool._in_use))
    held = await pool.take()
    await held.script("BEGIN")
    relay.silent = True
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    pool.give_back(held)  # to be rolled back, which nobody will confirm
    await until(lambda: pool.statistics().size == 0)
    assert pool.statistics().evicted == 2
    await pool.stop(1)


async def test_a_connection_on_a_silent_network_is_given_up(relay: SilentRelay) -> None:
    connection, other = [Connection(await open_raw(relay.url)) for _ in range(2)]
    assert await connection.fetchval("SELECT 1") == 1
    relay.silent = True
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await connection.fetchval("SELECT 1")
    with pytest.raises(failures.DatabaseAway):
        await connection.fetchval("SELECT 1")
    assert connection.lost
    await other.close(0.1)
    assert not other.is_connected()


async def test_the_first_error_is_told_where_rolling_back_fails_too(relay: SilentRelay) -> None:
    pool = make_pool(parse_dsn(relay.url))

    async def work() -> None:
        async with Transaction(pool) as tx:
            await tx.connection.execute("INSERT INTO transfer VALUES (1)")
            relay.silent = True
            raise KeyError("first")

    with pytest.raises(KeyError, match="first") as told:
        await work()
    assert any("ROLLBACK failed" in note for note in told.value.__notes__)
    assert pool.statistics().size == 0
    await pool.stop(1)


async def test_a_savepoint_on_a_lost_connection(database_url: str) -> None:
    async def work(pool: Pool) -> None:
        async with Transaction(pool) as tx, tx.savepoint():
            pid = await tx.connection.fetchval("SELECT pg_backend_pid()")
            async with open_connection(database_url) as admin:
                await admin.fetchval("SELECT pg_terminate_backend($1)", (pid,))
            await tx.connection.fetchval("SELECT pg_sleep(60)")

    async with open_pool(database_url) as pool:
        with pytest.raises(failures.DatabaseAway):
            await work(pool)
        assert await pool.fetchval("SELECT 1") == 1


async def test_a_commit_whose_answer_is_lost(relay: SilentRelay, database_url: str) -> None:
    config = PoolConfig(statement_timeout_seconds=0.5)
    pool = make_pool(parse_dsn(relay.url), config=config)
    runs = 0

    async def work(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        await tx.connection.execute("INSERT INTO transfer VALUES (1)")
        relay.silent = True

    with pytest.raises(failures.CommitUnknown):
        await Transactions(pool).run(work)
    assert runs == 1
    relay.silent = False
    tx = Transaction(pool)
    with pytest.raises(failures.CommitUnknown):
        async with tx:
            relay.silent = True
    assert tx.state is State.UNKNOWN
    relay.silent = False
    with pytest.raises(failures.DatabaseAway):  # there was nothing to be lost
        async with Transactions(pool).open(read_only=True):
            relay.silent = True
    await pool.stop(1)


async def test_a_server_that_takes_no_writes(database_url: str) -> None:
    admin = await open_raw(database_url)
    await admin.execute("SET default_transaction_read_only = off")
    name = await admin.fetchval("SELECT quote_ident(current_database())")
    async with open_pool(database_url) as pool:
        await pool.execute("UPDATE account SET balance = 1000")
        await admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await admin.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await until(lambda: not any(one.is_connected() for one in pool._idle))
        evicted = pool.statistics().evicted
        for _ in range(3):
            with pytest.raises(failures.DatabaseAway):
                await pool.execute("UPDATE account SET balance = 1000")
        assert pool.statistics().evicted >= evicted + 3
        assert await pool.fetchval("SELECT sum(balance) FROM account") == TOTAL
        await admin.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        with pytest.raises(failures.DatabaseAway):
            await pool.execute("UPDATE account SET balance = 1000")
        assert await pool.execute("UPDATE account SET balance = 1000") == ACCOUNTS
    await admin.close()


async def test_a_storm_of_cancelled_callers(database_url: str) -> None:
    config = PoolConfig(max_size=5, max_waiting=500, acquire_timeout_seconds=30)
    async with (
        open_pool(database_url, config=config) as pool,
        open_connection(database_url) as admin,
    ):
        for turn in range(5):
            tasks = [
                asyncio.create_task(pool.fetchval("SELECT pg_sleep(60), 'storm'"))
                for _ in range(100)
            ]
            await until(lambda: sum(one.running for one in pool._in_use) == 5)
            await asyncio.sleep(0.01 * turn)
            began = time.perf_counter()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await until(lambda: whole(pool))
            running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE "
            # A backend that was terminated is seen a moment longer.
            async with asyncio.timeout(10):
                while await admin.fetchval(running + "'%''storm''%' AND pid <> pg_backend_pid()"):
                    await asyncio.sleep(0.05)
            assert time.perf_counter() - began < 1.0 + SLACK
        results = await asyncio.gather(*(pool.fetchval("SELECT 1") for _ in range(50)))
        assert results == [1] * 50
        writers = Writers(pool)
        for _ in range(10):
            tasks = [asyncio.create_task(writers.transfer()) for _ in range(20)]
            await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await until(lambda: whole(pool))
        assert await pool.fetchval("SELECT sum(balance) FROM account") == TOTAL
        assert writers.books.other == []


@pytest.mark.slow
@pytest.mark.parametrize("how", [FAST, IMMEDIATE], ids=["fast", "immediate"])
async def test_the_server_is_restarted_under_load(directory: Path, how: int) -> None:
    server = EmbeddedPostgres(directory)
    await server.start()
    url = server.url()
    await create_books(url)
    pool = Pool(lambda: open_raw(url), config=PoolConfig(max_size=6))
    writers = Writers(pool)
    try:
        async with writers.working(12) as books:
            await until(lambda: len(books.kept) > 20)
            pid = int((directory / "data/postmaster.pid").read_text().split()[0])
            os.kill(pid, how)
            await until(lambda: len(books.refused) > 0)
            await server.stop()
            assert pool.statistics().away or not pool.statistics().size
            server = EmbeddedPostgres(directory)
            await server.start()
            began, before = time.perf_counter(), len(books.kept)
            await until(lambda: len(books.kept) > before + 20, seconds=5 + SLACK)
            assert time.perf_counter() - began < 5 + SLACK
        await until(lambda: whole(pool))
        await books.check(url)
    finally:
        await pool.stop(1)
        await server.stop()
