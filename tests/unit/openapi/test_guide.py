"""`docs/openapi.md` says what is so."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import pytest
from msgspec import Meta, Struct
from tests import client

from drystone import App, Deprecation, Request, Response
from drystone.openapi.encode import document_of
from drystone.routing.route import RouteOptions

GUIDE = (Path(__file__).parents[3] / "docs" / "openapi.md").read_text("utf-8")
TASK = "0190163d-8694-739b-aea5-966c26f8ad91"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    from examples.tasks.app import app  # noqa: PLC0415  (for this alone)

    return document_of(app)


def test_the_components_have_these_names(document: dict[str, Any]) -> None:
    table = GUIDE.partition("| component |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(Task\w*)`", table)) - {"TaskV2"}
    assert len(named) >= 9
    assert named <= document["components"]["schemas"].keys()


def test_the_operations_have_these_names(document: dict[str, Any]) -> None:
    sentence = next(line for line in GUIDE.splitlines() if line.startswith("Operations are"))
    named = set(re.findall(r"`(\w+)`", sentence))
    operations = {
        one["operationId"] for item in document["paths"].values() for one in item.values()
    }
    assert len(named) >= 11
    assert named <= operations


def test_the_options_are_those_of_routes() -> None:
    table = GUIDE.partition("| option |")[2].partition("\n\n")[0]
    options = {
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert len(options) == 8
    assert options <= get_type_hints(RouteOptions).keys()


async def test_parameters_of_ones_own_are_read_and_refused_as_shown() -> None:
    section = GUIDE.partition("### Parameters of one's own")[2]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    shown = re.search(r"```json\n(.*?)```", section, re.DOTALL)
    assert code is not None
    assert shown is not None
    app = App()
    names: dict[str, Any] = {"app": app, "date": date, "Request": Request, "Response": Response}
    names |= {"Struct": Struct, "Meta": Meta, "Annotated": Annotated, "Digest": dict[str, int]}
    # The page's code is a module of its own, without this one's __future__.
    text = code[1] + "    return Response.json(asked)\n"
    exec(compile(text, "openapi.md", "exec", dont_inherit=True), names)
    async with client.started(app):
        answer = await client.get(app, "/api/v1/digest?limti=5&since=x")
        found = await client.get(app, '/api/v1/digest?since=2026-01-31&tags=a,"b,c"')
    assert answer.json().items() >= json.loads(shown[1]).items()
    assert found.json() == {"since": "2026-01-31", "limit": 20, "tags": ["a", "b,c"]}


async def test_a_deprecated_route_tells_what_the_guide_shows() -> None:
    old = Deprecation(since=date(2026, 1, 1), sunset=date(2027, 1, 1), successor="/api/v2/tasks")
    app = App()

    @app.get("/tasks/{id:uuid}", deprecated=old.below("/{id:uuid}"))
    async def read(request: Request) -> Response:
        return Response.empty()

    async with client.started(app):
        answer = await client.get(app, f"/api/v1/tasks/{TASK}")
    shown = re.search(r"```http\n(.*?)```", GUIDE, re.DOTALL)
    assert shown is not None
    for line in shown[1].splitlines():
        name, _, value = line.partition(": ")
        assert answer.headers[name.lower()] == value
