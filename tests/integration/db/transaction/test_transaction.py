from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from tests.integration.db.opening import open_connection, open_pool, until, whole
from tests.postgres import Migrate

from drystone.db import failures
from drystone.db.pool.config import PoolConfig
from drystone.db.pool.pool import Pool
from drystone.db.pool.stock import PoolMisused
from drystone.db.transaction.states import State, TransactionMisused
from drystone.db.transaction.transaction import Transaction
from drystone.db.transaction.transactions import Transactions

LOOPS = ["uvloop"]


async def create_accounts(url: str) -> None:
    async with open_connection(url) as connection:
        await connection.script(
            "CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL);"
            "INSERT INTO account VALUES (1, 100), (2, 100);"
            "CREATE TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)"
        )


@pytest.fixture
def migrate() -> Migrate:
    return create_accounts


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with open_pool(database_url) as pool:
        yield pool


@pytest.fixture
def transactions(pool: Pool) -> Transactions:
    return Transactions(pool)


async def balances(pool: Pool) -> list[int]:
    return [row[0] for row in await pool.fetch("SELECT balance FROM account ORDER BY id")]


async def change_and(tx: Transaction, error: Exception) -> None:
    async with tx:
        await tx.connection.execute("UPDATE account SET balance = 7")
        raise error


async def fail_and_swallow(tx: Transaction, then: str | None = None) -> None:
    async with tx:
        await tx.connection.execute("UPDATE account SET balance = 7")
        with pytest.raises(failures.DuplicateRow):
            await tx.connection.execute("INSERT INTO account VALUES (1, 1)")
        if then is not None:
            await tx.connection.fetch(then)


async def test_leaving_the_block_commits(pool: Pool, transactions: Transactions) -> None:
    async with transactions.open() as tx:
        assert await tx.connection.execute("UPDATE account SET balance = $1", (7,)) == 2
        assert await tx.connection.fetchval("SELECT sum(balance) FROM account") == 14
        assert await asyncio.create_task(balances(pool)) == [100, 100]
    assert tx.state is State.COMMITTED
    assert await balances(pool) == [7, 7]
    with pytest.raises(TransactionMisused, match="committed"):
        await tx.connection.fetch("SELECT 1")
    with pytest.raises(TransactionMisused, match="committed"):
        await tx.__aenter__()


async def test_an_error_rolls_back(pool: Pool, transactions: Transactions) -> None:
    tx = transactions.open()
    with pytest.raises(KeyError):
        await change_and(tx, KeyError())
    assert tx.state is State.ROLLED_BACK
    assert whole(pool)  # over before the block is
    assert await balances(pool) == [100, 100]


async def test_it_reads_and_writes_as_a_connection_does(
    pool: Pool, transactions: Transactions
) -> None:
    async with transactions.open() as tx:
        await tx.connection.execute_many("INSERT INTO account VALUES ($1, 0)", [(3,), (4,)])
        copied = await tx.connection.copy_in("account", columns=["id", "balance"], records=[(5, 0)])
        assert copied == 1
        ids = [
            row["id"] async for row in tx.connection.stream("SELECT id FROM account ORDER BY id")
        ]
        assert ids == [1, 2, 3, 4, 5]
        row = await tx.connection.fetchrow("SELECT id FROM account WHERE id = $1", (5,))
        assert row is not None


@pytest.mark.parametrize(
    ("isolation", "setting"),
    [
        ("read_committed", "read committed"),
        ("repeatable_read", "repeatable read"),
        ("serializable", "serializable"),
    ],
)
async def test_its_mode_is_what_was_asked_for(
    transactions: Transactions, isolation: Any, setting: str
) -> None:
    async with transactions.open(isolation=isolation) as tx:
        assert (
            await tx.connection.fetchval("SELECT current_setting('transaction_isolation')")
            == setting
        )
        assert (
            await tx.connection.fetchval("SELECT current_setting('transaction_read_only')") == "off"
        )


