"""The runner of session scripts sees where the database does something else."""

from __future__ import annotations

import asyncpg
import pytest
from tests.postgres import Migrate
from tests.session_runner import ScriptFailed, run_script
from tests.session_script import ScriptError

LOCKED = """
A> BEGIN;
A> UPDATE counter SET value = 1;
B> UPDATE counter SET value = value + 1 RETURNING value;
   -- waits
"""
DEADLOCK = """
A> BEGIN;
A> INSERT INTO word VALUES ('a');
B> BEGIN;
B> INSERT INTO word VALUES ('b');
A> INSERT INTO word VALUES ('b');
   -- waits
B> INSERT INTO word VALUES ('a');
   -- ERROR 40P01: deadlock detected
A< -- goes on
B> ROLLBACK;
A> COMMIT;
B> SELECT text FROM word ORDER BY text;
   -- a
   -- b
"""


async def create_tables(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "CREATE TABLE counter (value integer); INSERT INTO counter VALUES (0);"
        "CREATE TABLE word (text text PRIMARY KEY)"
    )
    await connection.close()


@pytest.fixture
def migrate() -> Migrate:
    return create_tables


RIGHT = {
    "rows, NULL and booleans": "A> SELECT value, NULL, true FROM counter;\n   -- 0 | NULL | true",
    "several rows": "A> SELECT generate_series(1, 2);\n   -- 1\n   -- 2",
    "no rows": "A> SELECT 1 WHERE false;\n   -- (no rows)",
    "a statement over lines": "A> SELECT value\n   FROM counter;  -- a remark\n   -- 0",
    "narration": "-- First of all\n\nA> BEGIN;\nA> COMMIT;",
    "a tag": "A> DELETE FROM word;\n   -- DELETE 0",
    "a committed failure": "A> BEGIN;\nA> SELECT 1/0;\n   -- ERROR 22012: division by zero\n"
    "A> COMMIT;\n   -- ROLLBACK",
    "a function that returns nothing": "A> SELECT pg_advisory_xact_lock(1);",
    "a wait that ends": f"{LOCKED}A> COMMIT;\nB< -- 2",
    "two that wait": f"{LOCKED}C> UPDATE counter SET value = value + 10 RETURNING value;\n"
    "   -- waits\nA> COMMIT;\nB< -- 2\nC< -- 12",
    "a broken connection": "A> BEGIN;\nA> UPDATE counter SET value = 9;\nA! gone\n"
    "B> UPDATE counter SET value = value + 1 RETURNING value;\n   -- 1\n"
    "A> SELECT value FROM counter;\n   -- 1",
}

WRONG = {
    "a wrong answer": ("A> SELECT value FROM counter;\n   -- 1", "line 1: got 0"),
    "an answer too many": ("A> SELECT value FROM counter;\n   -- 0\n   -- 0", "got 0"),
    "rows nobody spoke of": ("A> SELECT value FROM counter;", "got 0"),
    "a write in vain": ("A> DELETE FROM word;", "got DELETE 0"),
    "a COMMIT that rolls back": (
        "A> BEGIN;\nA> SELECT 1/0;\n   -- ERROR 22012: division by zero\nA> COMMIT;",
        "line 4: got ROLLBACK",
    ),
    "an error nobody spoke of": ("A> SELECT 1/0;", "got ERROR 22012: division by zero"),
    "another error": ("A> SELECT 1/0;\n   -- ERROR 23505: division by zero", "got ERROR 22012"),
    "another message": ("A> SELECT 1/0;\n   -- ERROR 22012: by nought", "got ERROR 22012"),
    "an error that does not come": (
        "A> SELECT value FROM counter;\n   -- ERROR 40001: no",
        "line 1: got 0",
    ),
    "a deadlock that does not come": (
        "A> SELECT value FROM counter;\n   -- ERROR 40P01: deadlock detected",
        "line 1: got 0",
    ),
    "a wait that does not happen": (
        "A> SELECT value FROM counter;\n   -- waits",
        "line 1: does not wait, got 0",
    ),
    "a wait nobody spoke of": (LOCKED.replace("   -- waits\n", ""), "line 4: B waits"),
    "a wait that does not end": (f"{LOCKED}A> SELECT 1;\n   -- 1\nB< -- 2", "line 8: B waits"),
    "a wait that ends unseen": (f"{LOCKED}A> COMMIT;\nA> BEGIN;", "B was answered unseen: 2"),
    "a wait that ends unseen at the end": (f"{LOCKED}A> COMMIT;", "B was answered unseen: 2"),
    "a wait to the end": (LOCKED, "at the end: B still waits"),
    "a statement for one who waits": (f"{LOCKED}B> COMMIT;", "line 6: B still waits"),
    "an answer for one who does not wait": ("A> BEGIN;\nA< -- 1", "line 2: A is not waiting"),
    "an answer for nobody": ("A< -- 1", "A is not waiting"),
    "a wrong answer after a wait": (f"{LOCKED}A> COMMIT;\nB< -- 1", "line 7: got 2"),
}

MALFORMED = {
    "no session": "SELECT 1;",
    "an answer to nothing": "   -- 1",
    "no semicolon": "A> SELECT 1",
    "a statement after its answer": "A> SELECT 1;\n   -- 1\n   + 1;",
    "a wait at last": "A< -- waits",
    "an empty answer": "A<",
    "an answer of a broken connection": "A! gone\n   -- 1",
}


@pytest.mark.parametrize("script", RIGHT.values(), ids=RIGHT)
async def test_a_right_script_passes(script: str, database_url: str) -> None:
    await run_script(script, database_url)


@pytest.mark.slow
async def test_a_deadlock_ends_the_transaction_that_the_script_says(database_url: str) -> None:
    await run_script(DEADLOCK, database_url)


@pytest.mark.parametrize(("script", "message"), WRONG.values(), ids=WRONG)
async def test_a_wrong_script_is_told_where(script: str, message: str, database_url: str) -> None:
    with pytest.raises(ScriptFailed) as caught:
        await run_script(script, database_url)
    assert message in str(caught.value)


@pytest.mark.parametrize("script", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_script_runs_nothing(script: str) -> None:
    with pytest.raises(ScriptError, match=r"^line [1-3]: "):
        await run_script(script, "postgresql://nobody@127.0.0.1:1/none")


async def test_a_line_is_counted_from_the_top_of_its_page(database_url: str) -> None:
    with pytest.raises(ScriptFailed, match="line 42: got 1"):
        await run_script("A> BEGIN;\n\nA> SELECT 1;\n   -- 2", database_url, first_line=40)
