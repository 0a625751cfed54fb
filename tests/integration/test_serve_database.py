"""`drystone serve` in development brings a database, and takes it away again."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import httpx
import pytest
from tests.integration.running import Running, free_port, has_group, run_module

pytestmark = pytest.mark.slow

APPLICATION = '''
from drystone import App, Field, Model, Request, Response, select


class Book(Model):
    """A book."""

    title: Field[str]


app = App("Shelf", models=[Book], migrations="migrations")


@app.get("/books")
async def books(request: Request) -> Response:
    return Response.json(await app.db.all(select(Book.title)))
'''
FIRST = """\
-- migrate:up
CREATE TABLE books (
    id uuid PRIMARY KEY DEFAULT drystone.uuid7(),
    title text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
-- migrate:down
DROP TABLE books;
"""
SECOND = """\
-- migrate:up
INSERT INTO books (title) VALUES ('Walls');
-- migrate:down
DELETE FROM books;
"""
SERVE = ("drystone", "serve", "shop:app", "--log-format=console")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(APPLICATION)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0001_books.sql").write_text(FIRST)
    return tmp_path


def data_directory(project: Path) -> Path:
    return project / ".drystone/postgres"


def is_running(project: Path) -> bool:
    """Tell whether the project's database is alive."""
    try:
        state = (data_directory(project) / "data/postmaster.pid").read_text()
        os.kill(int(state.split()[0]), 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return True


async def titles(port: int) -> list[str]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/readyz")).status_code == 200
        found: list[str] = (await client.get("/api/v1/books")).json()
        return found


async def test_it_starts_migrates_serves_and_ends_it(project: Path) -> None:
    port = free_port()
    environ = {"PORT": str(port)}
    async with run_module(*SERVE, directory=project, environ=environ) as running:
        await running.wait_for("serving http://")
        assert await titles(port) == []
        assert is_running(project)
        running.press_ctrl_c()
        code, _, errors = await running.ended()
        assert code == 0
        first, *applied, last = errors.splitlines()
        assert "data in .drystone/postgres (no DATABASE_URL)" in first
        assert applied[0].startswith("applied drystone/0001_base (")
        assert applied[-1].startswith("applied 0001_books (")
        assert last.startswith("Drystone ")
        assert not is_running(project)
        assert not has_group(running.pid)

    (project / "migrations/0002_first_book.sql").write_text(SECOND)
    async with run_module(*SERVE, directory=project, environ=environ) as running:
        await running.wait_for("serving http://")
        assert await titles(port) == ["Walls"]
        running.send(signal.SIGTERM)
        code, _, errors = await running.ended()
        assert code == 0
        assert [line for line in errors.splitlines() if line.startswith("applied")] == [
            line for line in errors.splitlines() if "0002_first_book" in line
        ]
        assert not is_running(project)


async def test_a_database_that_is_named_is_left_as_it_is(project: Path, database_url: str) -> None:
    port = free_port()
    environ = {"PORT": str(port), "DATABASE_URL": database_url}
    async with run_module(*SERVE, directory=project, environ=environ) as running:
        await running.wait_for("serving http://")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert "migrations" in ready.json()["detail"]
        running.press_ctrl_c()
        assert (await running.ended())[0] == 0
    assert not (project / ".drystone").exists()


async def test_production_asks_for_one(project: Path) -> None:
    environ = {"DRYSTONE_ENV": "production", "DRYSTONE_ALLOWED_HOSTS": "api.example.com"}
    async with run_module(*SERVE, directory=project, environ=environ) as running:
        code, output, errors = await running.ended()
    assert (code, output) == (2, "")
    assert errors.startswith("Error: DATABASE_URL: is not set, and shop:app has models; write ")
    assert errors.count("\n") == 1
    assert not (project / ".drystone").exists()


async def test_the_worker_tells_why_an_application_cannot_be_imported(project: Path) -> None:
    (project / "shop.py").write_text(f"{APPLICATION}\nbroken()\n")
    async with run_module(*SERVE, "--port=0", directory=project) as running:
        code, output, errors = await running.ended()
    assert code == 1
    assert "name 'broken' is not defined" in output.replace("\\'", "'")
    assert "Traceback" not in output + errors
    assert not (project / ".drystone").exists()


async def test_a_migration_that_fails_is_told_and_ends_it(project: Path) -> None:
    (project / "migrations/0002_wrong.sql").write_text("-- migrate:up\nSELECT nothing;\n")
    async with run_module(*SERVE, "--port=0", directory=project) as running:
        code, output, errors = await running.ended()
    assert (code, output) == (1, "")
    assert "0002_wrong" in errors
    assert "nothing" in errors
    assert "Traceback" not in errors
    assert not is_running(project)


async def test_a_used_port_is_told_before_a_database_is_started(project: Path) -> None:
    async with await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0) as taken:
        port = taken.sockets[0].getsockname()[1]
        async with run_module(*SERVE, f"--port={port}", directory=project) as running:
            code, _, errors = await running.ended()
    assert code == 1
    assert f"127.0.0.1:{port} is in use" in errors
    assert not (project / ".drystone").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["the import", "the start of the database", "a migration"])
async def test_a_signal_at_any_moment_ends_all(
    project: Path, number: signal.Signals, moment: str
) -> None:
    if moment == "the import":
        marker = project / "imported"
        mark = f"open({str(marker)!r}, 'w').close()\nimport time\ntime.sleep(60)\n"
        (project / "shop.py").write_text(mark + APPLICATION)
    elif moment == "a migration":
        marker = data_directory(project) / "data/postmaster.opts"
        slow = "-- migrate:up\nSELECT pg_sleep(600);\n"
        (project / "migrations/0002_slow.sql").write_text(slow)
    else:
        marker = data_directory(project)
    async with run_module(*SERVE, "--port=0", directory=project) as running:
        async with asyncio.timeout(60):
            while not marker.exists():
                await asyncio.sleep(0.01)
        if moment == "a migration":
            await wait_for_applied(running, "0001_books")
        running.signal_group(number)
        code, _, errors = await running.ended()
        assert code == 128 + number
        assert "Traceback" not in errors
        assert not is_running(project)
        assert not has_group(running.pid)


async def wait_for_applied(running: Running, name: str) -> None:
    """Wait until a migration is told to be applied; the next one is under way then."""
    line = "-"
    while f"applied {name}" not in line:
        line = await running.read_error()
        assert line, "it ended"