async def test_a_deferrable_one(transactions: Transactions) -> None:
    async with transactions.open(isolation="serializable", read_only=True, deferrable=True) as tx:
        assert (
            await tx.connection.fetchval("SELECT current_setting('transaction_deferrable')") == "on"
        )


async def test_a_write_in_a_read_only_one_is_our_mistake(
    pool: Pool, transactions: Transactions
) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with transactions.open(read_only=True) as tx:
            await tx.connection.execute("UPDATE account SET balance = 7")
    async with transactions.open() as tx:  # the same connection, and not read-only
        await tx.connection.execute("UPDATE account SET balance = 8")
    assert pool.statistics().opened == 1
    assert pool.statistics().evicted == 0


async def test_a_swallowed_failure_does_not_pass_for_a_commit(
    pool: Pool, transactions: Transactions
) -> None:
    tx = transactions.open()
    with pytest.raises(failures.TransactionAborted, match="savepoint"):
        await fail_and_swallow(tx)
    assert tx.state is State.ROLLED_BACK
    assert await balances(pool) == [100, 100]


async def test_going_on_after_a_failure_says_what_to_do(transactions: Transactions) -> None:
    with pytest.raises(failures.TransactionAborted, match="savepoint"):
        await fail_and_swallow(transactions.open(), then="SELECT 1")


async def test_a_commit_that_is_refused(pool: Pool, transactions: Transactions) -> None:
    with pytest.raises(failures.DuplicateRow):
        async with transactions.open() as tx:
            await tx.connection.execute("INSERT INTO late VALUES (1), (1)")
    assert tx.state is State.ROLLED_BACK
    assert await pool.fetchval("SELECT count(*) FROM late") == 0


async def nested(tx: Transaction) -> None:
    async with tx.savepoint():
        await tx.connection.execute("UPDATE account SET balance = 2 WHERE id = 2")
        async with tx.savepoint():
            await tx.connection.execute("INSERT INTO account VALUES (3, 3)")
        await tx.connection.execute("INSERT INTO account VALUES (1, 1)")


async def test_a_savepoint_undoes_its_block_alone(pool: Pool, transactions: Transactions) -> None:
    async with transactions.open() as tx:
        await tx.connection.execute("UPDATE account SET balance = 1 WHERE id = 1")
        with pytest.raises(failures.DuplicateRow):
            await nested(tx)
        async with tx.savepoint():
            await tx.connection.execute("INSERT INTO account VALUES (4, 4)")
    assert await balances(pool) == [1, 100, 4]


async def test_a_timeout_around_a_savepoint_leaves_the_transaction_usable(
    pool: Pool, transactions: Transactions
) -> None:
    async with transactions.open() as tx:
        await tx.connection.execute("UPDATE account SET balance = 1 WHERE id = 1")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), tx.savepoint():
                await tx.connection.fetch("SELECT pg_sleep(60)")
        await tx.connection.execute("UPDATE account SET balance = 2 WHERE id = 2")
    assert await balances(pool) == [1, 2]


async def test_a_cancelled_caller_leaves_at_once_and_nothing_stays(
    pool: Pool, transactions: Transactions
) -> None:
    entered = asyncio.Event()

    async def work() -> None:
        async with transactions.open() as tx:
            await tx.connection.execute("UPDATE account SET balance = 7")
            entered.set()
            await tx.connection.fetch("SELECT pg_sleep(60)")

    task = asyncio.create_task(work())
    await entered.wait()
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: whole(pool))
    assert await balances(pool) == [100, 100]
    assert pool.statistics().opened == 1


async def test_a_lock_is_held_to_the_end(transactions: Transactions) -> None:
    async with transactions.open() as tx:
        await tx.lock("invoice", 17)

        async def other() -> tuple[bool, bool]:
            async with transactions.open() as tx:
                return await tx.try_lock("invoice", 17), await tx.try_lock("invoice", 18)

        assert await asyncio.create_task(other()) == (False, True)
    assert await asyncio.create_task(other()) == (True, True)


