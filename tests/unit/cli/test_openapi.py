"""`drystone openapi`: the document on standard output or in a file, and why there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drystone.cli.main import main

APP = """
from drystone import App, Request, Response

app = App("Shop", version="1.2.3")
broken = App()

@app.get("/orders/{id:uuid}")
async def read_order(request: Request) -> Response:
    return Response.empty()

@broken.get("/orders", returns=int | list[int] | set[int])
async def orders(request: Request) -> Response:
    return Response.empty()
"""


@pytest.fixture(autouse=True)
def shop(project: Path) -> Path:
    (project / "shop_described.py").write_text(APP)
    return project


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["openapi", *arguments])


def test_the_document_is_printed_for_people() -> None:
    result = run("shop_described:app")
    assert result.exit_code == 0
    assert result.stdout.startswith('{\n  "openapi": "3.1.1",\n')
    document = json.loads(result.stdout)
    assert document["info"] | {"description": ""} == {
        "title": "Shop",
        "version": "1.2.3",
        "description": "",
    }
    assert "/api/v1/orders/{id}" in document["paths"]


def test_it_is_printed_on_one_line_as_it_is_served() -> None:
    result = run("shop_described:app", "--compact")
    assert result.stdout.count("\n") == 1
    assert json.loads(result.stdout) == json.loads(run("shop_described:app").stdout)


def test_it_is_written_to_a_file(shop: Path) -> None:
    result = run("shop_described:app", "--output", "openapi.json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads((shop / "openapi.json").read_text())["info"]["title"] == "Shop"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nothing:app"], "there is no module 'nothing'"),
        (["shop_described:app", "--output", "none/openapi.json"], "cannot write none/openapi.json"),
        (["shop_described:broken"], "shop_described.py:11"),
    ],
)
def test_where_there_is_none_it_says_why(arguments: list[str], reason: str) -> None:
    result = run(*arguments)
    assert result.exit_code != 0
    assert reason in result.output
    assert "Traceback" not in result.output


def test_its_help_shows_how_it_is_used() -> None:
    result = run("--help")
    assert "drystone openapi tasks.app:app --output openapi.json" in result.output
