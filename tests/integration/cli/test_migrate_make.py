"""`drystone migrate make`: from models to files that `up` and `down` can run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.integration.cli.shop import Shop

from drystone.cli.main import main

pytestmark = pytest.mark.slow

TASK = "title: Field[str]"
WITH_KIND = f"{TASK}\nkind: Field[str]"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drystone.cli.migrate.make._is_terminal", lambda: True)


async def test_the_first_one_makes_the_tables_and_the_next_finds_nothing(shop: Shop) -> None:
    shop.declare(
        User="name: Field[Annotated[str, Length(1, 100)]]",
        Task='status: Field[Literal["todo", "done"]] = default("todo")\nowner: Ref[User]',
    )
    made = await shop.run("make", "tables")
    assert made.exit_code == 0, made.output
    assert "wrote migrations/0001_tables.sql (5 statements, in one transaction)" in made.stdout
    assert "+ table users\n  + table tasks\n" in made.stdout
    assert "drystone migrate plan shop_" in made.stdout
    assert "trying the migration, there and back" in made.stderr
    assert "CHECK (status IN ('todo', 'done'))" in shop.read("0001_tables.sql")
    again = await shop.run("make", "again")
    assert again.exit_code == 0
    assert again.stdout == "Nothing to do: the migrations in migrations make what the models say.\n"
    assert shop.files == ["0001_tables.sql"]
    assert await shop.place.value("SELECT to_regclass('tasks')") is None
    await shop.up()
    await shop.place.run("INSERT INTO users (name) VALUES ('Ada')")
    assert (await shop.run("check")).exit_code == 0
    assert (await shop.run("down", "--yes")).exit_code == 0
    assert await shop.place.value("SELECT to_regclass('users')") is None


async def test_no_scratch_database_is_left(shop: Shop, terminal: None) -> None:
    shop.declare(Task=TASK)
    await shop.make("tables")
    shop.declare(Task="label: Field[str]")
    assert (await shop.run("make", "labels", typed="")).exit_code == 1
    left = "SELECT count(*) FROM pg_database WHERE datname ~ $1"
    assert await shop.place.value(left, f"^drystone_scratch_\\d+_{os.getpid()}_") == 0


async def test_a_rename_is_asked_about(shop: Shop, terminal: None) -> None:
    shop.declare(Task=TASK)
    await shop.make("tables")
    await shop.up()
    await shop.place.run("INSERT INTO tasks (title) VALUES ('Write')")
    shop.declare(Task="label: Field[str]")
    asked = await shop.run("make", "labels", typed="y\n")
    assert "Is tasks.title now tasks.label? [y/N]: y" in asked.stdout
    assert "~ column tasks.title is label now" in asked.stdout
    assert shop.files == ["0001_tables.sql", "0002_labels.sql"]
    await shop.up()
    assert await shop.place.value("SELECT label FROM tasks") == "Write"


async def test_a_rename_that_is_denied_is_a_loss(shop: Shop, terminal: None) -> None:
    shop.declare(Task=TASK)
    await shop.make("tables")
    shop.declare(Task="label: Field[str | None] = default(None)")
    denied = await shop.run("make", "labels", typed="n\n")
    assert denied.exit_code == 1
    assert "data would be lost; write --lose-data" in denied.stderr
    assert "  column tasks.title is dropped, with its values." in denied.stderr
    assert shop.files == ["0001_tables.sql"]
    await shop.make("labels", "--lose-data", typed="n\n")
    text = shop.read("0002_labels.sql")
    assert text.startswith("-- Loses data: column tasks.title is dropped")
    assert "ADD COLUMN label text" in text


async def test_without_a_terminal_a_rename_has_to_be_said(shop: Shop) -> None:
    shop.declare(Task=TASK)
    await shop.make("tables")
    shop.declare(Task="label: Field[str | None] = default(None)")
    unclear = await shop.run("make", "labels", "--lose-data")
    assert unclear.exit_code == 1
    assert "--rename tasks.title=label  tasks.title is label now" in unclear.stderr
    assert "--no-renames" in unclear.stderr
    assert shop.files == ["0001_tables.sql"]
    await shop.make("labels", "--rename", "tasks.title=label")
    assert "RENAME COLUMN title TO label" in shop.read("0002_labels.sql")


async def test_a_table_is_renamed_with_its_rows(shop: Shop) -> None:
    shop.declare(Task=TASK)
    await shop.make("tables")
    await shop.up()
    await shop.place.run("INSERT INTO tasks (title) VALUES ('Write')")
    shop.declare(Todo="label: Field[str]")
    options = ("--rename-table", "tasks=todos", "--rename", "tasks.title=label")
    await shop.make("todos", *options)
    await shop.up()
    assert await shop.place.value("SELECT label FROM todos") == "Write"
    await shop.run("down", "--yes")
    assert await shop.place.value("SELECT title FROM tasks") == "Write"


async def test_no_renames_means_that_all_is_dropped(shop: Shop) -> None:
    shop.declare(Task=TASK)
    await shop.make("tables")
    shop.declare(Task="label: Field[str | None] = default(None)")
    refused = await shop.run("make", "labels", "--no-renames")
    assert "--lose-data" in refused.stderr
    await shop.make("labels", "--no-renames", "--lose-data")
    assert "DROP COLUMN title" in shop.read("0002_labels.sql")


async def test_rows_that_are_there_need_a_value(shop: Shop) -> None:
    shop.declare(Task=TASK)
    await shop.make("tables")
    await shop.up()
    await shop.place.run("INSERT INTO tasks (title) SELECT g FROM generate_series(1, 12000) g")
    shop.declare(Task=WITH_KIND)
    missing = await shop.run("make", "kinds")
    assert missing.exit_code == 1
    assert '--backfill tasks.kind="…"' in missing.stderr
    miswritten = await shop.run("make", "kinds", "--backfill", "tasks.kind=nonsense")
    assert miswritten.exit_code == 1
    assert 'column "nonsense" does not exist' in miswritten.stderr
    open_string = await shop.run("make", "kinds", "--backfill", "tasks.kind='task")
    assert open_string.exit_code == 1
    assert "look at --backfill" in open_string.stderr
    assert shop.files == ["0001_tables.sql"]
    files = await shop.make("kinds", "--backfill", "tasks.kind='task ' || title")
    assert files[1:] == [
        "0002_kinds.sql",
        "0003_kinds_concurrently.sql",
        "0004_kinds_validate.sql",
        "0005_kinds_finish.sql",
    ]
    await shop.up()
    assert (
        await shop.place.value("SELECT count(*) FROM tasks WHERE kind = 'task ' || title") == 12000
    )
    assert (await shop.run("check")).exit_code == 0
    assert (await shop.run("down", "--yes", "--to", "1")).exit_code == 0
    assert await shop.place.value("SELECT count(*) FROM tasks") == 12000


async def test_the_value_is_asked_for(shop: Shop, terminal: None) -> None:
    shop.declare(Task=TASK)
    await shop.make("tables")
    shop.declare(Task=WITH_KIND)
    asked = await shop.run("make", "kinds", typed="'task'\n")
    assert "tasks.kind must have a value." in asked.stdout
    assert "SET kind = 'task'" in shop.read("0003_kinds_concurrently.sql")


async def test_a_reference_comes_in_the_form_that_a_table_in_use_can_stand(shop: Shop) -> None:
    shop.declare(User="name: Field[str]", Task=TASK)
    await shop.make("tables")
    await shop.up()
    await shop.place.run(
        "INSERT INTO tasks (title) SELECT repeat('x', 400) FROM generate_series(1, 60000)",
        "ANALYZE tasks",
    )
    shop.declare(User="name: Field[str]", Task=f"{TASK}\nowner: OptionalRef[User] = default(None)")
    await shop.make("owners")
    assert "NOT VALID" in shop.read("0002_owners.sql")
    assert "CREATE INDEX CONCURRENTLY" in shop.read("0003_owners_concurrently.sql")
    assert "VALIDATE CONSTRAINT tasks_owner_id_fkey" in shop.read("0004_owners_validate.sql")
    planned = await shop.run("plan")
    assert planned.exit_code == 0, planned.stdout
    assert "Nobody would have to wait." in planned.stdout
    await shop.up()
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'tasks_owner_id_idx'::regclass"
    assert await shop.place.value(valid) is True
    assert (await shop.run("down", "--yes", "--to", "1")).exit_code == 0
    assert await shop.place.value("SELECT to_regclass('tasks_owner_id_idx')") is None


async def test_a_dry_run_shows_and_writes_nothing(shop: Shop) -> None:
    shop.declare(Task=TASK)
    shown = await shop.run("make", "tables", "--dry-run")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("-- migrations/0001_tables.sql\n-- migrate:up\n")
    assert "CREATE TABLE tasks" in shown.stdout
    assert shop.files == []


async def test_a_file_for_sql_by_hand_needs_no_database(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.declare(Task=TASK)
    await shop.make("tables")
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/app")
    made = await shop.run("make", "totals", "--empty")
    assert "wrote migrations/0002_totals.sql\nWrite your statements" in made.stdout
    unfinished = await shop.run("make", "more", "--empty")
    assert unfinished.exit_code == 1
    assert "there is no statement to apply" in unfinished.stderr
    assert shop.files == ["0001_tables.sql", "0002_totals.sql"]


async def test_what_was_written_by_hand_stays_and_may_be_built_on(shop: Shop) -> None:
    shop.place.folder.mkdir()
    shop.place.write(
        1,
        "by_hand",
        "CREATE FUNCTION next_number() RETURNS integer LANGUAGE sql RETURN 7;",
        "DROP FUNCTION next_number;",
    )
    shop.declare(Task=f'{TASK}\nnumber: Field[int] = made_by_database("next_number()")')
    files = await shop.make("tables")
    assert files == ["0001_by_hand.sql", "0002_tables.sql"]
    assert "number bigint NOT NULL DEFAULT next_number()" in shop.read("0002_tables.sql")
    shop.place.write(
        3,
        "view",
        "CREATE VIEW titles AS SELECT title FROM tasks;\n"
        "CREATE TRIGGER shout AFTER INSERT ON tasks EXECUTE FUNCTION "
        "suppress_redundant_updates_trigger();",
        "DROP TRIGGER shout ON tasks; DROP VIEW titles;",
    )
    assert "Nothing to do" in (await shop.run("make", "again")).stdout
    # Dropped under the view: written, tried, and told.
    shop.declare(Task="amount: Field[int] = default(0)")
    faulty = await shop.run("make", "amounts", "--no-renames", "--lose-data")
    assert faulty.exit_code == 3
    assert "'up' fails even where there are no rows:" in faulty.stdout
    assert "view titles depends on column title" in faulty.stdout
    assert shop.files[-1] == "0004_amounts.sql"


async def test_a_way_back_that_does_not_lead_back_is_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drystone.db.changes.draft import MigrationDraft  # noqa: PLC0415  (this test alone)

    def forget(*_: object, name: str) -> list[MigrationDraft]:
        return [
            MigrationDraft(
                name=name,
                is_transactional=True,
                up="CREATE TABLE tasks (id int);",
                down="SELECT 1;",
            )
        ]

    monkeypatch.setattr("drystone.db.migrations.making.make.write_migration", forget)
    shop.declare(Task=TASK)
    faulty = await shop.run("make", "tables")
    assert faulty.exit_code == 3
    assert "column tasks.title is in the models, not in what 'up' makes" in faulty.stdout
    assert "table tasks is in what 'down' leaves, not in what was there" in faulty.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["Add due-at"], 2, "write add_due_at"),
        (["x" * 81], 2, "up to 80 small letters"),
        (["é"], 2, "write one such as add_due_at"),
        (["tables", "--rename", "a=b"], 2, "tasks.name=title"),
        (["tables", "--rename", "tasks.a=title"], 1, "there is no such table"),
        (["tables", "--backfill", "tasks.a=0"], 1, "there is no column tasks.a to fill"),
    ],
)
async def test_misuse_writes_nothing(
    shop: Shop, arguments: list[str], code: int, said: str
) -> None:
    shop.declare(Task=TASK)
    result = await shop.run("make", *arguments)
    assert result.exit_code == code, result.output
    assert said in result.stderr
    assert shop.files == []


async def test_a_file_that_is_no_migration_stops_it(shop: Shop) -> None:
    shop.declare(Task=TASK)
    shop.place.folder.mkdir()
    shop.place.write(2, "late", "SELECT 1;")
    result = await shop.run("make", "tables")
    assert result.exit_code == 1
    assert "0001 is missing before it" in result.stderr
    shop.place.write(1, "broken", "SELECT nothing;")
    refused = await shop.run("make", "tables")
    assert 'migrations/0001_broken.sql:2: column "nothing" does not exist' in refused.stderr
    assert shop.files == ["0001_broken.sql", "0002_late.sql"]


async def test_models_that_make_no_tables_are_told(shop: Shop) -> None:
    shop.declare()
    assert "has no models" in (await shop.run("make", "tables")).stderr
    shop.declare(Task=f'{TASK}\nnumber: Field[int] = made_by_database("nothing()")')
    refused = await shop.run("make", "tables")
    assert refused.exit_code == 1
    assert "PostgreSQL refuses what the models declare: function nothing()" in refused.stderr
    assert "  statement: CREATE TABLE tasks (" in refused.stderr
    assert shop.files == []


def test_the_application_has_to_say_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("DRYSTONE_APP", raising=False)
    (tmp_path / "nowhere_app.py").write_text("from drystone import App\napp = App()\n")
    runner = CliRunner()
    nowhere = runner.invoke(main, ["migrate", "make", "tables", "nowhere_app:app"])
    assert nowhere.exit_code == 2
    assert 'write App(…, migrations="migrations")' in nowhere.stderr
    missing = runner.invoke(main, ["migrate", "make", "tables", "nowhere:app"])
    assert missing.exit_code == 1
    swapped = runner.invoke(main, ["migrate", "make", "nowhere_app:app"])
    assert "the migration's name comes first" in swapped.stderr


@pytest.mark.parametrize("name", ["make", "check"])
def test_each_command_helps_with_examples(name: str) -> None:
    result = CliRunner().invoke(main, ["migrate", name, "--help"])
    assert f"drystone migrate {name}" in result.output.partition("Examples:")[2]
    assert "Exit codes:\n    0  " in result.output
