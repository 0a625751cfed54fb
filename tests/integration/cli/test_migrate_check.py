"""`drystone migrate check`: each kind of drift is a line, and none is no line."""

from __future__ import annotations

import json

import pytest
from tests.integration.cli.shop import Shop

from drystone.db.finding import place_of

pytestmark = pytest.mark.slow

TASK = "title: Field[str]\nsize: Field[int] = default(0)"

GONE = (
    "0001_tables was applied, but its file is gone; restore 0001_tables.sql, for instance "
    "from an older or newer release of the application"
)
OTHER_TOUCH = (
    "CREATE OR REPLACE FUNCTION drystone.touch() RETURNS trigger LANGUAGE plpgsql "
    "AS 'BEGIN RETURN new; END'"
)


@pytest.fixture
async def made(shop: Shop) -> Shop:
    shop.declare(Task=TASK)
    await shop.make("tables")
    await shop.up()
    return shop


async def lines(shop: Shop, *options: str) -> list[str]:
    """Return the differences, which the exit code tells as well."""
    result = await shop.run("check", *options)
    if result.exit_code == 0:
        assert result.stdout.endswith(" agree.\n"), result.output
        return []
    assert (result.exit_code, result.exception.__class__) == (1, SystemExit), result.output
    assert " found." in result.stderr
    return result.stdout.splitlines()


async def test_all_three_agree(made: Shop) -> None:
    agreed = await made.run("check")
    assert agreed.stdout == "Models, migrations and database agree.\n"
    files = await made.run("check", "--files-only")
    assert files.stdout == "Models and migrations agree.\n"


async def test_models_that_went_on(made: Shop) -> None:
    made.declare(
        Task="title: Field[str]\nsize: Field[str]\nkind: Field[str]", Tag="name: Field[str]"
    )
    found = await lines(made)
    assert "table tags is in the models, not in the migrations" in found
    assert "column tasks.kind is in the models, not in the migrations" in found
    assert "column tasks.size: type bigint in the migrations, text in the models" in found
    assert found == await lines(made, "--files-only")
    told = await made.run("check")
    assert "drystone migrate make NAME" in told.stderr


async def test_a_pending_migration_is_drift_of_the_database_alone(made: Shop) -> None:
    made.declare(Task=f"{TASK}\nnote: Field[str | None] = default(None)")
    await made.make("notes")
    assert await lines(made) == ["migration 0002_notes is not applied"]
    assert await lines(made, "--files-only") == []


async def test_files_that_were_changed_or_are_gone(made: Shop) -> None:
    path = made.place.folder / "0001_tables.sql"
    text = path.read_text()
    path.write_text(f"{text}-- more\n")
    (changed,) = await lines(made)
    assert "0001_tables.sql: was changed after it was applied" in changed
    path.rename(made.directory / "kept.sql")
    assert await lines(made) == [
        GONE,
        "tables are not compared, until those migrations are whole again",
        "table tasks is in the models, not in the migrations",
    ]


async def test_a_migration_that_broke_off(made: Shop) -> None:
    made.place.write(2, "half", "SELECT 1;\nSELECT nothing;", alone=True)
    assert (await made.run("up")).exit_code == 1
    result = await made.run("check", "--json")
    # The file itself cannot be run: that is no drift, it is said as it is.
    assert result.exit_code == 1
    assert 'column "nothing" does not exist' in result.stderr
    made.place.write(2, "half", "SELECT 1;\nSELECT 2;", alone=True)
    assert "migration 0002_half broke off; see: drystone migrate status" in await lines(made)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE INDEX by_hand ON tasks (size)", "index tasks.by_hand is in the database, not in"),
        ("ALTER TABLE tasks ADD nick text NOT NULL", "column tasks.nick is in the database, not"),
        ("ALTER TABLE tasks DROP COLUMN size", "column tasks.size is in the migrations, not in"),
        ("ALTER TABLE tasks ALTER size SET DEFAULT 4", "column tasks.size: default 4 in the data"),
        ("ALTER TABLE tasks ADD CHECK (size < 9)", "check tasks.tasks_size_check is in the datab"),
        ("DROP TRIGGER touch ON tasks", "trigger tasks.touch is in the migrations, not in the"),
        ("CREATE TABLE extra ()", "table extra is in the database, not in the migrations"),
        ("CREATE VIEW v AS SELECT 1 AS a", "view v is in the database, not in the migrations"),
        ("COMMENT ON TABLE tasks IS 'x'", "table tasks: comment x in the database, none in the"),
        (
            OTHER_TOUCH,
            "function drystone.touch() is not the same in the database and the migrations",
        ),
    ],
)
async def test_what_was_done_by_hand_in_the_database(made: Shop, statement: str, said: str) -> None:
    await made.place.run(statement)
    (line,) = await lines(made)
    assert line.startswith(said)
    assert await lines(made, "--files-only") == []
    assert "take it back, or write it into a migration" in (await made.run("check")).stderr


async def test_an_extension_that_an_administrator_added_is_no_drift(made: Shop) -> None:
    await made.place.run("CREATE EXTENSION btree_gist")
    assert await lines(made) == []
    made.place.write(2, "trigrams", "CREATE EXTENSION pg_trgm;", "DROP EXTENSION pg_trgm;")
    await made.up()
    assert await lines(made) == []
    await made.place.run("DROP EXTENSION pg_trgm")
    assert await lines(made) == ["extension pg_trgm is in the migrations, not in the database"]


async def test_json_for_programs(made: Shop) -> None:
    assert json.loads((await made.run("check", "--json")).stdout) == {
        "drift": False,
        "differences": [],
    }
    await made.place.run("CREATE TABLE extra ()")
    assert json.loads((await made.run("check", "--json")).stdout) == {
        "drift": True,
        "differences": [
            {
                "between": "migrations and database",
                "kind": "table",
                "name": "extra",
                "sentence": "table extra is in the database, not in the migrations",
            }
        ],
    }


async def test_files_and_database_without_an_application(made: Shop) -> None:
    made.declare(Task="label: Field[str]")
    agreed = await made.command("check", "--directory", "migrations")
    assert agreed.stdout == "Migrations and database agree.\n"
    await made.place.run("DROP TABLE tasks")
    assert (await made.command("check", "--directory", "migrations")).exit_code == 1
    both = await made.command("check", "a:b", "--directory", "migrations")
    assert (both.exit_code, "are both given" in both.stderr) == (2, True)
    alone = await made.command("check", "--directory", "migrations", "--files-only")
    assert (alone.exit_code, "name the application instead" in alone.stderr) == (2, True)


async def test_a_database_that_is_away_is_no_agreement(
    made: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/app")
    away = await made.run("check")
    assert away.exit_code == 1
    assert "the database cannot be reached" in away.stderr
    assert place_of("postgresql://127.0.0.1:1/app") in away.stderr
