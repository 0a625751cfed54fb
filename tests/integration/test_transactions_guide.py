"""Every script and both lock tables of docs/transactions.md, on a real PostgreSQL."""

from __future__ import annotations

import asyncpg
import pytest
from tests.integration.transactions_guide import PAGE, blocks, create_tables, table
from tests.postgres import Migrate
from tests.session_runner import Connection, run_script

LOCKS = ("FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE")


def scripts() -> list[object]:
    found = [
        # Where the role may not set deadlock_timeout, one is waited for.
        pytest.param(
            line, text, id=f"{heading} ({line})", marks=[pytest.mark.slow] * ("40P01" in text)
        )
        for info, line, heading, text in blocks()
        if info == "sql sessions"
    ]
    assert len(found) > 30
    return list(found)


@pytest.fixture
def migrate() -> Migrate:
    return create_tables


async def refuses(connection: Connection, lock: str) -> bool:
    """Tell whether that lock on project 2 is not to be had at once."""
    try:
        await connection.execute(f"SELECT FROM project WHERE id = 2 {lock} NOWAIT")
    except asyncpg.LockNotAvailableError:
        return True
    return False


async def locks_that_wait(url: str, statement: str) -> list[str]:
    """Return the locks on project 2 that others wait for after a statement, until its COMMIT."""
    holder, asker = await asyncpg.connect(url), await asyncpg.connect(url)
    await holder.execute("BEGIN")
    await holder.execute(statement)
    waiting = [lock for lock in LOCKS if await refuses(asker, lock)]
    await asker.close()
    await holder.execute("ROLLBACK")
    await holder.close()
    return waiting


@pytest.mark.parametrize(("line", "script"), scripts())
async def test_a_script_goes_as_it_says(line: int, script: str, database_url: str) -> None:
    await run_script(script, database_url, first_line=line)


@pytest.mark.parametrize(("held", "cells"), [(row[0], row[1:]) for row in table("| held |")])
async def test_the_table_says_which_locks_wait(
    held: str, cells: list[str], database_url: str
) -> None:
    waiting = await locks_that_wait(database_url, f"SELECT FROM project WHERE id = 2 {held}")
    assert cells == ["waits" if asked in waiting else "goes on" for asked in LOCKS]


def test_the_table_has_every_lock_both_ways() -> None:
    assert [row[0] for row in table("| held |")] == list(LOCKS)
    assert f"| held | {' | '.join(LOCKS)} |" in PAGE


@pytest.mark.parametrize(("statement", "lock"), table("| statement |"))
async def test_a_statement_takes_the_lock_that_the_table_says(
    statement: str, lock: str, database_url: str
) -> None:
    expected = await locks_that_wait(database_url, f"SELECT FROM project WHERE id = 2 {lock}")
    assert await locks_that_wait(database_url, statement.strip("`")) == expected


def test_every_block_of_the_page_is_run() -> None:
    kinds = [info for info, *_ in blocks()]
    assert set(kinds) == {"sql setup", "sql sessions"}
    assert PAGE.count("```") == 2 * len(kinds)
