from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import asyncpg
import pytest
from tests.integration.db.opening import open_connection, open_raw, until

from drystone.db import failures
from drystone.db.connection.connection import Connection
from drystone.db.connection.runner import ConnectionMisused
from drystone.db.connection.session_state import SessionStateRefused
from drystone.db.slow_log import SLOW_LOGGER, SlowLog

LOOPS = ["asyncio", "uvloop"]


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with open_connection(database_url) as connection:
        yield connection


async def prepared_names(connection: Connection) -> list[str]:
    rows = await connection.fetch("SELECT statement FROM pg_prepared_statements")
    return [row["statement"] for row in rows]


async def test_the_ways_to_read(connection: Connection) -> None:
    sql = "SELECT n, n * 2 AS twice FROM generate_series(1, $1) AS n"
    assert [tuple(row) for row in await connection.fetch(sql, (3,))] == [(1, 2), (2, 4), (3, 6)]
    row = await connection.fetchrow(sql, (3,))
    assert row is not None
    assert dict(row) == {"n": 1, "twice": 2}
    assert await connection.fetchval(sql, (3,)) == 1
    assert await connection.fetchrow(sql, (0,)) is None
    assert await connection.fetchval(sql, (0,)) is None


async def test_the_ways_to_write(connection: Connection) -> None:
    assert await connection.execute("CREATE TABLE t (a int, b text)") == 0
    assert await connection.execute("INSERT INTO t VALUES ($1, $2), (2, 'y')", (1, "x")) == 2
    await connection.execute_many("INSERT INTO t VALUES ($1, $2)", [(3, "z"), (4, None)])
    rows = ((n, str(n)) for n in range(5, 1_005))
    assert await connection.copy_in("t", columns=["a", "b"], records=rows) == 1_000
    assert await connection.execute("UPDATE t SET b = '' WHERE a > $1", (4,)) == 1_000
    assert await connection.fetchval("SELECT count(*) FROM t") == 1_004


@pytest.mark.parametrize("held", [0, 10])
async def test_a_refused_parameter_leaves_no_lock(database_url: str, held: int) -> None:
    """The driver refuses it after the server has prepared the statement, locks and all."""
    locks = "SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass"
    async with (
        open_connection(database_url, prepared_statements=held) as connection,
        open_connection(database_url) as other,
    ):
        await other.execute("CREATE TABLE t (a int)")
        with pytest.raises(failures.RefusedValue):
            await connection.fetch("SELECT a FROM t WHERE a = $1", (2**40,))
        assert await other.fetchval(locks) == 0
        with pytest.raises(failures.RefusedValue):
            await connection.execute_many("INSERT INTO t VALUES ($1)", [(2**40,)])
        assert await other.fetchval(locks) == 0
        assert not connection.lost
        assert await connection.fetch("SELECT a FROM t WHERE a = $1", (1,)) == []


async def test_many_are_all_or_none(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int PRIMARY KEY)")
    with pytest.raises(failures.DuplicateRow):
        await connection.execute_many("INSERT INTO t VALUES ($1)", [(1,), (2,), (1,)])
    with pytest.raises(failures.DuplicateRow):
        await connection.copy_in("t", columns=["a"], records=[(1,), (1,)])
    assert await connection.fetchval("SELECT count(*) FROM t") == 0


async def test_a_copy_whose_source_fails_leaves_nothing(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int)")

    def broken() -> Iterator[tuple[int]]:
        yield (1,)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await connection.copy_in("t", columns=["a"], records=broken())
    assert await connection.fetchval("SELECT count(*) FROM t") == 0


async def test_a_stream_holds_a_portion(connection: Connection) -> None:
    await connection.script("BEGIN")
    seen = []
    async for row in connection.stream(
        "SELECT n FROM generate_series(1, $1) AS n", (1_000,), prefetch=7
    ):
        seen.append(row["n"])
        if len(seen) % 100 == 0:  # the connection is free between portions
            assert await connection.fetchval("SELECT 1") == 1
    assert seen == list(range(1, 1_001))
    await connection.script("ROLLBACK")


async def test_a_statement_is_prepared_once(connection: Connection) -> None:
    for number in range(5):
        assert await connection.fetchval("SELECT $1::int + 1", (number,)) == number + 1
    assert (await prepared_names(connection)).count("SELECT $1::int + 1") == 1


async def test_few_statements_are_held(database_url: str) -> None:
    async with open_connection(database_url, prepared_statements=3) as connection:
        for number in range(20):
            assert await connection.fetchval(f"SELECT {number}") == number
        assert len(await prepared_names(connection)) <= 5  # closed with the next that is prepared


