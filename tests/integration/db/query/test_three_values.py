"""Predicates select the rows that they select in Python, NULL included."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from tests.integration.db.query.running import execute, fetch_all, fetch_one
from tests.integration.db.query.three_values import TESTS, Judged, Rows, Sample
from tests.postgres import Migrate

from drystone.db.query.change import delete
from drystone.db.query.insert import insert
from drystone.db.query.select import count_of, select

TABLE = """
CREATE TABLE samples (
    id uuid PRIMARY KEY, low bigint, high bigint, word text, is_on boolean, words text[],
    other_id uuid, version bigint DEFAULT 1, created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(), deleted_at timestamptz
)
"""


async def create_samples(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(TABLE)
    await connection.close()


@pytest.fixture
def migrate() -> Migrate:
    return create_samples


@pytest_asyncio.fixture
async def rows(connection: asyncpg.Connection[Any]) -> AsyncIterator[Rows]:
    """Thirty rows, a third of each column NULL, some deleted."""
    chance = random.Random(8)
    samples: list[Sample] = []

    def maybe(value: Any) -> Any:
        return None if chance.random() < 1 / 3 else value

    def word() -> str:
        return "".join(chance.choices("aAb%_\\", k=chance.randrange(4)))

    for _ in range(30):
        other = chance.choice(samples).id if samples else None
        samples.append(
            Sample(
                low=maybe(chance.randrange(-2, 4)),
                high=maybe(chance.randrange(-2, 4)),
                word=maybe(word()),
                is_on=maybe(chance.random() < 0.5),
                words=maybe([word() for _ in range(chance.randrange(4))]),
                other=maybe(other),
            )
        )
    await execute(connection, insert(*samples).without_rows())
    await execute(connection, delete(Sample).where(Sample.id.in_([one.id for one in samples[::5]])))
    yield {one.id: one for one in await fetch_all(connection, select(Sample).with_deleted())}


@pytest.mark.slow
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(test=TESTS)
async def test_a_predicate_is_true_where_python_says_so(
    connection: asyncpg.Connection[Any], rows: Rows, test: Judged
) -> None:
    truths = {row.id: test.judge(row, rows) for row in rows.values()}
    query = select(Sample.id, test.predicate.as_("truth")).with_deleted()
    assert dict(await fetch_all(connection, query)) == truths
    live = select(Sample.id).where(test.predicate)
    expected = {
        row.id for row in rows.values() if truths[row.id] is True and row.deleted_at is None
    }
    found = await fetch_all(connection, live)
    assert len(found) == len(expected)
    assert set(found) == expected
    assert await fetch_one(connection, count_of(live)) == len(expected)
