"""An `App` is an ASGI application: the same answers from somebody else's server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn

from drystone import App, Request, Response

app = App("Greetings")


@app.get("/greetings/{name}")
async def greet(request: Request) -> Response:
    return Response.json({"hello": request.params["name"]})


@app.post("/greetings")
async def create(request: Request) -> Response:
    return Response.json(await request.json(), status=201)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    await app.start()
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await app.stop()


async def test_a_route_answers_with_all_that_the_chain_adds(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/greetings/Ada", headers={"X-Request-ID": "r1"})
    assert answer.json() == {"hello": "Ada"}
    assert answer.headers["x-request-id"] == "r1"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_body_is_read_and_a_bad_one_refused(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/v1/greetings", json={"a": 1})).status_code == 201
    bad = await client.post(
        "/api/v1/greetings", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert bad.status_code == 400
    assert bad.json()["code"] == "malformed_json"


async def test_uvicorn_takes_an_app_for_an_asgi_3_application() -> None:
    config = uvicorn.Config(app, log_config=None)
    config.load()
    assert config.interface == "asgi3"
