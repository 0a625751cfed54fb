"""`drystone serve` as a process: what it says, serves, refuses, and how it ends."""

from __future__ import annotations

import re
import signal
import socket
from pathlib import Path

import httpx
import pytest
from tests.integration.running import Running, run_module

SERVICE = """
from drystone import App, Request, Response

app = App("Hello")

@app.root.get("/")
async def hello(request: Request) -> Response:
    return Response.text("hello")
"""

ASGI = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        raise RuntimeError("not supported")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello from asgi"})
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(SERVICE)
    (tmp_path / "hosted.py").write_text(ASGI)
    (tmp_path / "broken.py").write_text("import shop\n\nshop.nothing()\n")
    (tmp_path / "pyproject.toml").write_text('[tool.drystone]\napp = "shop:app"\n')
    return tmp_path


async def address_of(running: Running) -> str:
    """Return the address in the log's line."""
    found = re.search(r"http://127\.0\.0\.1:\d+", await running.wait_for("serving http://"))
    assert found is not None
    return found[0]


async def get(address: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(address)).text


async def test_the_application_of_the_project_is_served(project: Path) -> None:
    async with run_module("drystone", "serve", "--port", "0", directory=project) as running:
        assert await get(await address_of(running)) == "hello"
        running.press_ctrl_c()
        code, _, errors = await running.ended()
    assert code == 0
    assert re.fullmatch(
        r"Drystone \S+ at http://127\.0\.0\.1:\(a free port, see below\) "
        r"\(development, 1 worker\)\. Press Ctrl-C to stop\.\n",
        errors,
    )


async def test_flags_win_over_the_environment_and_that_over_the_file(project: Path) -> None:
    (project / ".env").write_text("PORT=1\nDRYSTONE_WORKERS=3\nDRYSTONE_LOG_FORMAT=console\n")
    environ = {"DRYSTONE_WORKERS": "2", "DRYSTONE_APP": "nowhere:app"}
    arguments = ("drystone", "serve", "shop:app", "--port=0")
    async with run_module(*arguments, directory=project, environ=environ) as running:
        assert await get(await address_of(running)) == "hello"
        running.send(signal.SIGTERM)
        code, _, errors = await running.ended()
    assert code == 0
    assert "(development, 2 workers)" in errors
    assert not running.output[0].startswith("{")


async def test_an_asgi_application_is_hosted(project: Path) -> None:
    # It checks hosts itself, so production asks for no list of them.
    arguments = ("drystone", "serve", "--asgi", "hosted:app", "--port=0")
    environ = {"DRYSTONE_ENV": "production", "DRYSTONE_DRAIN_DELAY_SECONDS": "0"}
    async with run_module(*arguments, directory=project, environ=environ) as running:
        assert await get(await address_of(running)) == "hello from asgi"
        running.send(signal.SIGTERM)
        code, _, errors = await running.ended()
    assert (code, errors) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--port", "x"], 2, "Error: --port x: is not a whole number"),
        (["--workers=0"], 2, "Error: --workers 0: is out of range"),
        (["--tls-key=key.pem"], 2, "Error: DRYSTONE_TLS_CERT: is not set"),
        (["shop.py"], 2, "Error: shop.py: names a file; write shop:app"),
        (["--prot=1"], 2, "No such option '--prot'. (Did you mean one of: '--host', '--port'?)"),
        (["missing:app"], 1, "there is no module 'missing'"),
        (["shop:application"], 1, "shop has no 'application'; did you mean shop:app?"),
        (["hosted:app"], 1, "looks like an ASGI one; serve it with --asgi"),
        (["--asgi", "shop:app"], 1, "is a Drystone application; serve it without --asgi"),
        (["--tls-cert=nothing.pem"], 1, "nothing.pem"),
    ],
)
async def test_a_mistake_is_told_in_a_line_and_an_exit_code(
    project: Path, arguments: list[str], code: int, said: str
) -> None:
    given = ("drystone", "serve", "--log-format=console", "--port=0", *arguments)
    async with run_module(*given, directory=project) as running:
        ended, output, errors = await running.ended()
    assert ended == code, output + errors
    assert said in output + errors
    assert "Traceback" not in output + errors


async def test_a_module_that_fails_shows_its_own_line(project: Path) -> None:
    given = ("drystone", "serve", "broken:app", "--log-format=console", "--port=0")
    async with run_module(*given, directory=project) as running:
        code, output, _ = await running.ended()
    assert code == 1
    assert f'File "{project / "broken.py"}", line 3' in output.replace("\\n", "\n")
    assert "has no attribute 'nothing'" in output
    assert "importlib" not in output


async def test_every_mistake_of_the_environment_is_told_at_once(project: Path) -> None:
    environ = {
        "DRYSTONE_ENV": "production",
        "DRYSTONE_MAX_HEAD_BYTES": "32k",
        "DRYSTONE_LOG_LEVEL": "loud",
        "DATABASE_URL": "mysql://root:hunter2@h/d",
    }
    async with run_module("drystone", "serve", directory=project, environ=environ) as running:
        code, _, errors = await running.ended()
    assert code == 2
    assert [line.partition(":")[2].partition(":")[0].strip() for line in errors.splitlines()] == [
        "DATABASE_URL=(hidden)",
        "DRYSTONE_LOG_LEVEL=loud",
        "DRYSTONE_MAX_HEAD_BYTES=32k",
    ]
    assert "hunter2" not in errors


async def test_a_used_port_is_told_with_the_mend(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        given = ("drystone", "serve", "--port", port, "--log-format=console")
        async with run_module(*given, directory=project) as running:
            code, output, _ = await running.ended()
    assert code == 1
    assert f"127.0.0.1:{port} is in use by another process" in output
    assert "--port" in output


async def test_an_unknown_setting_is_a_warning(project: Path) -> None:
    environ = {"DRYSTONE_WORKER": "2"}
    async with run_module("drystone", "routes", directory=project, environ=environ) as running:
        code, output, errors = await running.ended()
    assert code == 0
    assert errors == (
        "Warning: DRYSTONE_WORKER: there is no such setting; did you mean DRYSTONE_WORKERS?\n"
    )
    assert "shop:hello" in output
