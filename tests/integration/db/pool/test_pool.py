from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from tests.integration.db.opening import open_connection, open_pool, open_raw, until, whole

from drystone.db import failures
from drystone.db.connection.runner import ConnectionMisused
from drystone.db.dsn.parse import parse_dsn
from drystone.db.pool.config import PoolConfig
from drystone.db.pool.connecting import make_pool
from drystone.db.pool.pool import Pool
from drystone.db.pool.stock import PoolMisused
from drystone.errors import Overloaded, Unavailable

LOOPS = ["asyncio", "uvloop"]


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with open_pool(database_url) as pool:
        yield pool


async def test_one_statement_on_a_connection_of_its_own(pool: Pool) -> None:
    await pool.execute("CREATE TABLE t (a int)")
    assert await pool.execute("INSERT INTO t VALUES ($1), (2)", (1,)) == 2
    assert await pool.fetchval("SELECT count(*) FROM t") == 2
    assert [row["a"] for row in await pool.fetch("SELECT a FROM t ORDER BY a")] == [1, 2]
    row = await pool.fetchrow("SELECT a FROM t WHERE a = $1", (2,))
    assert row is not None
    assert row["a"] == 2
    assert pool.statistics().opened == 1


async def test_connections_are_opened_when_they_are_needed(pool: Pool) -> None:
    assert pool.statistics().size == 0
    await asyncio.gather(*(pool.fetch("SELECT pg_sleep(0.05)") for _ in range(20)))
    assert pool.statistics().size == 4


async def test_starting_opens_the_least(database_url: str) -> None:
    config = PoolConfig(min_size=3, max_size=5)
    async with open_pool(database_url, config=config) as pool:
        await pool.start()
        assert pool.statistics().idle == 3


async def test_a_pool_for_a_connection_string(database_url: str) -> None:
    config = PoolConfig(application_name="tested", server_timeout_seconds=60)
    pool = make_pool(parse_dsn(database_url), config=config)
    try:
        assert await pool.fetchval("SELECT current_setting('application_name')") == "tested"
        assert await pool.fetchval("SELECT current_setting('statement_timeout')") == "1min"
    finally:
        await pool.stop()


async def test_first_come_first_served(database_url: str) -> None:
    async with open_pool(database_url, config=PoolConfig(max_size=1)) as pool:
        first = await pool.take()
        order: list[int] = []

        async def ask(number: int) -> None:
            async with pool.acquire() as connection:
                order.append(number)
                await connection.fetchval("SELECT 1")

        tasks = []
        for number in range(20):
            tasks.append(asyncio.create_task(ask(number)))
            await asyncio.sleep(0)
        pool.give_back(first)
        assert pool.take_idle() is None  # handed over: a newcomer finds nothing
        tasks.append(asyncio.create_task(ask(20)))
        await asyncio.gather(*tasks)
        assert order == list(range(21))