async def test_a_task_in_a_transaction_does_not_wait_for_itself(database_url: str) -> None:
    config = PoolConfig(max_size=1)
    async with open_pool(database_url, config=config) as pool, Transaction(pool) as tx:
        with pytest.raises(PoolMisused, match="second one"):
            await pool.fetch("SELECT 1")
        assert await tx.connection.fetchval("SELECT 1") == 1


async def end(url: str, pid: int) -> None:
    async with open_connection(url) as other:
        await other.fetchval("SELECT pg_terminate_backend($1)", (pid,))


async def test_a_function_is_run_again_when_its_connection_is_lost(
    database_url: str, pool: Pool
) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    runs = 0

    async def work(tx: Transaction) -> int:
        nonlocal runs
        runs += 1
        await tx.connection.execute("UPDATE account SET balance = balance + 1 WHERE id = 1")
        if runs < 3:
            await end(database_url, await tx.connection.fetchval("SELECT pg_backend_pid()"))
            await tx.connection.fetch("SELECT pg_sleep(60)")
        return runs

    transactions = Transactions(pool, chance=lambda: 1.0, sleep=sleep)
    assert await transactions.run(work) == 3
    assert pauses == [0.02, 0.04]
    assert await balances(pool) == [101, 100]


async def test_a_loss_that_was_noticed_late_is_told(database_url: str, pool: Pool) -> None:
    times = iter([0.0, 4.9])
    runs = 0

    async def work(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        await end(database_url, await tx.connection.fetchval("SELECT pg_backend_pid()"))
        await tx.connection.fetch("SELECT pg_sleep(60)")

    with pytest.raises(failures.DatabaseAway):
        await Transactions(pool, clock=lambda: next(times)).run(work)
    assert runs == 1


async def test_a_swallowed_loss_is_no_commit(
    database_url: str, pool: Pool, transactions: Transactions
) -> None:
    tx = transactions.open()

    async def work() -> None:
        async with tx:
            await tx.connection.execute("UPDATE account SET balance = 7")
            await end(database_url, await tx.connection.fetchval("SELECT pg_backend_pid()"))
            with pytest.raises(failures.DatabaseAway):
                await tx.connection.fetch("SELECT pg_sleep(60)")

    with pytest.raises(failures.DatabaseAway):
        await work()
    assert tx.state is State.ROLLED_BACK
    assert await balances(pool) == [100, 100]


async def test_other_errors_are_not_run_again(transactions: Transactions) -> None:
    runs = 0

    async def work(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        await tx.connection.execute("INSERT INTO account VALUES (1, 1)")

    with pytest.raises(failures.DuplicateRow):
        await transactions.run(work)
    assert runs == 1


async def test_attempts_are_used_up(transactions: Transactions) -> None:
    runs = 0

    async def work(_tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        raise failures.TransactionConflict

    with pytest.raises(failures.TransactionConflict) as given_up:
        await transactions.run(work, attempts=3)
    assert runs == 3
    assert given_up.value.status == 503
    with pytest.raises(ValueError, match="1 or more"):
        await transactions.run(work, attempts=0)


async def test_a_block_cannot_be_run_again(transactions: Transactions) -> None:
    with pytest.raises(ValueError, match="`run`"):
        transactions.open(attempts=5)


async def test_a_database_that_is_away_is_not_asked_again() -> None:
    attempts = 0

    async def refused() -> Any:
        nonlocal attempts
        attempts += 1
        raise ConnectionRefusedError

    async def work(_tx: Transaction) -> None:
        pytest.fail("there is no transaction to work in")

    pool = Pool(refused)
    with pytest.raises(failures.DatabaseAway):
        await Transactions(pool).run(work)
    assert attempts == 1
    await pool.stop()
