from __future__ import annotations

import pytest
from tests.client import make_request

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.middleware.cors import CORS

ALLOWED = "https://app.example.org"

FOREIGN = [
    "https://evil.test",
    "null",
    "https://app.example.org.evil.test",
    "https://evilapp.example.org",
    "http://app.example.org",
    "https://app.example.org:8443",
    "https://app.example.org/",
    "HTTPS://APP.EXAMPLE.ORG",
    "*",
]

called: list[str] = []


async def handler(request: Request) -> Response:
    called.append(request.method)
    return Response.text("hello")


@pytest.fixture(autouse=True)
def forget_calls() -> None:
    called.clear()


async def ask(cors: CORS, origin: str | None, method: str = "GET", **fields: str) -> Response:
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    if origin is not None:
        headers["Origin"] = origin
    return await cors(make_request(method, "/", headers=headers), handler)


def allowed(response: Response) -> dict[str, str]:
    return {
        name: value
        for name, value in response.headers.items()
        if name.startswith("Access-Control-")
    }


async def test_an_allowed_origin_may_read_the_answer() -> None:
    response = await ask(CORS([ALLOWED], expose=["ETag", "Link"]), ALLOWED)
    assert allowed(response) == {
        "Access-Control-Allow-Origin": ALLOWED,
        "Access-Control-Expose-Headers": "ETag, Link",
    }
    assert response.body == b"hello"


async def test_credentials_are_allowed_only_where_configured() -> None:
    response = await ask(CORS([ALLOWED], credentials=True), ALLOWED)
    assert allowed(response)["Access-Control-Allow-Credentials"] == "true"
    assert allowed(response)["Access-Control-Allow-Origin"] == ALLOWED


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_a_foreign_origin_learns_nothing(origin: str, method: str) -> None:
    cors = CORS([ALLOWED], credentials=True)
    response = await ask(cors, origin, method, Access_Control_Request_Method="DELETE")
    assert allowed(response) == {}
    assert response.headers["Vary"] == "Origin"
    assert called == [method]


@pytest.mark.parametrize("origin", [None, ALLOWED, "https://evil.test"])
async def test_every_answer_varies_by_origin(origin: str | None) -> None:
    assert (await ask(CORS([ALLOWED]), origin)).headers["Vary"] == "Origin"
    preflight = await ask(CORS([ALLOWED]), origin, "OPTIONS", Access_Control_Request_Method="PUT")
    assert preflight.headers["Vary"] == "Origin"


async def test_a_preflight_is_answered_from_the_configuration_alone() -> None:
    cors = CORS([ALLOWED], methods=["GET", "PUT"], headers=["If-Match"], max_age_seconds=60)
    response = await ask(
        cors,
        ALLOWED,
        "OPTIONS",
        Access_Control_Request_Method="DELETE",
        Access_Control_Request_Headers="X-Evil, If-Match",
    )
    assert response.status == 204
    assert allowed(response) == {
        "Access-Control-Allow-Origin": ALLOWED,
        "Access-Control-Allow-Methods": "GET, PUT",
        "Access-Control-Allow-Headers": "If-Match",
        "Access-Control-Max-Age": "60",
    }
    assert called == []


async def test_options_that_is_no_preflight_reaches_its_route() -> None:
    assert (await ask(CORS([ALLOWED]), ALLOWED, "OPTIONS")).body == b"hello"


async def test_every_origin_may_be_allowed_except_null() -> None:
    cors = CORS(["*"])
    assert allowed(await ask(cors, "https://any.test"))["Access-Control-Allow-Origin"] == "*"
    assert allowed(await ask(cors, "null")) == {}


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "app.example.org",
        "https://app.example.org/",
        "https://App.example.org",
        "https://*.example.org",
        "https://app.example.org:443",
        "http://app.example.org:80",
        "https://user@app.example.org",
        "https://app.example.org\n",
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="is not an origin; write it as a browser does"):
        CORS([origin])


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://[::1]:8443", "app://x"])
def test_other_origins_are_taken(origin: str) -> None:
    CORS([origin])


def test_every_origin_with_credentials_is_refused() -> None:
    with pytest.raises(ValueError, match="any site could act as the user"):
        CORS(["*"], credentials=True)


def test_other_mistakes_are_refused() -> None:
    with pytest.raises(ValueError, match="write a list"):
        CORS(ALLOWED)
    with pytest.raises(ValueError, match="write a list"):
        CORS([])
    with pytest.raises(ValueError, match="beside others"):
        CORS(["*", ALLOWED])
    for seconds in (601, -1):
        with pytest.raises(ValueError, match="write 0 to 600"):
            CORS([ALLOWED], max_age_seconds=seconds)
