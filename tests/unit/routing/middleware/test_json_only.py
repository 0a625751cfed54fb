"""Who takes no JSON is refused before anything is done."""

from __future__ import annotations

import pytest
from tests.client import make_request

from drystone.errors import NotAcceptable
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.middleware.json_only import json_only


async def answer(_request: Request) -> Response:
    return Response.json({})


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "*/*",
        "application/json",
        "application/*;q=0.1",
        "text/html,application/xhtml+xml,*/*;q=0.8",
        "nonsense",
    ],
)
async def test_who_takes_json_is_answered(accept: str | None) -> None:
    headers = {} if accept is None else {"Accept": accept}
    assert (await json_only(make_request("GET", "/", headers=headers), answer)).status == 200


@pytest.mark.parametrize("accept", ["application/xml", "*/*;q=0", "application/json;q=0, */*"])
async def test_who_takes_none_is_refused(accept: str) -> None:
    async def never(_request: Request) -> Response:
        raise AssertionError("something was done")

    with pytest.raises(NotAcceptable):
        await json_only(make_request("GET", "/", headers={"Accept": accept}), never)