async def test_no_statement_is_held_for_an_old_pooler(database_url: str) -> None:
    async with open_connection(database_url, prepared_statements=0) as connection:
        for number in range(3):
            assert await connection.fetchval("SELECT $1::int", (number,)) == number
        assert [name for name in await prepared_names(connection) if "int" in name] == []
        await connection.execute("CREATE TABLE t (a int)")
        await connection.execute("INSERT INTO t VALUES (1)")
        assert await connection.fetchval("SELECT a FROM t") == 1
        await connection.execute("ALTER TABLE t ALTER a TYPE numeric USING a / 4.0")
        assert await connection.fetchval("SELECT a FROM t") == Decimal("0.25")


async def test_a_changed_table_is_read_again(connection: Connection, database_url: str) -> None:
    await connection.execute("CREATE TABLE t (a int)")
    await connection.execute("INSERT INTO t VALUES (1)")
    row = await connection.fetchrow("SELECT * FROM t")
    async with open_connection(database_url) as other:
        await other.execute("ALTER TABLE t ADD b text NOT NULL DEFAULT 'x'")
        row = await connection.fetchrow("SELECT * FROM t")
        assert row is not None
        assert dict(row) == {"a": 1, "b": "x"}
        await other.execute("ALTER TABLE t ALTER a TYPE text")
    assert await connection.fetchval("SELECT * FROM t") == "1"


async def test_a_changed_table_in_a_transaction_asks_for_another_run(
    connection: Connection, database_url: str
) -> None:
    await connection.execute("CREATE TABLE t (a int)")
    await connection.fetch("SELECT * FROM t")
    async with open_connection(database_url) as other:
        await other.execute("ALTER TABLE t ADD b text")
    await connection.script("BEGIN")
    with pytest.raises(failures.TransactionConflict):
        await connection.fetch("SELECT * FROM t")
    await connection.script("ROLLBACK")
    await connection.script("BEGIN")
    assert await connection.fetch("SELECT * FROM t") == []
    await connection.script("COMMIT")


async def test_what_fails_when_it_is_run_again_is_told(connection: Connection) -> None:
    await connection.execute("CREATE VIEW v AS SELECT 1 AS a")
    assert await connection.fetchval("SELECT * FROM v") == 1
    await connection.execute("DROP VIEW v")
    await connection.execute("CREATE VIEW v AS SELECT 'x'::text AS a, 1 / (random() * 0)::int AS b")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await connection.fetchrow("SELECT * FROM v")
    assert not connection.lost


async def test_a_statement_lost_to_a_pooler_is_prepared_again(connection: Connection) -> None:
    assert await connection.fetchval("SELECT 1") == 1
    await connection._wire.query("DEALLOCATE ALL", 5.0)  # as another session would have it
    assert await connection.fetchval("SELECT 1") == 1


async def test_errors_are_ours_and_leave_the_connection_usable(connection: Connection) -> None:
    await connection.execute(
        "CREATE TABLE t (a int PRIMARY KEY CHECK (a > 0), b varchar(2) NOT NULL DEFAULT '')"
    )
    await connection.execute("CREATE TABLE u (a int REFERENCES t)")
    await connection.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(failures.DuplicateRow) as duplicate:
        await connection.execute("INSERT INTO t VALUES ($1)", (1,))
    assert duplicate.value.breach.constraint == "t_pkey"
    with pytest.raises(failures.BrokenReference):
        await connection.execute("INSERT INTO u VALUES ($1)", (7,))
    with pytest.raises(failures.RefusedValue) as refused:
        await connection.execute("INSERT INTO t VALUES ($1)", (0,))
    assert refused.value.breach.constraint == "t_a_check"
    with pytest.raises(failures.RefusedValue) as missing:
        await connection.execute("INSERT INTO t VALUES (2, NULL)")
    assert missing.value.breach.column == "b"
    for value in ("abc", "\0", "\ud800"):
        with pytest.raises(failures.RefusedValue):
            await connection.execute("INSERT INTO t VALUES (2, $1)", (value,))
    with pytest.raises(failures.RefusedValue):
        await connection.execute("INSERT INTO t VALUES ($1)", (2**40,))
    with pytest.raises(failures.WrongArgument, match=r"\$1"):
        await connection.execute("INSERT INTO t VALUES ($1)", ("secret",))
    with pytest.raises(asyncpg.UndefinedTableError):
        await connection.fetch("SELECT * FROM nowhere")
    assert not connection.lost
    assert await connection.fetchval("SELECT count(*) FROM t") == 1


