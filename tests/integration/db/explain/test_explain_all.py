"""Recorded statements, run again for their plans."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.integration.db.facade import session
from tests.postgres import Migrate

from drystone.db.database import Database
from drystone.db.explain.explain import ExplainedStatement, explain_all
from drystone.db.pool.observed import ObservedStatement

INSERT = "INSERT INTO numbers VALUES ($1::int)"
ALL = "SELECT number FROM numbers"


async def create_numbers(url: str) -> None:
    async with session(url) as connection:
        await connection.execute("CREATE TABLE numbers (number int PRIMARY KEY)")


@pytest.fixture
def migrate() -> Migrate:
    return create_numbers


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url) as db:
        yield db


async def explain(
    db: Database, *statements: tuple[str, tuple[object, ...]]
) -> tuple[ExplainedStatement, ...]:
    """Explain statements as those of a write that took a second each."""
    observed = [ObservedStatement(text, values, 1.0) for text, values in statements]
    return await explain_all(db, observed, analyze=True, read_only=False)


async def test_each_finds_what_those_before_have_made(db: Database, database_url: str) -> None:
    made, found = await explain(db, (INSERT, (1,)), (INSERT, (2,)), (ALL, ()))
    assert (made.times, made.seconds, made.values) == (2, 2.0, (1,))
    assert found.plan is not None
    assert found.plan.root.total_rows == 2
    async with session(database_url) as beside:
        assert await beside.fetch(ALL) == []


async def test_one_that_fails_leaves_the_others_their_plans(db: Database) -> None:
    first, again, found = await explain(
        db, (INSERT, (1,)), ("INSERT INTO numbers VALUES (1)", ()), (ALL, ())
    )
    assert first.plan is not None
    assert again.plan is None
    assert again.reason is not None
    assert again.reason.startswith("it failed when it was run again: duplicate key value")
    assert found.plan is not None
    assert found.plan.root.total_rows == 1
