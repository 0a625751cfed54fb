"""Which requests use a deprecated field."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests import client
from tests.integration.openapi.everything import Stone

from drystone import Deprecation, Request, Response
from drystone.observe.deprecated_use import DEPRECATED_USE
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.deprecated_fields import DeprecatedFields

STONES = declare_resource(
    Stone,
    deprecated_fields={
        Stone.weight: Deprecation(since=date(2025, 6, 1), successor="size"),
        Stone.on_top_of: Deprecation(since=date(2025, 3, 1), sunset=date(2026, 12, 31)),
    },
)


@pytest.fixture(autouse=True)
def counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DEPRECATED_USE, "_counts", type(DEPRECATED_USE._counts)())


async def send(method: str, target: str, content: bytes = b"") -> tuple[dict[str, str], bytes]:
    """Return the header fields of the answer, and the body as the handler read it."""
    seen = b""

    async def handle(request: Request) -> Response:
        nonlocal seen
        seen = await request.bytes()
        return Response.empty()

    request = client.make_request(method, target, content=content)
    response = await DeprecatedFields(STONES)(request, handle)
    return {name.lower(): value for name, value in response.headers.items()}, seen


@pytest.mark.parametrize(
    "query",
    [
        "weight=1",
        "weight[gte]=1",
        "fields=id,weight",
        "sort=-weight",
        "filter=label+%3D+%22a%22+AND+weight+%3E+1",
        "label=weight&weight[null]=true",
    ],
)
async def test_a_query_uses_a_field_by_its_name(query: str) -> None:
    headers, _ = await send("GET", f"/stones?{query}")
    assert headers == {"deprecation": "@1748736000"}
    assert DEPRECATED_USE.totals() == {("field", "stones.weight"): 1}


@pytest.mark.parametrize(
    "query", ["on_top_of=x", "on_top_of_id[in]=x", "expand=on_top_of.quarry", "sort=on_top_of_id"]
)
async def test_a_reference_is_used_by_either_name(query: str) -> None:
    headers, _ = await send("GET", f"/stones?{query}")
    assert headers["deprecation"] == "@1740787200"
    assert headers["sunset"] == "Thu, 31 Dec 2026 00:00:00 GMT"


@pytest.mark.parametrize(
    "query",
    ["", "label=weight", "search=weight", "filter=label+%3D+%22weight%22", "fields=id", "%ff"],
)
async def test_other_queries_do_not(query: str) -> None:
    assert await send("GET", f"/stones?{query}") == ({}, b"")
    assert not DEPRECATED_USE.totals()


@pytest.mark.parametrize(
    ("content", "uses"),
    [
        (b'{"label": "a", "weight": null}', True),
        (b'{"create": [{"weight": 1}], "update": []}', True),
        (b'{"update": [{"id": "x", "weight": 1}]}', True),
        (b'{"label": "weight", "extra": {"weight": 1}}', False),
        (b'["weight"]', False),
        (b'{"create": {"weight": 1}, "delete": ["weight"]}', False),
        (b'{"weight": ', False),
        (b"", False),
    ],
)
async def test_a_body_uses_its_members_and_is_left_for_the_handler(
    content: bytes, uses: bool
) -> None:
    headers, seen = await send("POST", "/stones", content)
    assert ("deprecation" in headers) is uses
    assert seen == content


async def test_several_fields_are_told_at_once_and_counted_each() -> None:
    headers, _ = await send("GET", "/stones?weight=1&expand=on_top_of")
    assert headers["deprecation"] == "@1740787200"
    totals: dict[Any, int] = {("field", "stones.weight"): 1, ("field", "stones.on_top_of_id"): 1}
    assert DEPRECATED_USE.totals() == totals
