"""Routes that an application declares, as operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from tests.described import resolve

from drystone import App, Request, Response
from drystone.errors import Conflict, Forbidden
from drystone.http.parts.value_list import MAX_LIST_ITEMS
from drystone.openapi.encode import document_of
from drystone.openapi.operations.custom import words_of


class Order(msgspec.Struct):
    amount: int


async def handle(request: Request) -> Response:
    """Order something.

    It comes by post,
    within a week.

    Args:
        request: for programmers.
    """
    return Response.empty()


async def unsaid_words(request: Request) -> Response:
    return Response.empty()


def describe(app: App, path: str, method: str = "get") -> tuple[dict[str, Any], dict[str, Any]]:
    document = document_of(app)
    return document["paths"][path][method], document


def test_words_come_from_the_docstring() -> None:
    assert words_of(handle) == ("Order something", "It comes by post,\nwithin a week.")
    assert words_of(unsaid_words) == ("", "")


def test_a_summary_of_ones_own_comes_first_and_a_name_last() -> None:
    app = App()
    app.get("/a", summary="Said")(handle)
    app.get("/b")(unsaid_words)
    assert describe(app, "/api/v1/a")[0]["summary"] == "Said"
    assert describe(app, "/api/v1/b")[0]["summary"] == "Unsaid words"


def test_what_is_not_declared_is_not_promised() -> None:
    app = App()
    app.get("/a")(handle)
    operation, _ = describe(app, "/api/v1/a")
    assert list(operation["responses"]) == ["200", "default"]
    assert "content" not in operation["responses"]["200"]
    assert "requestBody" not in operation


def test_a_body_brings_the_refusals_of_bodies() -> None:
    app = App()
    app.post("/a", body=Order, returns=None, problems=[Conflict, Forbidden])(handle)
    operation, document = describe(app, "/api/v1/a", "post")
    statuses = ["204", "400", "403", "409", "413", "415", "422", "default"]
    assert list(operation["responses"]) == statuses
    media = operation["requestBody"]["content"]["application/json"]
    assert media["example"] == {"amount": 1}
    conflict = resolve(document, operation["responses"]["409"])
    assert conflict["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Conflict")


def test_a_status_of_ones_own() -> None:
    app = App()
    app.post("/a", returns=Order, status=202)(handle)
    assert "202" in describe(app, "/api/v1/a", "post")[0]["responses"]


def test_several_forms_and_forms_that_are_not_json() -> None:
    app = App()
    app.get("/a", returns={"text/csv": str, "application/json": list[Order]})(handle)
    app.post("/b", body=bytes, returns=str)(handle)
    answer = describe(app, "/api/v1/a")[0]["responses"]["200"]
    assert list(answer["content"]) == ["text/csv", "application/json"]
    operation, _ = describe(app, "/api/v1/b", "post")
    assert list(operation["requestBody"]["content"]) == ["application/octet-stream"]
    assert list(operation["responses"]["200"]["content"]) == ["text/plain"]
    assert "415" not in operation["responses"]


def test_path_parameters_are_typed_by_their_converters() -> None:
    app = App()
    app.root.get("/a/{id:uuid}/{number:int}/{word}/{rest:path}", returns=UUID)(handle)
    operation, _ = describe(app, "/a/{id}/{number}/{word}/{rest}")
    assert [(one["name"], one["schema"]) for one in operation["parameters"]] == [
        ("id", {"type": "string", "format": "uuid"}),
        ("number", {"type": "integer", "format": "int64"}),
        ("word", {"type": "string", "minLength": 1}),
        ("rest", {"type": "string", "minLength": 1}),
    ]
    assert {"400", "404"} <= operation["responses"].keys()


class Asked(msgspec.Struct, rename={"most": "limit"}):
    """What is asked.

    Attributes:
        most: rows.
    """

    word: str
    most: Annotated[int, msgspec.Meta(ge=1, le=9)] = 5
    kind: Literal["a", "b"] | None = None
    ids: list[UUID] = []


@dataclass
class Narrowed:
    """What is asked, as a dataclass."""

    first: date | None = None
    rates: list[Decimal] | None = None


def test_parameters_and_header_fields_that_are_declared() -> None:
    app = App()
    app.post("/a", query=Asked, headers=["If-Match", "Idempotency-Key", "Prefer"])(handle)
    operation, document = describe(app, "/api/v1/a", "post")
    parameters = {
        one["name"]: one for one in (resolve(document, part) for part in operation["parameters"])
    }
    assert list(parameters) == [
        *("word", "limit", "kind", "ids"),
        *("If-Match", "Idempotency-Key", "Prefer"),
    ]
    assert [one["required"] for one in parameters.values()] == [True] + [False] * 6
    assert parameters["limit"]["description"] == "Rows."
    assert parameters["limit"]["schema"]["default"] == 5
    assert parameters["kind"]["schema"] == {"type": "string", "enum": ["a", "b"]}
    assert parameters["ids"]["explode"] is False
    assert {"400", "409", "412", "422"} <= operation["responses"].keys()
    assert "content" not in operation["responses"]["204"]
    answered = operation["responses"]["200"]["headers"]
    assert {"ETag", "Idempotency-Replayed", "Preference-Applied"} <= answered.keys()
    assert "Asked" not in document["components"].get("schemas", {})


def test_parameters_of_a_dataclass_are_never_null() -> None:
    app = App()
    app.get("/a", query=Narrowed)(handle)
    operation, _ = describe(app, "/api/v1/a")
    first, rates = operation["parameters"]
    assert first["schema"] == {"type": "string", "format": "date"}
    assert (first["required"], first["in"]) == (False, "query")
    assert rates["schema"]["type"] == "array"
    assert rates["schema"]["maxItems"] == MAX_LIST_ITEMS
    assert rates["explode"] is False