async def test_a_slow_statement_is_cancelled_and_the_connection_stays(
    connection: Connection,
) -> None:
    began = time.perf_counter()
    with pytest.raises(failures.StatementTimeout):
        await connection.fetch("SELECT pg_sleep($1)", (60,), timeout_seconds=0.5)
    assert time.perf_counter() - began < 20
    with pytest.raises(failures.StatementTimeout):  # now it is held
        await connection.fetch("SELECT pg_sleep($1)", (60,), timeout_seconds=0.5)
    with pytest.raises(failures.StatementTimeout):
        await connection.script("SELECT pg_sleep(60)", timeout_seconds=0.5)
    assert not connection.lost
    assert await connection.fetchval("SELECT 1") == 1


async def test_a_cancelled_caller_ends_its_statement(
    connection: Connection, database_url: str
) -> None:
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    task = asyncio.create_task(connection.fetch("SELECT pg_sleep(60)"))
    async with open_connection(database_url) as other:
        state = "SELECT state FROM pg_stat_activity WHERE pid = $1"
        while await other.fetchval(state, (pid,)) != "active":
            await asyncio.sleep(0.005)
        began = time.perf_counter()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.perf_counter() - began < 0.5  # it does not wait for the server
        assert connection.unsettled
        assert await connection.settle(10)
        assert await other.fetchval(state, (pid,)) == "idle"
    assert await connection.fetchval("SELECT 1") == 1


async def test_an_unsettled_connection_settles_when_it_is_used(connection: Connection) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await connection.fetch("SELECT pg_sleep(60)")
    assert connection.unsettled
    assert await connection.fetchval("SELECT 1") == 1


async def test_two_tasks_cannot_share_it(connection: Connection) -> None:
    task = asyncio.create_task(connection.fetch("SELECT pg_sleep(0.2)"))
    await asyncio.sleep(0)
    assert connection.running
    with pytest.raises(ConnectionMisused, match="another task"):
        await connection.fetch("SELECT 1")
    await task
    connection.rest()
    with pytest.raises(ConnectionMisused, match="given back"):
        await connection.fetch("SELECT 1")
    connection.wake()
    assert await connection.fetchval("SELECT 1") == 1


@pytest.mark.parametrize("sql", ["SET work_mem = '1MB'", "LISTEN x", "SELECT pg_advisory_lock(1)"])
async def test_the_session_stays_as_it_is(connection: Connection, sql: str) -> None:
    with pytest.raises(SessionStateRefused):
        await connection.execute(sql)
    with pytest.raises(SessionStateRefused):
        await connection.script(sql)
    assert await connection.fetchval("SELECT 1") == 1


async def test_a_terminated_backend_is_a_lost_connection(
    connection: Connection, database_url: str
) -> None:
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    async with open_connection(database_url) as other:
        await other.fetchval("SELECT pg_terminate_backend($1)", (pid,))
    with pytest.raises(failures.DatabaseAway):
        await connection.fetch("SELECT pg_sleep(60)")
    assert connection.lost
    with pytest.raises(failures.DatabaseAway):
        await connection.fetch("SELECT 1")


async def test_a_server_that_takes_no_writes_is_a_lost_connection(connection: Connection) -> None:
    await connection.script("BEGIN READ ONLY")
    with pytest.raises(failures.DatabaseAway):
        await connection.execute("CREATE TABLE t ()")
    assert connection.lost


async def test_a_write_where_we_asked_for_none_is_our_mistake(connection: Connection) -> None:
    await connection.script("BEGIN READ ONLY")
    connection.read_only = True
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await connection.execute("CREATE TABLE t ()")
    assert not connection.lost
    await connection.script("ROLLBACK")


async def test_slow_statements_are_written(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger=SLOW_LOGGER)
    async with open_connection(database_url, slow_log=SlowLog(0.1)) as connection:
        await connection.fetch("SELECT $1::text", ("quick",))
        assert caplog.records == []
        await connection.fetch("SELECT $1::text, pg_sleep(0.15)", ("hunter2",))
        await connection.script("SELECT pg_sleep(0.15)")
    fields = [vars(record) for record in caplog.records]
    assert [line["rows"] for line in fields] == [1, 1]
    assert fields[0]["parameter_types"] == ["str"]
    assert fields[0]["duration_ms"] >= 150
    assert "hunter2" not in repr(fields)


async def test_closing_is_in_order_and_terminating_is_not(database_url: str) -> None:
    connection = Connection(await open_raw(database_url))
    await connection.close(5)
    assert connection.lost
    assert not connection.is_connected()
    other = Connection(await open_raw(database_url))
    other.terminate()
    await until(lambda: not other.is_connected())
    await other.close(1)
