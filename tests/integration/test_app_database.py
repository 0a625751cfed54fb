"""An application with models: its database comes, goes and comes back, and `/readyz` says so."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests import client
from tests.integration.db.facade import session

from drystone import App, Request, Response
from drystone.db.embedded.server import EmbeddedPostgres
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.errors import FileError
from drystone.db.migrations.runner import up
from drystone.db.slow_log import SLOW_LOGGER
from drystone.errors import NotFound
from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.field import Field, Ref
from drystone.schema.model.model import Model
from drystone.settings import Settings

# What a busy machine may add to any bound.
SLACK = 10.0


class Note(Model):
    """A line of text."""

    text: Field[str]


MIGRATION = """-- migrate:up
CREATE TABLE notes (
    id uuid PRIMARY KEY, text text NOT NULL, version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
-- migrate:down
DROP TABLE notes;
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_notes.sql").write_text(MIGRATION)
    return tmp_path


def make_app(url: str | None, folder: Path | None = None, **given: Any) -> App:
    app = App(
        "Notes", models=[Note], migrations=folder, settings=Settings(database_url=url, **given)
    )

    @app.get("/notes/{id:uuid}")
    async def read(request: Request) -> Response:
        found = await app.db.get_json(Note, request.params["id"])
        if found is None:
            raise NotFound
        return Response(found, headers=[("Content-Type", "application/json")])

    @app.post("/notes")
    async def write(request: Request) -> Response:
        note = await app.db.insert(Note(text=(await request.json())["text"]))
        return Response.json({"id": str(note.id)}, status=201)

    return app


async def migrate_up(url: str, folder: Path) -> None:
    await up(partial(connect_direct, url), folder)


async def sessions_of(url: str) -> int:
    async with session(url) as admin:
        count: int = await admin.fetchval(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'drystone'"
        )
        return count


async def test_it_does_not_start_without_a_database() -> None:
    app = make_app(None)
    with pytest.raises(ValueError, match="DATABASE_URL: is not set"):
        await app.start()
    with pytest.raises(RuntimeError, match="first"):
        _ = app.db


def test_an_application_without_models_has_no_database() -> None:
    with pytest.raises(RuntimeError, match="models="):
        _ = App().db


def test_models_that_do_not_go_together_are_told_where_they_are_declared() -> None:
    class Alone(Model):
        note: Ref[Note]

    with pytest.raises(DeclarationError):
        App(models=[Alone])


async def test_migrations_that_cannot_be_read_stop_the_start(
    database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "0001_notes.sql").write_text("no marker")
    with pytest.raises(FileError):
        await make_app(database_url, tmp_path).start()


async def test_it_is_ready_when_its_migrations_are_applied(
    database_url: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(database_url, folder)
    async with client.started(app):
        answer = await client.get(app, "/readyz")
        assert answer.status == 503
        assert answer.json()["detail"] == "Not ready: migrations."
        assert answer.headers["retry-after"]
        reasons = [vars(record).get("reason", "") for record in caplog.records]
        assert any("0001_notes" in str(one) and "migrate up" in str(one) for one in reasons)
        assert (await client.get(app, "/healthz")).status == 200

        await migrate_up(database_url, folder)
        assert (await client.get(app, "/readyz")).status == 200
        created = await client.post(app, "/api/v1/notes", json={"text": "Ada"})
        assert created.status == 201
        read = await client.get(app, f"/api/v1/notes/{created.json()['id']}")
        assert read.json()["text"] == "Ada"


async def test_it_asks_for_each_migration_until_that_is_applied_and_not_again(
    database_url: str, folder: Path
) -> None:
    await migrate_up(database_url, folder)
    (folder / "0002_more.sql").write_text("-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;\n")
    app = make_app(database_url, folder)
    async with client.started(app):
        assert (await client.get(app, "/readyz")).status == 503
        await migrate_up(database_url, folder)
        assert (await client.get(app, "/readyz")).status == 200
        # A node of the old version runs on while a newer one reverts or goes further.
        async with session(database_url) as admin:
            await admin.execute("DROP SCHEMA drystone CASCADE")
        assert (await client.get(app, "/readyz")).status == 200


async def test_stopping_closes_every_connection(database_url: str, folder: Path) -> None:
    await migrate_up(database_url, folder)
    app = make_app(database_url, folder)
    await app.start()
    reads = [client.get(app, f"/api/v1/notes/{UUID(int=n)}") for n in range(20)]
    assert {answer.status for answer in await asyncio.gather(*reads)} == {404}
    assert await sessions_of(database_url) >= 1
    database = app.db
    await app.stop()
    assert database.statistics().size == 0
    async with asyncio.timeout(30):
        while await sessions_of(database_url):
            await asyncio.sleep(0.01)
    with pytest.raises(RuntimeError):
        _ = app.db
    await app.start()
    assert (await client.get(app, "/readyz")).status == 200
    await app.stop()


async def test_a_lifespan_that_fails_leaves_no_database(database_url: str, folder: Path) -> None:
    app = make_app(database_url, folder)
    databases = []

    @app.lifespan
    async def fail(app: App) -> AsyncIterator[None]:
        databases.append(app.db)
        await app.db.ping()
        if app.models:
            raise OSError("no mail server")
        yield

    with pytest.raises(OSError, match="no mail server"):
        await app.start()
    assert databases[0].statistics().size == 0
    with pytest.raises(RuntimeError, match="there is no database"):
        _ = app.db


async def test_a_slow_statement_is_logged_with_the_request_that_asked(
    database_url: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await migrate_up(database_url, folder)
    app = make_app(database_url, folder, slow_statement_seconds=0.000001)
    async with client.started(app):
        await client.get(app, f"/api/v1/notes/{UUID(int=7)}")
    lines = [vars(one) for one in caplog.records if one.name == "drystone.db.slow"]
    assert lines
    assert "notes.id = $1" in lines[0]["sql"]
    assert lines[0]["parameter_types"] == ["UUID"]


# The database goes, and comes back.


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    directory = Path(tempfile.mkdtemp(prefix="drystone-test-"))
    # A durable one: what it acknowledged has to outlive its crash.
    yield EmbeddedPostgres(directory / "postgres")
    shutil.rmtree(directory)


async def timed(app: App, target: str) -> tuple[client.Answer, float]:
    began = time.perf_counter()
    answer = await client.get(app, target)
    return answer, time.perf_counter() - began


@pytest.mark.slow
async def test_the_database_goes_and_comes_back(server: EmbeddedPostgres, folder: Path) -> None:
    """Refused within two seconds, with `Retry-After`; well again within five by itself."""
    async with server:
        url = server.url("app")
        await migrate_up(url, folder)
    app = make_app(url, folder)
    await app.start()  # it may come later than we
    answer, seconds = await timed(app, "/api/v1/notes/00000000-0000-7000-8000-000000000001")
    assert (answer.status, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
    assert seconds < 2 + SLACK
    assert (await client.get(app, "/readyz")).status == 503

    for _ in range(2):
        async with server:
            assert server.url("app") == url
            began = time.perf_counter()
            while (await client.get(app, "/readyz")).status != 200:
                await asyncio.sleep(0.05)
                assert time.perf_counter() - began < 5 + SLACK
            answer, _ = await timed(app, f"/api/v1/notes/{UUID(int=1)}")
            assert answer.status == 404
        asked = [timed(app, f"/api/v1/notes/{UUID(int=n)}") for n in range(30)]
        answers = await asyncio.gather(*asked)
        assert {answer.status for answer, _ in answers} == {503}
        assert all(answer.headers["retry-after"] for answer, _ in answers)
        assert max(seconds for _, seconds in answers) < 2 + SLACK
    assert (await client.get(app, "/healthz")).status == 200
    await app.stop()


@pytest.mark.slow
async def test_a_restart_under_load_is_met_with_503_and_nothing_else(
    server: EmbeddedPostgres, folder: Path
) -> None:
    """Also one that crashes: its processes are killed, and it recovers."""
    statuses: set[int] = set()
    kept: list[str] = []
    ending = asyncio.Event()

    async def ask(app: App) -> None:
        while not ending.is_set():
            created = await client.post(app, "/api/v1/notes", json={"text": "x"})
            statuses.add(created.status)
            if created.status == 201:
                kept.append(created.json()["id"])
                read = await client.get(app, f"/api/v1/notes/{kept[-1]}")
                statuses.add(read.status)
            else:
                await asyncio.sleep(0.01)

    async with server:
        url = server.url("app")
        await migrate_up(url, folder)
        app = make_app(url, folder)
        await app.start()
        asking = [asyncio.create_task(ask(app)) for _ in range(16)]
        await wait_until(lambda: len(kept) > 50)
        async with session(url) as admin:
            pid = await admin.fetchval(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'drystone' LIMIT 1"
            )
        # A backend that is killed takes all others with it (crash and recovery).
        os.kill(pid, signal.SIGKILL)
        await wait_until(lambda: 503 in statuses)
        begun = len(kept)
        began = time.perf_counter()
        await wait_until(lambda: len(kept) > begun + 50)
        assert time.perf_counter() - began < 5 + SLACK
        ending.set()
        await asyncio.gather(*asking)
        assert statuses == {200, 201, 503}
        async with session(url) as admin:
            there = {str(row[0]) for row in await admin.fetch("SELECT id FROM notes")}
        assert set(kept) <= there  # nothing acknowledged is lost
        numbers = app.db.statistics()
        assert numbers.idle == numbers.size
        await app.stop()


async def wait_until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_slow_statement_is_logged_with_the_request_that_sent_it(
    database_url: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await migrate_up(database_url, folder)
    app = make_app(database_url, folder, slow_statement_seconds=1e-9)
    async with client.started(app):
        for name in ("one", "two"):
            caplog.clear()
            path = "/api/v1/notes/01890000-0000-7000-8000-000000000000"
            await client.get(app, path, headers={"X-Request-ID": name})
            slow = [one for one in caplog.records if one.name == SLOW_LOGGER]
            assert {vars(one)["request_id"] for one in slow} == {name}
