"""`docs/database.md` says what is so: its SQL is run, its tables are held to the catalogue.

A block of SQL is followed by a block of text if it prints anything. The page is one
session of psql from top to bottom, so that a reader can follow it with their own.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from examples.tasks.models import MODELS
from tests.integration.running import ROOT
from tests.integration.tracker import create_tracker
from tests.postgres import Migrate

from drystone.db.diagram.mermaid import mermaid
from drystone.db.diagram.svg import svg
from drystone.db.embedded.binaries import find_binaries

PAGE = (ROOT / "docs/database.md").read_text("utf-8")
REPORTS = ROOT / "examples/tasks/reports"
TABLES = "users projects members tasks tags task_tags comments attachments".split()
# Every table has these, and the page says so once.
SHARED_COLUMNS = {"id", "created_at", "updated_at", "version", "deleted_at"}

_BLOCK = re.compile(r"^```sql\n(.*?)^```\n(?:```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
_BETWEEN = "--- next block ---"
_RULES = {b"a": "refused", b"r": "refused", b"c": "purged too", b"n": "NULL"}


def read_blocks(page: str) -> list[tuple[str, str]]:
    """Return each block of SQL with what it is said to print.

    >>> read_blocks("```sql\\nSELECT 1;\\n```\\n```text\\n 1\\n```\\n")
    [('SELECT 1;\\n', ' 1\\n')]
    """
    return _BLOCK.findall(page)


async def run_psql(url: str, script: str) -> str:
    """Return what psql prints, errors among the answers as on a terminal."""
    psql = (await find_binaries()).directory / "psql"
    process = await asyncio.create_subprocess_exec(
        psql,
        "--no-psqlrc",
        f"--dbname={url}",
        env={"PGTZ": "UTC", "PGCLIENTENCODING": "UTF8", "LC_ALL": "C"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate(script.encode())
    assert process.returncode == 0, printed
    return printed.decode()


async def run_blocks(url: str, blocks: list[str]) -> list[str]:
    """Run the blocks in one session; return what each printed, without blank ends."""
    printed = await run_psql(url, f"\\echo {_BETWEEN}\n".join(blocks))
    lines = "\n".join(line.rstrip() for line in printed.splitlines())
    return [part.strip("\n") for part in lines.split(_BETWEEN)]


def pattern_of(output: str) -> re.Pattern[str]:
    """Return what matches the output; an ellipsis stands for anything."""
    return re.compile(".*?".join(map(re.escape, output.strip("\n").split("…"))), re.DOTALL)


def table_below(heading: str) -> set[tuple[str, ...]]:
    """Return the rows of the first table below a heading, without its backquotes."""
    lines = PAGE.partition(f"\n### {heading}\n")[2].partition("\n### ")[0].splitlines()
    rows = [line.strip("|").replace("`", "").split("|") for line in lines if line[:1] == "|"]
    return {tuple(cell.strip() for cell in row) for row in rows[2:]}


@pytest.fixture
def migrate() -> Migrate:
    return create_tracker


@pytest_asyncio.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_every_block_prints_what_stands_below_it(database_url: str) -> None:
    blocks = read_blocks(PAGE)
    printed = await run_blocks(database_url, [statement for statement, _ in blocks])
    assert len(blocks) == PAGE.count("```sql\n") > 20
    for (statement, said), shown in zip(blocks, printed, strict=True):
        if said:
            assert pattern_of(said).fullmatch(shown), f"{statement}\n{shown}"
        else:
            assert "ERROR" not in shown, f"{statement}\n{shown}"


async def test_the_foreign_keys_are_those_of_the_catalogue(
    connection: asyncpg.Connection[asyncpg.Record],
) -> None:
    rows = await connection.fetch(
        """
        SELECT
            conrelid::regclass || '.' || attname AS origin,
            confrelid::regclass::text AS target,
            attnotnull,
            confdeltype
        FROM pg_constraint
        JOIN pg_attribute ON attrelid = conrelid
            AND attnum = conkey[1]
        WHERE contype = 'f'
            AND connamespace = 'public'::regnamespace
        """
    )
    assert table_below("Foreign keys") == {
        (
            row["origin"],
            row["target"],
            "no" if row["attnotnull"] else "yes",
            _RULES[row["confdeltype"]],
        )
        for row in rows
    }


async def test_every_foreign_key_begins_an_index_of_all_rows(
    connection: asyncpg.Connection[asyncpg.Record],
) -> None:
    bare = await connection.fetch(
        """
        SELECT conname
        FROM pg_constraint
        WHERE contype = 'f'
            AND connamespace = 'public'::regnamespace
            AND NOT EXISTS (
                SELECT
                FROM pg_index
                WHERE indrelid = conrelid
                    AND indkey[0] = conkey[1]
                    AND indpred IS NULL
            )
        """
    )
    assert bare == []


async def test_the_uniques_are_those_of_the_catalogue(
    connection: asyncpg.Connection[asyncpg.Record],
) -> None:
    rows = await connection.fetch(
        """
        SELECT
            indrelid::regclass::text AS name,
            string_agg(pg_get_indexdef(indexrelid, place, true), ', ' ORDER BY place) AS columns,
            pg_get_expr(indpred, indrelid) AS predicate
        FROM pg_index
        JOIN pg_class ON pg_class.oid = indrelid
        CROSS JOIN LATERAL generate_series(1, indnkeyatts) AS place
        WHERE indisunique
            AND NOT indisprimary
            AND relnamespace = 'public'::regnamespace
        GROUP BY indexrelid, indrelid, indpred
        """
    )
    assert table_below("Unique among live rows") == {(row["name"], row["columns"]) for row in rows}
    assert {row["predicate"] for row in rows} == {"(deleted_at IS NULL)"}


@pytest.mark.parametrize("table", TABLES)
async def test_each_table_s_columns_are_named(
    connection: asyncpg.Connection[asyncpg.Record], table: str
) -> None:
    rows = await connection.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0",
        table,
    )
    section = PAGE.partition(f"\n### `{table}`\n")[2].partition("\n### ")[0]
    said = re.search(r"\*\*Columns\*\*: (.*?)\.", section)
    assert said
    named = re.findall(r"`(\w+)`", said[1])
    assert sorted(named) == sorted({row["attname"] for row in rows} - SHARED_COLUMNS)


def test_every_report_is_linked_once() -> None:
    linked = re.findall(r"\]\(\.\./examples/tasks/reports/(\w+\.sql)\)", PAGE)
    assert sorted(linked) == sorted(path.name for path in REPORTS.glob("*.sql"))


def test_the_diagrams_are_those_of_the_models() -> None:
    diagram = PAGE.partition("<!-- erd:start -->\n")[2].partition("<!-- erd:end -->")[0]
    mend = "drystone erd examples.tasks.app:app"
    assert diagram == f"```mermaid\n{mermaid(MODELS)}```\n", mend
    picture = (ROOT / "docs/database.svg").read_text("utf-8")
    assert picture == svg(MODELS), f"{mend} --output docs/database.svg"


def test_other_pages_that_are_named_exist() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", PAGE):
        assert (Path(ROOT) / "docs" / link).exists(), link
