"""What PostgreSQL does for a page: the index that serves it, and how far it reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from tests.integration.resources.listing.shelves import (
    BOOKS,
    PLAIN,
    WALK,
    Recorded,
    ask,
    sorted_by,
)

from drystone.db.database import Database
from drystone.db.queries import Queries
from drystone.resources.asking.list_request import ListRequest
from drystone.resources.listing.search import has_search_index

ROWS = 20_000


@pytest_asyncio.fixture
async def many(database_url: str, db: Database) -> AsyncIterator[Database]:
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        f"""
        INSERT INTO books (id, title, pages, rating, created_at)
        SELECT gen_random_uuid(), 'book ' || n, CASE WHEN n % 7 > 0 THEN n % 500 END, n % 5,
            timestamptz '2026-01-01' + n / 3 * interval '1 minute'
        FROM generate_series(1, {ROWS}) n
        """
    )
    await connection.execute("ANALYZE books")
    await connection.close()
    yield db


class Explained(Recorded):
    """A database that keeps the plan of each statement, as it ran."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.plans: list[dict[str, Any]] = []

    async def fetch(self, sql: str, args: Any = (), **more: Any) -> Any:
        text = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}"
        (record,) = await self._inner.fetch(text, args)
        self.plans.append(record[0][0]["Plan"])
        return await super().fetch(sql, args, **more)


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(one for inner in plan.get("Plans", []) for one in nodes(inner))]


async def plan_of(db: Database, asked: ListRequest) -> list[dict[str, Any]]:
    explained = Explained(db)
    await ask(explained, asked)
    return nodes(explained.plans[0])


async def cursor_at(db: Queries, asked: ListRequest, row: int) -> str:
    """Return a cursor in the middle, as a walk with long pages comes to it."""
    for _ in range(row // 100):
        answer = await ask(db, replace(asked, limit=100, fields=("id",)))
        asked = replace(asked, cursor=answer.pagination["next_cursor"])
    assert asked.cursor is not None
    return asked.cursor


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("-created_at", "created_at"),
        ("created_at", "created_at"),
        ("rating", "rating"),
        ("-pages", "pages"),
        ("pages", "pages"),
        ("", "books_pkey"),
    ],
)
async def test_a_page_far_in_begins_in_the_index_where_the_cursor_says(
    many: Database, sort: str, index: str
) -> None:
    asked = replace(WALK, sort=sorted_by(sort), limit=2)
    far = replace(asked, cursor=await cursor_at(many, asked, 10_000))
    backward = (await ask(many, far)).pagination["prev_cursor"]
    for cursor in (far.cursor, backward):
        plan = await plan_of(many, replace(asked, cursor=cursor))
        scans = [one for one in plan if "Index Name" in one]
        # NULLs ahead are a range of their own.
        assert 1 <= len(scans) <= 2
        for scan in scans:
            assert index in scan["Index Name"]
            assert scan["Index Cond"]
            # The page, one row more, and nothing thrown away on the way.
            assert scan["Actual Rows"] <= 4
            assert scan.get("Rows Removed by Filter", 0) == 0
        assert all(one["Actual Rows"] <= 6 for one in plan if one["Node Type"] == "Sort")


async def test_mixed_directions_still_begin_in_the_index(many: Database) -> None:
    asked = replace(WALK, sort=sorted_by("-created_at,rating"), limit=2)
    far = replace(asked, cursor=await cursor_at(many, asked, 5_000))
    plan = await plan_of(many, far)
    (scan,) = (one for one in plan if "Index Name" in one)
    assert "created_at" in scan["Index Cond"]
    assert scan["Actual Rows"] < 100


async def test_the_json_of_skipped_rows_is_not_written(many: Database) -> None:
    plan = await plan_of(many, replace(PLAIN, page=ROWS // 20, count="none"))
    (limit,) = (one for one in plan if one["Node Type"] == "Limit")
    assert limit["Plans"][0]["Actual Rows"] == ROWS
    assert "concat" not in str([one.get("Output") for one in nodes(limit)])
    explained = Recorded(many)
    await ask(explained, replace(PLAIN, page=2))
    inner = explained.statements[0].partition("FROM (SELECT ")[2]
    assert "concat(" not in inner


async def test_an_estimate_reads_no_rows(many: Database) -> None:
    recorded = Recorded(many)
    found = await ask(recorded, replace(PLAIN, count="estimated"))
    assert recorded.statements[1].startswith("EXPLAIN (FORMAT JSON) SELECT FROM books")
    assert ROWS * 0.8 < found.pagination["total"] < ROWS * 1.2


async def test_the_search_is_served_by_its_index(many: Database) -> None:
    assert has_search_index(BOOKS)
    found = await ask(many, replace(PLAIN, search="17000"))
    assert found.names() == ["book 17000"]
    plan = await plan_of(many, replace(PLAIN, search="17000"))
    assert any("title" in one.get("Index Name", "") for one in plan), msgspec.json.encode(plan)
