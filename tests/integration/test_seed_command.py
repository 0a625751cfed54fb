"""`drystone seed`: as many sample rows as are wanted, all of them or none."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.integration.running import Running, run_module
from tests.integration.tracker import create_tracker
from tests.postgres import Migrate

pytestmark = pytest.mark.slow

# By how many tasks a table has how many rows, roughly, is the sample's own affair.
COUNTS = """
    SELECT
        (SELECT count(*) FROM tasks) AS tasks,
        (SELECT count(*) FROM comments) AS comments,
        (SELECT count(*) FROM users) AS users,
        (SELECT count(*) FROM drystone.history) AS told
    """


@pytest.fixture
def migrate() -> Migrate:
    return create_tracker


class Seeding:
    """Runs the command on a database, in a directory without settings of its own."""

    def __init__(self, directory: Path, url: str) -> None:
        self._directory = directory
        self._environ = {"DATABASE_URL": url, "DRYSTONE_APP": "examples.tasks.app:app"}

    def start(self, *arguments: str) -> Any:
        return run_module(
            "drystone", "seed", *arguments, directory=self._directory, environ=self._environ
        )

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        async with self.start(*arguments) as running:
            ended: tuple[int, str, str] = await running.ended()
        return ended


@pytest.fixture
def seeding(tmp_path: Path, database_url: str) -> Seeding:
    return Seeding(tmp_path, database_url)


async def ask(url: str, question: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchrow(question)
    finally:
        await connection.close()


async def test_rows_are_made_added_and_replaced(seeding: Seeding, database_url: str) -> None:
    assert await seeding.run("--tasks", "300") == (
        0,
        "300 tasks were made; there are 300 now.\n",
        "",
    )
    first = await ask(database_url, COUNTS)
    assert (first["tasks"], first["users"]) == (300, 20)
    assert first["comments"] > 100

    code, output, errors = await seeding.run("--tasks", "200")
    assert (code, output) == (1, "")
    assert errors == (
        "Error: The tables have rows already; write --add to put more beside them, or "
        "--replace to remove them first.\n"
    )
    assert await ask(database_url, COUNTS) == first

    assert (await seeding.run("--tasks", "200", "--add"))[1] == (
        "200 tasks were made; there are 500 now.\n"
    )
    assert (await ask(database_url, "SELECT count(*) FROM tags"))[0] == 12

    assert (await seeding.run("--tasks", "100", "--replace"))[0] == 0
    last = await ask(database_url, COUNTS)
    assert last["tasks"] == 100
    assert last["told"] < first["told"]


async def test_what_was_put_aside_is_back(seeding: Seeding, database_url: str) -> None:
    keys = "SELECT count(*), bool_and(convalidated) FROM pg_constraint WHERE contype = 'f'"
    before = await ask(database_url, keys)
    assert (await seeding.run("--tasks", "50"))[0] == 0
    assert await ask(database_url, keys) == before
    connection = await asyncpg.connect(database_url)
    silent = await connection.fetch("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'O'")
    assert silent == []
    told = await connection.fetchval("SELECT count(*) FROM drystone.history")
    await connection.execute("UPDATE tasks SET priority = 6 - priority WHERE priority <> 3")
    assert await connection.fetchval("SELECT count(*) FROM drystone.history") > told
    with pytest.raises(asyncpg.FeatureNotSupportedError):
        await connection.execute("TRUNCATE tasks CASCADE")
    await connection.close()


async def test_the_history_that_is_told_is_what_the_trigger_would_have_told(
    seeding: Seeding, database_url: str
) -> None:
    assert (await seeding.run("--tasks", "100"))[0] == 0
    connection = await asyncpg.connect(database_url)
    # Walked from the end, the changes of a task lead back to its first form.
    wrong = await connection.fetchval(
        """
        SELECT count(*)
        FROM tasks
        JOIN LATERAL (
            SELECT
                count(*) AS entries,
                max(version) AS version,
                (array_agg(new ORDER BY sequence))[1]
                    || coalesce((array_agg(new ORDER BY sequence))[2], '{}')
                    || coalesce((array_agg(new ORDER BY sequence))[3], '{}') AS reached,
                max(changed_at) AS changed_at
            FROM drystone.history
            WHERE row_id = tasks.id
        ) AS told ON true
        WHERE told.entries <> tasks.version
            OR told.version <> tasks.version
            OR told.changed_at <> tasks.updated_at
            OR told.reached - '{version,updated_at}'::text[]
                <> to_jsonb(tasks) - '{version,updated_at}'::text[]
        """
    )
    assert wrong == 0
    # The same columns as of a row that the trigger saw.
    await connection.execute(
        "INSERT INTO comments (task_id, author_id, body) "
        "SELECT task_id, author_id, 'x' FROM comments LIMIT 1"
    )
    forms = await connection.fetch(
        """
        SELECT DISTINCT (SELECT array_agg(key ORDER BY key) FROM jsonb_object_keys(new) AS key)
        FROM drystone.history
        WHERE table_name = 'comments'
        """
    )
    assert len(forms) == 1
    await connection.close()


async def test_ctrl_c_leaves_what_was_there(seeding: Seeding, database_url: str) -> None:
    async with seeding.start("--tasks", "200000") as running:
        await wait_until_it_copies(running, database_url)
        running.press_ctrl_c()
        code, output, errors = await running.ended()
    assert (code, output) == (128 + signal.SIGINT, "")
    assert "Traceback" not in errors
    left = await ask(database_url, COUNTS)
    assert (left["tasks"], left["users"], left["told"]) == (0, 0, 0)


async def wait_until_it_copies(running: Running, url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(30):
            while not await connection.fetchval(
                "SELECT count(*) FROM pg_stat_progress_copy WHERE tuples_processed > 0"
            ):
                await asyncio.sleep(0.01)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--add", "--replace"), "--add and --replace are both given; write one of them"),
        (("--tasks", "0"), "0 is not in the range"),
        (("--tasks", "many"), "'many' is not a valid integer"),
        (("--task", "5"), "No such option"),
    ],
)
async def test_a_mistake_is_told_and_changes_nothing(
    seeding: Seeding, database_url: str, arguments: tuple[str, ...], told: str
) -> None:
    code, output, errors = await seeding.run(*arguments)
    assert (code, output) == (2, "")
    assert told in errors
    assert (await ask(database_url, COUNTS))["tasks"] == 0


class TestWithoutTables:
    @pytest.fixture
    def migrate(self) -> Migrate:
        return nothing

    async def test_it_says_what_to_do_first(self, seeding: Seeding) -> None:
        code, _, errors = await seeding.run("--tasks", "5")
        assert code == 1
        assert errors == 'Error: relation "users" does not exist; run drystone migrate up\n'


async def nothing(_url: str) -> None:
    """Leave the database without tables."""
