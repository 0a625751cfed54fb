"""`make run`, as somebody meets it who has just cloned the repository."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import socket
from pathlib import Path

import httpx
import pytest
from tests.integration.running import Running, free_port, has_group, run_module

pytestmark = pytest.mark.slow

ADDRESS = "/api/v1/tasks?limit=3"


@pytest.fixture
def port() -> int:
    return free_port()


async def curl(line: str) -> httpx.Response:
    """Do what the printed line does when it is pasted."""
    program, target = shlex.split(line)
    assert program == "curl"
    async with httpx.AsyncClient() as client:
        return await client.get(target)


async def start(running: Running, port: int) -> httpx.Response:
    """Wait for the printed line, and follow it."""
    line = await running.wait_for("curl")
    assert line.strip() == f"curl 'http://127.0.0.1:{port}{ADDRESS}'"
    return await curl(line)


def postmaster(directory: Path) -> int | None:
    """Return the id of the database's process, if it is alive."""
    try:
        pid = int((directory / ".drystone/postgres/data/postmaster.pid").read_text().split()[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pid


async def test_run_stop_and_run_again(tmp_path: Path, port: int) -> None:
    environ = {"PORT": str(port)}
    async with run_module("examples.tasks", directory=tmp_path, environ=environ) as running:
        answer = await start(running, port)
        assert answer.status_code == 200
        assert len(answer.json()["data"]) == 3
        assert answer.json()["pagination"]["total"] == 5000
        assert postmaster(tmp_path) is not None
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            project = answer.json()["data"][0]["project_id"]
            body = {"project_id": project, "title": "Kept over a restart"}
            created = await client.post("/api/v1/tasks", json=body)
            assert created.status_code == 201
            assert (await client.get("/readyz")).status_code == 200
        running.press_ctrl_c()
        code, _, errors = await running.ended()
        assert (code, errors) == (0, "")
        assert postmaster(tmp_path) is None
        assert not has_group(running.pid)

    async with run_module("examples.tasks", directory=tmp_path, environ=environ) as running:
        answer = await start(running, port)
        assert answer.json()["pagination"]["total"] == 5001
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            found = await client.get(created.headers["location"])
        assert found.json() == created.json()
        running.send(signal.SIGTERM)
        code, _, errors = await running.ended()
        assert (code, errors) == (0, "")
        assert postmaster(tmp_path) is None


async def test_a_used_port_is_one_line_and_leaves_no_database(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environ = {"PORT": str(taken.getsockname()[1])}
        async with run_module("examples.tasks", directory=tmp_path, environ=environ) as running:
            code, output, errors = await running.ended()
    assert (code, output) == (1, "")
    assert errors.startswith(f"Error: 127.0.0.1:{environ['PORT']} is in use by another process")
    assert errors.count("\n") == 1
    assert not (tmp_path / ".drystone").exists()


async def test_every_mistake_in_the_settings_is_told_before_anything_starts(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text("DRYSTONE_WORKERS=0\n")
    environ = {"PORT": "many"}
    async with run_module("examples.tasks", directory=tmp_path, environ=environ) as running:
        code, _, errors = await running.ended()
    assert code == 2
    assert "PORT=many: is not a whole number" in errors
    assert "DRYSTONE_WORKERS=0 (.env:1): is out of range" in errors
    assert not (tmp_path / ".drystone").exists()


async def test_a_given_database_is_used_and_none_is_started(
    tmp_path: Path, port: int, database_url: str
) -> None:
    environ = {"PORT": str(port), "DATABASE_URL": database_url}
    async with run_module("examples.tasks", directory=tmp_path, environ=environ) as running:
        assert (await start(running, port)).json()["pagination"]["total"] == 5000
        running.press_ctrl_c()
        assert (await running.ended())[0] == 0
    assert not (tmp_path / ".drystone").exists()


async def test_a_database_that_is_not_there_is_one_line(tmp_path: Path, port: int) -> None:
    environ = {"PORT": str(port), "DATABASE_URL": f"postgresql://u@127.0.0.1:{free_port()}/app"}
    async with run_module("examples.tasks", directory=tmp_path, environ=environ) as running:
        code, _, errors = await running.ended()
    assert code == 1
    assert errors.startswith("Error: the database cannot be reached: ")
    assert "Traceback" not in errors


async def test_ctrl_c_while_the_database_starts_leaves_nothing(tmp_path: Path, port: int) -> None:
    environ = {"PORT": str(port)}
    async with run_module("examples.tasks", directory=tmp_path, environ=environ) as running:
        async with asyncio.timeout(30):
            while not (tmp_path / ".drystone").exists():
                await asyncio.sleep(0.01)
        running.press_ctrl_c()
        code, _, errors = await running.ended()
        assert code == 128 + signal.SIGINT
        assert "Traceback" not in errors
        assert postmaster(tmp_path) is None
        assert not has_group(running.pid)
