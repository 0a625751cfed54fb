"""What migrations do to the rows that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio
from tests.integration.db.changes.running import run_down, run_up

from drystone.db.catalog.read import read_catalog
from drystone.db.changes.backfill import BATCH_ROWS
from drystone.db.changes.compare import compare
from drystone.db.changes.draft import write_migration

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.db.changes.running import Connection

    from drystone.db.changes.draft import MigrationDraft

ROWS = 2 * BATCH_ROWS + 1


@pytest_asyncio.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    opened = await asyncpg.connect(database_url, server_settings={"search_path": "public"})
    yield opened
    await opened.close()


async def drafts(
    connection: Connection, change: str, fills: dict[tuple[str, str], str] | None = None
) -> list[MigrationDraft]:
    """Return the way from what is there to what it would be after some SQL."""
    before = await read_catalog(connection)
    transaction = connection.transaction()
    await transaction.start()
    # Required columns are taken by an empty table alone.
    await connection.execute(f"TRUNCATE t; {change}")
    after = await read_catalog(connection)
    await transaction.rollback()
    return write_migration(compare(before, after, backfills=fills), name="change")


@pytest.mark.parametrize(
    "key", ["id int PRIMARY KEY", "id int", "id int, half int DEFAULT 0, PRIMARY KEY (id, half)"]
)
async def test_a_required_column_gets_its_value_in_every_row(
    connection: Connection, key: str
) -> None:
    await connection.execute(f"CREATE TABLE t ({key})")
    await connection.execute(f"INSERT INTO t SELECT n FROM generate_series(1, {ROWS}) AS n")
    written = await drafts(
        connection, "ALTER TABLE t ADD COLUMN twice int NOT NULL", {("t", "twice"): "id * 2"}
    )
    await run_up(connection, written)
    assert await connection.fetchval("SELECT count(*) FROM t WHERE twice = id * 2") == ROWS
    with pytest.raises(asyncpg.NotNullViolationError):
        await connection.execute("INSERT INTO t VALUES (0)")
    await run_down(connection, written)
    assert await connection.fetchval("SELECT count(*) FROM t") == ROWS


async def test_a_fill_that_is_null_for_a_row_ends_and_is_refused(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (id int PRIMARY KEY, other int)")
    await connection.execute("INSERT INTO t VALUES (1, 1), (2, NULL)")
    written = await drafts(
        connection, "ALTER TABLE t ADD COLUMN c int NOT NULL", {("t", "c"): "other"}
    )
    with pytest.raises(asyncpg.CheckViolationError, match="t_c_filled"):
        await run_up(connection, written)
    rows = await connection.fetch("SELECT c FROM t ORDER BY id")
    assert [row["c"] for row in rows] == [1, None]


async def test_a_volatile_default_differs_from_row_to_row(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (id int PRIMARY KEY)")
    await connection.execute("INSERT INTO t SELECT n FROM generate_series(1, 50) AS n")
    change = "ALTER TABLE t ADD COLUMN token uuid NOT NULL UNIQUE DEFAULT gen_random_uuid()"
    await run_up(connection, await drafts(connection, change))
    assert await connection.fetchval("SELECT count(DISTINCT token) FROM t") == 50


async def test_numbers_go_on_where_they_ended(connection: Connection) -> None:
    await connection.execute('CREATE TABLE t ("Number" int NOT NULL)')
    await connection.execute("INSERT INTO t VALUES (41)")
    change = 'ALTER TABLE t ALTER "Number" ADD GENERATED ALWAYS AS IDENTITY'
    await run_up(connection, await drafts(connection, change))
    await connection.execute("INSERT INTO t DEFAULT VALUES")
    assert await connection.fetchval('SELECT max("Number") FROM t') == 42


async def test_values_are_converted_by_way_of_text(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (at text DEFAULT 'never')")
    await connection.execute("INSERT INTO t VALUES ('2026-01-02'), (NULL)")
    change = "ALTER TABLE t ALTER at DROP DEFAULT, ALTER at TYPE date USING at::date"
    written = await drafts(connection, change)
    await run_up(connection, written)
    assert await connection.fetchval("SELECT count(at) FROM t WHERE at = '2026-01-02'") == 1
    await run_down(connection, written)
    await connection.execute("INSERT INTO t DEFAULT VALUES")
    rows = await connection.fetch("SELECT at FROM t ORDER BY at")
    assert [row["at"] for row in rows] == ["2026-01-02", "never", None]


async def test_a_text_too_long_for_a_new_type_is_refused_and_kept(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (title text); INSERT INTO t VALUES ('too long')")
    written = await drafts(connection, "ALTER TABLE t ALTER title TYPE varchar(3)")
    with pytest.raises(asyncpg.StringDataRightTruncationError):
        await run_up(connection, written)
    assert await connection.fetchval("SELECT title FROM t") == "too long"


async def test_rows_are_written_while_a_migration_waits_between_its_files(
    connection: Connection,
) -> None:
    await connection.execute("CREATE TABLE t (id int PRIMARY KEY, title text)")
    await connection.execute("INSERT INTO t VALUES (1, NULL)")
    written = await drafts(
        connection, "ALTER TABLE t ALTER title SET NOT NULL", {("t", "title"): "'none'"}
    )
    for number, draft in enumerate(written, start=2):
        await connection.execute("INSERT INTO t VALUES ($1, 'new')", number)
        await connection.execute("UPDATE t SET id = id")
        await run_up(connection, [draft])
    assert await connection.fetchval("SELECT count(*) FROM t WHERE title = 'none'") == 1