async def test_too_many_waiting_are_refused_at_once(database_url: str) -> None:
    config = PoolConfig(max_size=1, max_waiting=2)
    async with open_pool(database_url, config=config) as pool:
        held = await pool.take()
        waiting = [asyncio.create_task(pool.fetchval("SELECT 1")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded) as refused:
            await pool.fetchval("SELECT 1")
        assert dict(refused.value.headers)["Retry-After"] == "1"
        pool.give_back(held)
        assert await asyncio.gather(*waiting) == [1, 1]
        assert pool.statistics().refused == 1


async def test_too_long_a_wait_is_refused(database_url: str) -> None:
    config = PoolConfig(max_size=1, acquire_timeout_seconds=0.05)
    async with open_pool(database_url, config=config) as pool:
        async with pool.acquire():

            async def ask() -> None:
                with pytest.raises(Overloaded):
                    await pool.fetchval("SELECT 1")

            await asyncio.create_task(ask())
        assert pool.statistics().timed_out == 1


async def test_a_second_connection_for_one_task_is_refused(database_url: str) -> None:
    async with open_pool(database_url, config=PoolConfig(max_size=1)) as pool:
        async with pool.acquire() as connection:
            with pytest.raises(PoolMisused, match="second one"):
                await pool.fetchval("SELECT 1")
            assert await connection.fetchval("SELECT 1") == 1
        assert await pool.fetchval("SELECT 1") == 1


async def test_what_was_given_back_cannot_be_used_or_given_back(pool: Pool) -> None:
    lease = pool.acquire()
    async with lease as connection:
        with pytest.raises(RuntimeError, match="has a connection already"):
            await lease.__aenter__()
    with pytest.raises(ConnectionMisused, match="given back"):
        await connection.fetchval("SELECT 1")
    with pytest.raises(PoolMisused, match="given back before"):
        pool.give_back(connection)


async def test_giving_back_sends_nothing(pool: Pool) -> None:
    connection = await pool.take()
    await connection.fetchval("SELECT 1")
    sent = connection._wire.raw._protocol.queries_count  # type: ignore[attr-defined]  # no public count
    pool.give_back(connection)
    assert await pool.take() is connection
    assert connection._wire.raw._protocol.queries_count == sent  # type: ignore[attr-defined]
    pool.give_back(connection)


async def test_an_open_transaction_is_rolled_back(pool: Pool) -> None:
    await pool.execute("CREATE TABLE t (a int)")
    async with pool.acquire() as connection:
        await connection.script("BEGIN")
        await connection.execute("INSERT INTO t VALUES (1)")
    await until(lambda: whole(pool))
    assert await pool.fetchval("SELECT count(*) FROM t") == 0
    assert pool.statistics().opened == 1


async def test_a_failed_transaction_too(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.script("BEGIN")
        with pytest.raises(asyncpg.DivisionByZeroError):
            await connection.fetch("SELECT 1/0")
    assert await pool.fetchval("SELECT 1") == 1


async def test_a_connection_that_still_runs_is_not_lent_again(pool: Pool) -> None:
    connection = await pool.take()
    task = asyncio.create_task(connection.fetch("SELECT pg_sleep(60)"))
    await asyncio.sleep(0.05)
    pool.give_back(connection)
    with pytest.raises(failures.DatabaseAway):
        await task
    assert pool.statistics().evicted == 1
    assert await pool.fetchval("SELECT 1") == 1


async def test_one_dead_connection_takes_the_idle_ones_along(pool: Pool, database_url: str) -> None:
    connections = [await pool.take() for _ in range(3)]
    pid = await connections[0].fetchval("SELECT pg_backend_pid()")
    for connection in connections[1:]:
        pool.give_back(connection)
    async with open_connection(database_url) as other:
        await other.fetchval("SELECT pg_terminate_backend($1)", (pid,))
    with pytest.raises(failures.DatabaseAway):
        await connections[0].fetchval("SELECT pg_sleep(60)")
    pool.give_back(connections[0])
    assert pool.statistics().size == 0
    assert pool.statistics().evicted == 3
    assert await pool.fetchval("SELECT 1") == 1


async def test_an_idle_connection_that_died_is_not_lent(pool: Pool, database_url: str) -> None:
    connection = await pool.take()
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    pool.give_back(connection)
    async with open_connection(database_url) as other:
        await other.fetchval("SELECT pg_terminate_backend($1)", (pid,))
    await until(lambda: not connection.is_connected())
    assert await pool.fetchval("SELECT pg_backend_pid()") != pid
    assert pool.statistics().evicted == 1


async def test_old_connections_are_replaced(database_url: str) -> None:
    config = PoolConfig(min_size=1, max_size=2, max_lifetime_seconds=0.05)
    async with open_pool(database_url, config=config) as pool:
        held = await pool.take()
        other = await pool.take()
        pool.give_back(other)
        await until(lambda: held.retiring and pool.statistics().retired >= 1)
        pool.give_back(held)
        assert pool.statistics().retired >= 2
        assert pool.take_idle() is None
        assert await pool.fetchval("SELECT 1") == 1


async def test_unused_connections_are_closed_down_to_the_least(database_url: str) -> None:
    config = PoolConfig(min_size=1, max_size=4, max_idle_seconds=0.05)
    async with open_pool(database_url, config=config) as pool:
        await asyncio.gather(*(pool.fetch("SELECT pg_sleep(0.05)") for _ in range(4)))
        assert pool.statistics().size > 1
        await until(lambda: pool.statistics().size == 1)


async def test_a_swept_dead_connection_is_replaced(database_url: str) -> None:
    async with open_pool(database_url, config=PoolConfig(min_size=1)) as pool:
        await pool.start()
        connection = await pool.take()
        pid = await connection.fetchval("SELECT pg_backend_pid()")
        pool.give_back(connection)
        async with open_connection(database_url) as other:
            await other.fetchval("SELECT pg_terminate_backend($1)", (pid,))
        await until(lambda: pool.statistics().opened == 2)


async def refused() -> Any:
    raise ConnectionRefusedError("nobody listens")


async def test_a_database_that_is_away_is_told_at_once() -> None:
    pool = Pool(refused, config=PoolConfig(min_size=1))
    began = time.perf_counter()
    with pytest.raises(failures.DatabaseAway):
        await pool.start()
    results = await asyncio.gather(
        *(pool.fetchval("SELECT 1") for _ in range(50)), return_exceptions=True
    )
    assert {type(result) for result in results} == {failures.DatabaseAway}
    assert time.perf_counter() - began < 2
    assert pool.statistics().away
    assert pool.statistics().failed < 20  # callers do not try by themselves
    await pool.stop()


async def test_a_database_that_does_not_answer_is_told_in_time() -> None:
    async def silent() -> Any:
        await asyncio.sleep(60)

    pool = Pool(silent, config=PoolConfig(acquire_timeout_seconds=0.1))
    with pytest.raises(failures.DatabaseAway):
        await pool.fetchval("SELECT 1")
    await pool.stop()
    assert pool.statistics().opening == 0


async def test_no_more_connections_are_had_but_those_there_are_serve(database_url: str) -> None:
    left = 1

    async def connect() -> Any:
        nonlocal left
        if not left:
            raise asyncpg.TooManyConnectionsError("sorry, too many clients already")
        left -= 1
        return await open_raw(database_url)

    pool = Pool(connect, config=PoolConfig(max_size=10))
    results = await asyncio.gather(*(pool.fetchval("SELECT 1") for _ in range(50)))
    assert results == [1] * 50
    await pool.stop()


async def test_stopping_waits_for_those_who_work_and_refuses_the_rest(database_url: str) -> None:
    pool = Pool(lambda: open_raw(database_url), config=PoolConfig(max_size=1))
    working = asyncio.create_task(pool.fetchval("SELECT 1 FROM pg_sleep(0.2)"))
    await until(lambda: pool.statistics().in_use == 1)
    waiting = asyncio.create_task(pool.fetchval("SELECT 1"))
    await asyncio.sleep(0)
    await pool.stop(timeout_seconds=20)
    assert await working == 1
    with pytest.raises(Unavailable):
        await waiting
    with pytest.raises(Unavailable):
        await pool.fetchval("SELECT 1")
    assert pool.statistics().size == 0


async def test_stopping_cuts_those_who_do_not_end(database_url: str) -> None:
    pool = Pool(lambda: open_raw(database_url))
    working = asyncio.create_task(pool.fetchval("SELECT pg_sleep(60)"))
    async with open_connection(database_url) as other:
        active = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"
        while not await other.fetchval(active + " AND state = 'active'"):
            await asyncio.sleep(0.005)
        await pool.stop(timeout_seconds=0.1)
        with pytest.raises(failures.DatabaseAway):
            await working
    assert pool.statistics().size == 0


async def test_stopping_does_not_wait_for_what_is_being_mended(database_url: str) -> None:
    pool = Pool(lambda: open_raw(database_url))
    task = asyncio.create_task(pool.fetchval("SELECT pg_sleep(60)"))
    await until(lambda: any(connection.running for connection in pool._in_use))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await pool.stop(timeout_seconds=5)
    assert pool.statistics().size == 0


async def test_callers_that_go_away_while_they_wait_leave_no_gap(database_url: str) -> None:
    async with open_pool(database_url, config=PoolConfig(max_size=1)) as pool:
        held = await pool.take()
        tasks = [asyncio.create_task(pool.fetchval("SELECT 1")) for _ in range(10)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        pool.give_back(held)
        tasks[1].cancel()  # it has been handed the connection, and does not know yet
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert results.count(1) == 4
