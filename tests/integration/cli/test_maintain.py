"""`drystone maintain` on a real database."""

from __future__ import annotations

import asyncio
from secrets import token_hex

import pytest
from click.testing import CliRunner, Result
from tests.integration.cli.shop import Shop
from tests.integration.db.facade import session

from drystone.cli.main import main

APP = """
from datetime import timedelta

from drystone import App, Field, Model
from drystone.db.maintenance.policy import MaintenancePolicy

class Thing(Model, history=True):
    name: Field[str]

app = App("Things", models=[Thing], migrations="migrations")
app.maintenance = MaintenancePolicy(months_ahead=5, deleted=timedelta(days=7))
bare = App("Nothing")
"""


@pytest.fixture
def name(shop: Shop) -> str:
    name = f"things_{token_hex(4)}"
    (shop.directory / f"{name}.py").write_text(APP)
    return name


async def run(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, [*words])


@pytest.fixture
async def things(name: str, shop: Shop) -> str:
    (shop.directory / "migrations").mkdir()
    for words in (("make", "tables", f"{name}:app"), ("up", f"{name}:app")):
        result = await run("migrate", *words)
        assert result.exit_code == 0, result.output
    return f"{name}:app"


async def test_a_model_with_a_history_is_migrated_and_agrees(things: str) -> None:
    result = await run("migrate", "check", things)
    assert result.exit_code == 0, result.output


async def test_the_application_says_how_long_things_are_kept(things: str, shop: Shop) -> None:
    async with session(shop.place.url) as connection:
        await connection.execute("INSERT INTO things (name, deleted_at) VALUES ('a', '2020-01-01')")
        await connection.execute("UPDATE drystone.history SET changed_at = '2020-01-05'")
        dry = await run("maintain", things, "--dry-run")
        assert dry.exit_code == 0, dry.output
        assert "would be done: partition for 2020-01, 1 rows moved" in dry.stdout
        assert await connection.fetchval("SELECT count(*) FROM things") == 1
        assert await connection.fetchval("SELECT count(*) FROM drystone.maintenance") == 0
        done = await run("maintain", things, "--keep-history", "3650", "--lock-timeout", "20")
        assert done.exit_code == 0, done.output
        lines = done.stdout.splitlines()
        assert lines[0] == "partition for 2020-01, 1 rows moved out of the default one"
        # The migration has made this month and three more; five ahead are wanted.
        assert [line[:14] for line in lines[1:3]] == ["partition for "] * 2
        assert lines[3].startswith("rows of things purged")
        assert lines[3].endswith(": 1")
        assert lines[4].startswith("expired answers")
        assert await connection.fetchval("SELECT count(*) FROM things") == 0
        again = await run("maintain", things, "--keep-history", "1", "--keep-deleted", "1")
        assert "history_2020_01 dropped" in again.stdout


async def test_what_it_cannot_do_is_one_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = await run("maintain", f"{name}:bare")
    assert (bare.exit_code, "has no models" in bare.stderr) == (2, True)
    missing = await run("maintain", f"{name}:other")
    assert missing.exit_code == 1
    unmigrated = await run("maintain", f"{name}:app")
    assert unmigrated.exit_code == 1
    assert unmigrated.stderr.endswith("; run drystone migrate up\n")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    away = await run("maintain", f"{name}:app")
    assert away.exit_code == 1
    assert "Error: the database failed: no connection to PostgreSQL: 127.0.0.1:1" in away.stderr
    assert "Traceback" not in away.stderr
