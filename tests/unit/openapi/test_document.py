"""The document of an application that uses everything: valid, complete, the same each time."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.described import examples, faults_of, operations, resolve
from tests.integration.openapi.everything import make_app

from drystone import App, Deprecation, Request, Response
from drystone.openapi.encode import document_of, encode_document


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return document_of(make_app())


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    assert [str(one) for one in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_example_is_valid_by_its_schema(document: dict[str, Any]) -> None:
    found = list(examples(document))
    assert len(found) > 400
    faults = [
        f"{place}: {fault}"
        for place, schema, value in found
        for fault in faults_of(document, schema, value)
    ]
    assert faults == []


def test_every_route_is_an_operation_of_its_own_name(document: dict[str, Any]) -> None:
    described = {(method.upper(), path) for path, method, _ in operations(document)}
    declared = {
        (method, route.pattern.template)
        for route in make_app().root.routes()
        for method in route.methods
    }
    assert described == declared
    names = [operation["operationId"] for *_, operation in operations(document)]
    assert len(names) == len(set(names))
    assert {"listStones", "createStone", "liftStone", "listQuarriesV2"} <= set(names)


def test_every_reference_leads_somewhere_and_every_part_is_used(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    referred = set(re.findall(r'"#/components/(\w+)/([\w.-]+)"', text))
    parts = {(kind, name) for kind, those in document["components"].items() for name in those}
    assert referred == parts


def test_the_same_declarations_give_the_same_bytes() -> None:
    assert encode_document(make_app()) == encode_document(make_app())


def test_every_answer_names_its_request(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for status, part in operation["responses"].items():
            headers = resolve(document, part)["headers"]
            assert "X-Request-ID" in headers, (method, path, status)


def test_what_is_deprecated_is_marked(document: dict[str, Any]) -> None:
    old = document["paths"]["/api/v1/quarries/{id}"]["get"]
    assert old["deprecated"] is True
    assert "use `/api/v2/quarries/{id}`" in old["description"]
    assert {"Deprecation", "Sunset", "Link"} <= old["responses"]["200"]["headers"].keys()
    new = document["paths"]["/api/v2/quarries/{id}"]["get"]
    assert "deprecated" not in new
    assert "Deprecation" not in new["responses"]["200"]["headers"]
    stone = document["components"]["schemas"]["Stone"]["properties"]
    assert {name for name, one in stone.items() if one.get("deprecated")} == {"weight", "kind"}
    assert "use `size`" in stone["weight"]["description"]
    parameters = document["paths"]["/api/v1/stones"]["get"]["parameters"]
    going = {one["name"] for one in parameters if one.get("deprecated")}
    assert {"kind", "weight", "weight[gte]"} <= going
    assert "label" not in going


def test_below_another_row_the_reference_comes_from_the_address(document: dict[str, Any]) -> None:
    below = document["paths"]["/api/v1/quarries/{id}/stones"]
    assert below["get"]["operationId"] == "listQuarryStones"
    filters = {one.get("name") for one in below["get"]["parameters"]}
    assert "label" in filters
    assert not {"quarry_id", "quarry_id[in]"} & filters
    body = below["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/StoneCreateUnderQuarry"}
    schemas = document["components"]["schemas"]
    assert "quarry_id" not in schemas["StoneCreateUnderQuarry"]["required"]
    assert "quarry_id" in schemas["StoneCreate"]["required"]
    nested = schemas["QuarryCreate"]["properties"]["stones"]["items"]
    assert "quarry_id" not in resolve(document, nested)["properties"]


def test_versions_have_rows_of_their_own(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert "stones" not in schemas["Quarry"]["properties"]
    listed = schemas["QuarryV2"]["properties"]["stones"]["properties"]["data"]
    assert listed["maxItems"] == 5


def test_secrets_are_written_and_never_shown(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert "pass_phrase" in schemas["QuarryCreate"]["properties"]
    shown = ("Quarry", "QuarryFields", "QuarryV2")
    assert not any("pass_phrase" in schemas[name]["properties"] for name in shown)


def test_a_required_condition_is_a_required_header(document: dict[str, Any]) -> None:
    def if_match(path: str) -> bool:
        parts = document["paths"][path]["patch"]["parameters"]
        (found,) = [
            one for one in (resolve(document, part) for part in parts) if one["name"] == "If-Match"
        ]
        return bool(found["required"])

    assert if_match("/api/v1/quarries/{id}")
    assert not if_match("/api/v1/stones/{id}")


def test_a_type_that_cannot_be_described_names_the_place() -> None:
    app = App()

    @app.get("/broken", returns=complex | set[object] | list[int])
    async def broken(request: Request) -> Response:
        return Response.empty()

    with pytest.raises(TypeError, match=r"test_document\.py:\d+: "):
        document_of(app)


def test_names_that_are_taken_get_their_version_and_then_a_number() -> None:
    app = App()

    async def report(request: Request) -> Response:
        return Response.empty()

    app.get("/a", deprecated=Deprecation(since=date(2026, 1, 1)))(report)
    app.get("/b")(report)
    app.api("v2").get("/a")(report)
    app.root.get("/c")(report)
    paths = document_of(app)["paths"]
    names = [paths[path]["get"]["operationId"] for path in ("/api/v1/a", "/api/v1/b", "/c")]
    assert names == ["report", "reportV1", "get_report"]
    assert paths["/api/v2/a"]["get"]["operationId"] == "reportV2"
