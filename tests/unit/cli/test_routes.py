"""`drystone routes`: the table, the chain around each handler, and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drystone.cli.main import main

APP = """
from drystone import App, Request, Response

async def audit(request, proceed):
    return await proceed(request)

app = App("Shop", middleware=[audit])

@app.get("/orders/{id:uuid}", name="order")
async def read_order(request: Request) -> Response:
    return Response.empty()

@app.route("/orders", methods=["GET", "POST"])
async def orders(request: Request) -> Response:
    return Response.empty()
"""


@pytest.fixture(autouse=True)
def shop(project: Path) -> None:
    (project / "shop_routes.py").write_text(APP)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["routes", *arguments])


def test_each_route_is_a_line_with_aligned_columns() -> None:
    result = run("shop_routes:app")
    assert result.exit_code == 0
    heading, *lines = result.stdout.splitlines()
    assert heading.split("  ")[0] == "METHODS"
    (order,) = [line for line in lines if "read_order" in line]
    assert order.split() == [
        "GET",
        "/api/v1/orders/{id:uuid}",
        "order",
        "shop_routes:read_order",
        "shop_routes.py:9",
    ]
    (both,) = [line for line in lines if "shop_routes:orders" in line]
    assert both.split()[:3] == ["GET,POST", "/api/v1/orders", "-"]
    assert order.index("/api") == both.index("/api") == heading.index("PATH")
    assert any("/readyz" in line for line in lines)


def test_the_chain_is_shown_from_the_outside_in() -> None:
    lines = run("shop_routes:app", "--middleware").stdout.splitlines()
    position = next(index for index, line in enumerate(lines) if "read_order" in line)
    chain = lines[position + 1].strip().split(" > ")
    assert chain[0] == "RequestID"
    assert chain[-1] == "handler"
    assert chain.index("Errors") < chain.index("audit")


def test_json_is_for_programs() -> None:
    routes = json.loads(run("shop_routes:app", "--json").stdout)
    (order,) = [route for route in routes if route["name"] == "order"]
    assert order["methods"] == ["GET"]
    assert order["path"] == "/api/v1/orders/{id:uuid}"
    assert "audit" in order["middleware"]


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("from drystone.http.service import Service\napp = Service()\n", 2, "has no routes"),
        ("app = 7\n", 1, "is of type int"),
        ("1 / 0\n", 1, "  ZeroDivisionError: division by zero"),
    ],
)
def test_what_has_no_routes_is_an_error(project: Path, content: str, code: int, said: str) -> None:
    (project / "shop_other.py").write_text(content)
    result = run("shop_other:app")
    assert result.exit_code == code
    assert said in result.stderr
    assert result.stderr.startswith("Error: shop_other")
