"""`drystone migrate`: what it prints, and the exit code that scripts go by."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.integration.db.migrations.place import Place

from drystone.cli.main import main
from drystone.cli.migrate.plan_report import format_bytes

TABLE = "CREATE TABLE t (id integer PRIMARY KEY, a integer);"
Run = Callable[..., Result]


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.chdir(tmp_path)
    for name in ("DRYSTONE_APP", "DRYSTONE_ENV", "DRYSTONE_DATABASE_DIRECT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    folder = tmp_path / "migrations"
    folder.mkdir()
    return Place(database_url, folder)


async def run(*arguments: str, typed: str | None = None) -> Result:
    """Run the command on a thread of its own: it brings its own event loop."""
    return await asyncio.to_thread(CliRunner().invoke, main, ["migrate", *arguments], input=typed)


async def test_up_applies_and_says_what(place: Place) -> None:
    place.write(1, "t", TABLE)
    place.write(2, "b", "ALTER TABLE t ADD b text;", alone=True)
    dry = await run("up", "--directory", "migrations", "--dry-run")
    assert dry.exit_code == 0
    assert "would apply 0002_b (1 statement, each by itself)" in dry.stdout
    assert await place.value("SELECT to_regclass('t')") is None
    done = await run("up", "--directory", "migrations", "--to", "1")
    assert done.exit_code == 0
    assert "applied 0001_t (" in done.stdout
    assert "0002_b" not in done.stdout
    assert (await run("up", "--directory", "migrations")).exit_code == 0
    again = await run("up", "--directory", "migrations")
    assert again.stdout == "Nothing to apply.\n"
    assert "(DATABASE_URL)" in again.stderr


async def test_the_direct_url_is_used_where_there_is_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRYSTONE_DATABASE_DIRECT_URL", place.url)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/pgbouncer")
    place.write(1, "t", TABLE)
    done = await run("up", "--directory", "migrations")
    assert done.exit_code == 0
    assert "(DRYSTONE_DATABASE_DIRECT_URL)" in done.stderr
    assert await place.value("SELECT to_regclass('public.t')") is not None


async def test_a_failure_is_a_line_with_its_place(place: Place) -> None:
    place.write(1, "t", "CREATE TABLE t (a nonsense);")
    failed = await run("up", "--directory", "migrations")
    assert failed.exit_code == 1
    assert 'Error: migrations/0001_t.sql:2: type "nonsense" does not exist' in failed.stderr
    assert "Traceback" not in failed.output


async def test_status_says_where_each_stands(place: Place) -> None:
    place.write(1, "t", TABLE)
    pending = await run("status", "--directory", "migrations")
    assert pending.exit_code == 3
    assert "pending  0001_t" in pending.stdout
    await run("up", "--directory", "migrations")
    applied = await run("status", "--directory", "migrations")
    assert applied.exit_code == 0
    heading, *lines = applied.stdout.splitlines()
    assert heading.split("  ")[0] == "STATE"
    assert lines[-1].index("0001_t") == heading.index("MIGRATION")
    listed = json.loads((await run("status", "--directory", "migrations", "--json")).stdout)
    assert [one["state"] for one in listed] == ["applied"] * len(listed)
    assert listed[-1]["name"] == "t"


async def test_status_shows_where_a_broken_run_stands(place: Place) -> None:
    place.write(1, "t", f"{TABLE}\nCREATE TABLE t ();", alone=True)
    assert (await run("up", "--directory", "migrations")).exit_code == 1
    shown = await run("status", "--directory", "migrations")
    assert shown.exit_code == 3
    assert "1 of 2 statements are done" in shown.stdout
    assert "next: migrations/0001_t.sql:3: CREATE TABLE t ()" in shown.stdout
    (entry,) = [
        one
        for one in json.loads((await run("status", "--directory", "migrations", "--json")).stdout)
        if one["source"] == "app"
    ]
    assert (entry["state"], entry["position"]) == ("applying", 1)


async def test_status_shows_a_statement_that_may_have_left_its_traces(place: Place) -> None:
    place.write(1, "t", TABLE + "INSERT INTO t VALUES (1, 1), (2, 1);")
    place.write(2, "i", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);", alone=True)
    assert (await run("up", "--directory", "migrations")).exit_code == 1
    shown = await run("status", "--directory", "migrations")
    assert "begun, outside of a transaction: CREATE UNIQUE INDEX CONCURRENTLY i" in shown.stdout


async def test_status_of_files_that_contradict_the_database(place: Place) -> None:
    place.write(1, "t", TABLE)
    await run("up", "--directory", "migrations")
    place.write(1, "t", TABLE + " -- changed")
    shown = await run("status", "--directory", "migrations")
    assert shown.exit_code == 4
    assert "changed  0001_t" in shown.stdout
    assert "was changed after it was applied" in shown.stderr


async def test_down_reverts_when_it_may(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write(1, "t", TABLE, "DROP TABLE t;")
    place.write(2, "u", "CREATE TABLE u ();", "DROP TABLE u;")
    await run("up", "--directory", "migrations")
    unasked = await run("down", "--directory", "migrations")
    assert unasked.exit_code == 2
    assert "would revert 0002_u (1 statement, in one transaction)" in unasked.stdout
    assert "write --yes if you mean it" in unasked.stderr
    monkeypatch.setenv("DRYSTONE_ENV", "production")
    monkeypatch.setenv("DRYSTONE_ALLOWED_HOSTS", "api.example.com")
    refused = await run("down", "--directory", "migrations")
    assert refused.exit_code == 2
    assert "this is production" in refused.stderr
    assert await place.value("SELECT to_regclass('u')") is not None
    done = await run("down", "--directory", "migrations", "--yes", "--to", "0")
    assert done.exit_code == 0
    assert "reverted 0001_t" in done.stdout
    nothing = await run("down", "--directory", "migrations", "--yes")
    assert nothing.stdout == "Nothing to revert.\n"


async def test_down_asks_on_a_terminal(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write(1, "t", TABLE, "DROP TABLE t;")
    await run("up", "--directory", "migrations")
    monkeypatch.setattr("drystone.cli.migrate.down._is_terminal", lambda: True)
    assert (await run("down", "--directory", "migrations", typed="n\n")).exit_code == 1
    assert await place.value("SELECT to_regclass('t')") is not None
    assert (await run("down", "--directory", "migrations", typed="y\n")).exit_code == 0
    assert await place.value("SELECT to_regclass('t')") is None


async def test_plan_shows_locks_sizes_and_the_safe_form(place: Place) -> None:
    place.write(1, "t", TABLE)
    await run("up", "--directory", "migrations")
    await place.run(
        "ALTER TABLE t ADD pad text",
        "INSERT INTO t SELECT g, g, repeat('x', 300) FROM generate_series(1, 60000) g",
        "ANALYZE t",
    )
    place.write(2, "d", "ALTER TABLE t ADD d int;\nCREATE TABLE n ();")
    harmless = await run("plan", "--directory", "migrations")
    assert harmless.exit_code == 0
    assert "public.t  ACCESS EXCLUSIVE  blocks reads and writes" in harmless.stdout
    assert "about 60,000 rows" in harmless.stdout
    assert "no lock on a table that is there already" in harmless.stdout
    assert "Nobody would have to wait." in harmless.stdout
    assert "\x1b[" not in harmless.output
    place.write(3, "i", "CREATE INDEX i\n  ON t (a);")
    blocking = await run("plan", "--directory", "migrations")
    assert blocking.exit_code == 3
    assert "   2  CREATE INDEX i\n        ON t (a)" in blocking.stdout
    assert "! blocks writes of public.t while it scans public.t" in blocking.stdout
    assert "instead: make the index CONCURRENTLY" in blocking.stdout
    assert "1 statement would make others wait" in blocking.stdout
    printed = await run("plan", "--directory", "migrations", "--json")
    assert printed.exit_code == 3
    document = json.loads(printed.stdout)
    assert document["hinders"] is True
    (statement,) = document["migrations"][1]["statements"]
    assert statement["tables"][0]["lock"] == "SHARE"
    assert statement["tables"][0]["rows"] == 60000
    assert statement["hindrance"]["sql"][1] == "CREATE INDEX CONCURRENTLY i"


async def test_an_empty_plan_is_harmless(place: Place) -> None:
    await run("up", "--directory", "migrations")
    planned = await run("plan", "--directory", "migrations")
    assert (planned.exit_code, planned.stdout) == (0, "Nothing to apply.\n")


async def test_the_application_names_the_folder(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    name = f"app_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(
        "from pathlib import Path\nfrom drystone import App\n"
        "app = App()\napp.migrations = Path('migrations')\nbare = App()\n"
    )
    place.write(1, "t", TABLE)
    done = await run("up", f"{name}:app")
    assert "applied 0001_t" in done.stdout, done.output
    bare = await run("up", f"{name}:bare")
    assert bare.exit_code == 1
    assert "declares no folder of migrations" in bare.stderr
    down = await run("down", f"{name}:bare")
    assert down.exit_code == 2
    assert "give --directory" in down.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["up", "a:b", "--directory", "migrations"], 2, "are both given"),
        (["up"], 2, "no application is named"),
        (["up", "nosuch:app"], 1, "there is no module 'nosuch'"),
        (["down", "--directory", "m", "--steps", "1", "--to", "1"], 2, "are both given"),
        (["up", "--directory", "none"], 1, "none: cannot be read"),
        (["up", "--directory", "migrations", "--to", "4"], 1, "the folder has none"),
    ],
)
async def test_misuse_is_one_line(place: Place, arguments: list[str], code: int, said: str) -> None:
    result = await run(*arguments)
    assert result.exit_code == code
    assert said in result.stderr


async def test_a_database_that_is_away_is_one_line(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/app")
    result = await run("status", "--directory", "migrations")
    assert result.exit_code == 1
    assert "the database cannot be reached" in result.stderr


@pytest.mark.parametrize("name", ["up", "down", "status", "plan"])
def test_each_command_helps_with_examples(name: str) -> None:
    result = CliRunner().invoke(main, ["migrate", name, "--help"])
    assert result.exit_code == 0
    assert f"drystone migrate {name}" in result.output.partition("Examples:")[2]
    if name in {"status", "plan"}:
        assert "Exit codes:\n    0  " in result.output


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 bytes"), (1024, "1 kB"), (5 * 1024**4, "5 TB"), (3 << 30, "3 GB")]
)
def test_sizes_are_read_easily(count: int, text: str) -> None:
    assert format_bytes(count) == text
