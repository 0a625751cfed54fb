"""`drystone explain` on a real database.

Most run on a thread of this process; what is about processes runs as one of its own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.integration.cli.explained import ROWS, create_things
from tests.integration.db.facade import session
from tests.integration.running import run_module
from tests.postgres import Migrate

from drystone.cli.explain import command as explaining
from drystone.cli.main import main

MODULE = "tests.integration.cli.explained"
APP = f"{MODULE}:app"
SOMEBODY = "01890000-0000-7000-8000-000000000001"


@pytest.fixture
def migrate() -> Migrate:
    return create_things


class Command:
    """Runs the command on a database."""

    def __init__(self, url: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url = url
        self._directory = directory
        self._monkeypatch = monkeypatch

    async def run(self, *words: str, **environ: str) -> tuple[int, str, str]:
        """Return the exit code, and what is printed and complained of."""
        # An application starts once, so each run has its own.
        self._monkeypatch.delitem(sys.modules, MODULE, raising=False)
        given = {"DATABASE_URL": self.url, **environ}
        result = await asyncio.to_thread(CliRunner().invoke, main, ["explain", *words], env=given)
        return result.exit_code, result.stdout, result.stderr

    async def run_process(self, *words: str, **environ: str) -> tuple[int, str, str]:
        """Return the same of a process of its own."""
        given = {"DATABASE_URL": self.url, **environ}
        async with run_module(
            "drystone", "explain", *words, directory=self._directory, environ=given
        ) as running:
            return await running.ended()

    async def explain(self, *words: str) -> str:
        """Return what it prints for a request that is answered."""
        code, output, errors = await self.run(APP, *words)
        assert code == 0, errors + output
        return output

    async def document(self, *words: str) -> Any:
        """Return what it prints as JSON."""
        return json.loads(await self.explain(*words, "--json"))


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    for name in ("DRYSTONE_APP", "DRYSTONE_ENV", "DRYSTONE_DATABASE_DIRECT_URL"):
        monkeypatch.delenv(name, raising=False)
    # It is this process' log, too.
    monkeypatch.setattr(explaining, "configure_logs", lambda **_: None)
    return Command(database_url, tmp_path, monkeypatch)


async def test_a_slow_list_is_explained_with_its_mend(command: Command) -> None:
    output = await command.explain("GET /api/v1/things?kind=a&sort=-size&limit=5")
    lines = output.splitlines()
    assert lines[0] == "GET /api/v1/things?kind=a&sort=-size&limit=5"
    assert lines[1].startswith("200, 1 statement, ")
    assert "answered by list of things (" in lines[1]
    assert "  WHERE things.kind = $1 AND things.deleted_at IS NULL" in lines
    assert "  $1 = 'a'" in lines
    assert f"things: sequential scan of {ROWS:,} rows, {ROWS // 3:,} used" in lines
    assert f"{2 * ROWS:,} rows examined, 5 in the result" in lines
    assert any(line.strip().startswith("->  Seq Scan on things  (") for line in lines)
    mend = "  Mend: add Index(cls.kind, cls.size, cls.id) to rules() of Thing ("
    assert sum(line.startswith(mend) for line in lines) == 2
    assert "explained.py:" in output
    # Said once: what the plan shows needs no second warning from the declaration.
    assert "no index is declared" not in output
    assert "\x1b[" not in output


async def test_the_index_that_served_is_named(command: Command) -> None:
    output = await command.explain("GET /api/v1/things?sort=weight&limit=5&cursor=")
    assert "things: index things_weight_id_idx, 6 used" in output.splitlines()
    assert "Nothing to warn of." in output
    assert "Warning" not in output


async def test_what_is_declared_for_nothing_is_told_on_a_small_table_too(command: Command) -> None:
    async with session(command.url) as connection:
        await connection.execute("DELETE FROM things WHERE weight > 10")
    output = await command.explain("/api/v1/things?name[contains]=4&kind=a")
    assert "Warning: no index is declared for kind" in output
    assert "Mend: add Index(cls.name, trigram=True) to rules() of Thing (" in output
    assert "were read and" not in output


async def test_far_pages_are_better_walked(command: Command) -> None:
    document = await command.document("/api/v1/things?page=140&sort=weight&count=none")
    (statement,) = document["statements"]
    assert [one["mend"] for one in statement["warnings"]] == [
        "walk by cursor: add cursor=, and leave page= out"
    ]


async def test_the_document_says_all_that_the_text_does(command: Command) -> None:
    document = await command.document("GET /api/v1/things?kind=a&count=estimated")
    assert document["status"] == 200
    assert document["problem"] is None
    assert (document["resource"], document["operation"]) == ("things", "list")
    page, estimate = document["statements"]
    assert page["parameters"] == ["'a'"]
    assert page["plan"]["root"]["loops"] == 1
    assert page["tables"][0]["table"] == "things"
    assert estimate["plan"] is None
    assert "reads no row" in estimate["no_plan_because"]
    (need,) = document["unserved"]
    assert need["parameter"] == "kind"
    assert need["index"]["declaration"] == "Index(cls.kind)"
    bare = await command.document("GET /api/v1/things?kind=a", "--no-analyze")
    assert bare["statements"][0]["plan"]["root"]["loops"] is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/api/v1/things?size=1", "  size (unknown_field): "),
        (f"GET /api/v1/things/{SOMEBODY}", "Error: 404 not_found: "),
        ("/api/v1/broken", "Error: 500 internal_error: "),
    ],
)
async def test_a_refused_request_is_shown_as_its_problem(
    command: Command, text: str, told: str
) -> None:
    code, output, errors = await command.run(APP, text)
    assert code == 1
    assert told in errors
    assert output.splitlines()[1][:3] in {"400", "404", "500"}


async def test_a_get_that_writes_is_refused_and_has_written_nothing(command: Command) -> None:
    code, output, errors = await command.run_process(APP, "GET /api/v1/visits")
    assert (code, output) == (1, "")
    assert "the handler of /api/v1/visits writes to the database, which was refused" in errors
    assert "UPDATE rooms SET name" in errors
    async with session(command.url) as connection:
        assert await connection.fetchval("SELECT count(*) FROM rooms WHERE name = 'visited'") == 0


async def test_writes_are_explained_and_nothing_is_kept(command: Command) -> None:
    async with session(command.url) as connection:
        room = await connection.fetchval("SELECT id FROM rooms LIMIT 1")
        before = await connection.fetch("TABLE things ORDER BY id")
        changes = await connection.fetchval("SELECT count(*) FROM drystone.history")
        body = json.dumps({"room_id": str(room), "name": "new", "token": "tell nobody"})
        created = await command.explain("POST /api/v1/things", "--data", body)
        assert created.splitlines()[1].startswith("201, ")
        assert "INSERT INTO things" in created
        assert "Trigger history: time=" in created
        assert "tell nobody" not in created
        assert "[secret]" in created
        row = before[0]["id"]
        patched = await command.explain(f"PATCH /api/v1/things/{row}", "--data", '{"size": 5}')
        assert "UPDATE things" in patched
        deleted = await command.explain(f"DELETE /api/v1/things/{row}")
        assert deleted.splitlines()[1].startswith("204, ")
        assert await connection.fetch("TABLE things ORDER BY id") == before
        assert await connection.fetchval("SELECT count(*) FROM drystone.history") == changes


async def test_no_header_turns_the_dry_run_into_a_real_one(command: Command) -> None:
    async with session(command.url) as connection:
        row = await connection.fetchval("SELECT id FROM things LIMIT 1")
        await command.explain(f"DELETE /api/v1/things/{row}", "--header", "Prefer: dry-run=no")
        assert await connection.fetchval("SELECT deleted_at FROM things WHERE id = $1", row) is None


async def test_what_writes_around_a_dry_run_is_refused(command: Command) -> None:
    async with session(command.url) as connection:
        row = await connection.fetchval("SELECT id FROM things LIMIT 1")
        code, output, errors = await command.run(
            APP, f"DELETE /api/v1/things/{row}", "--header", "X-Audited: yes"
        )
        assert (code, output) == (1, "")
        assert "writes to the database, which was refused" in errors
        assert "INSERT INTO rooms" in errors
        assert not await connection.fetchval("SELECT count(*) FROM rooms WHERE name = 'audited'")


@pytest.mark.parametrize("path", ["/api/v1/own", "/api/v1/rooms"])
async def test_an_unsafe_handler_of_ones_own_is_not_run(command: Command, path: str) -> None:
    code, _, errors = await command.run(APP, f"POST {path}", "--data", "{}")
    assert code == 1
    assert "is answered by a handler of the application's own (" in errors
    assert "explained.py:" in errors


async def test_secrets_are_in_no_parameter_and_no_plan(command: Command) -> None:
    output = await command.explain("/api/v1/tokens/secret 17")
    assert "$1 = [secret]" in output
    assert "(token = '[secret]'::text)" in output
    assert "secret 17" not in output.split("\n", 1)[1]
    # What begins and ends a transaction is no statement to explain.
    assert "Statement 1 of 1" in output


async def test_the_caller_and_the_headers_are_given(command: Command) -> None:
    code, _, errors = await command.run(APP, "/api/v1/me")
    assert (code, "You are nobody." in errors) == (1, True)
    document = await command.document(
        "/api/v1/me", "--as", SOMEBODY, "--roles", "admin, editor", "--header", "X-Seen: yes"
    )
    assert document["statements"][0]["parameters"] == [f"'{SOMEBODY}'", "2"]


async def test_what_is_asked_row_by_row_is_shown_once_and_warned_of(command: Command) -> None:
    lines = (await command.explain("/api/v1/one-by-one")).splitlines()
    assert lines[1].startswith("200, 9 statements, ")
    assert any(line.startswith("Statement 2 of 2, sent 8 times, ") for line in lines)
    assert "Warning: sent 8 times: once for each of some rows" in lines


async def test_what_is_asked_while_the_body_is_sent_is_explained(command: Command) -> None:
    document = await command.document("/api/v1/slow-stream")
    assert [one["times"] for one in document["statements"]] == [2]
    endless = await command.document("/api/v1/endless")
    assert endless["statements"] == []


async def test_an_address_as_it_was_copied_will_do(command: Command) -> None:
    document = await command.document("http://localhost:8000/api/v1/rooms?sort=name#top")
    assert document["request"] == "GET /api/v1/rooms?sort=name"


async def test_declarations_need_no_database(command: Command) -> None:
    away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    code, output, _ = await command.run(APP, "--declared", **away)
    assert code == 0
    lines = [" ".join(line.split()) for line in output.splitlines()]
    assert "/api/v1/things kind no Index(cls.kind)" in lines
    assert "/api/v1/things sort=weight yes" in lines
    assert any(line.startswith("In rules() of Thing (") for line in lines)
    assert "Index(cls.size, cls.id)," in lines
    code, output, errors = await command.run(APP, "--declared", "--strict", "--json", **away)
    assert code == 1
    assert "not everything that may be asked has its index" in errors
    assert json.loads(output)["/api/v1/rooms"] == [
        {"parameter": "id", "served": True, "index": None, "note": None},
        {"parameter": "sort=name", "served": True, "index": None, "note": None},
    ]


async def test_a_database_that_is_away_is_one_line(command: Command) -> None:
    code, output, errors = await command.run_process(
        APP, "/api/v1/rooms", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"
    )
    assert (code, output) == (1, "")
    assert errors.splitlines()[-1].startswith("Error: the database failed: ")
    assert "Traceback" not in errors
