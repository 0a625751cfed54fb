from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests import client

from drystone.http.body import ClientDisconnected
from drystone.http.request import Request
from drystone.http.response import Response, close_stream
from drystone.observe.access import ACCESS_LOGGER, AccessLogger
from drystone.routing.middleware.access_log import AccessLog

FIELDS = ("request_id", "method", "path", "route", "status", "bytes", "duration_ms", "client")


class Entries(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def only(self) -> dict[str, Any]:
        (record,) = self.records
        return {name: getattr(record, name) for name in FIELDS}


@pytest.fixture
def entries() -> Entries:
    return Entries()


def layer(entries: Entries, **options: Any) -> AccessLog:
    logger = logging.Logger(ACCESS_LOGGER, logging.DEBUG)
    logger.addHandler(entries)
    times = iter([10_000_000_000, 10_012_500_999, 11_000_000_000])
    return AccessLog(AccessLogger(logger), clock=lambda: next(times), **options)


async def ok(request: Request) -> Response:
    request.template = "/tasks/{id}"
    return Response.text("hello")


async def pieces(log: list[str]) -> AsyncIterator[bytes]:
    try:
        yield b"123"
        yield b"4567"
    finally:
        log.append("closed")


async def test_an_entry_says_what_was_asked_and_how_it_was_answered(entries: Entries) -> None:
    request = client.make_request("GET", "/tasks/%C3%A9?token=hunter2")
    request.id = "r1"
    await layer(entries)(request, ok)
    assert entries.only() == {
        "request_id": "r1",
        "method": "GET",
        "path": "/tasks/%C3%A9",
        "route": "/tasks/{id}",
        "status": 200,
        "bytes": 5,
        "duration_ms": 12.5,
        "client": "192.0.2.7",
    }


async def test_the_query_is_logged_only_when_asked_for(entries: Entries) -> None:
    request = client.make_request("GET", "/tasks?q=1")
    await layer(entries, with_query=True)(request, ok)
    assert entries.only()["path"] == "/tasks?q=1"


@pytest.mark.parametrize(
    ("method", "response"),
    [
        ("HEAD", Response.text("hello")),
        ("GET", Response(status=304)),
        ("GET", Response.empty()),
    ],
)
async def test_no_bytes_are_counted_where_none_are_sent(
    entries: Entries, method: str, response: Response
) -> None:
    async def handler(_request: Request) -> Response:
        return response

    await layer(entries)(client.make_request(method, "/"), handler)
    assert entries.only()["bytes"] == 0


async def test_a_stream_is_logged_when_it_ends(entries: Entries) -> None:
    closed: list[str] = []

    async def handler(_request: Request) -> Response:
        return Response(stream=pieces(closed))

    response = await layer(entries)(client.make_request("GET", "/"), handler)
    assert entries.records == []
    assert response.stream is not None
    assert b"".join([piece async for piece in response.stream]) == b"1234567"
    assert (entries.only()["bytes"], closed) == (7, ["closed"])


async def test_a_stream_that_is_cut_off_is_closed_and_logged_with_what_was_taken(
    entries: Entries,
) -> None:
    closed: list[str] = []

    async def handler(_request: Request) -> Response:
        return Response(stream=pieces(closed))

    response = await layer(entries)(client.make_request("GET", "/"), handler)
    stream = response.stream
    assert stream is not None
    iterator = aiter(stream)
    await anext(iterator)
    await close_stream(iterator)
    assert closed == ["closed"]
    assert (entries.only()["status"], entries.only()["bytes"]) == (200, 3)


async def test_a_stream_that_fails_is_logged_and_fails(entries: Entries) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield b"1"
        raise ValueError("broken")

    async def handler(_request: Request) -> Response:
        return Response(stream=failing())

    response = await layer(entries)(client.make_request("GET", "/"), handler)
    assert response.stream is not None
    with pytest.raises(ValueError, match="broken"):
        [piece async for piece in response.stream]
    assert entries.only()["bytes"] == 1


async def test_the_stream_of_an_answer_to_head_is_left_alone(entries: Entries) -> None:
    stream = pieces([])

    async def handler(_request: Request) -> Response:
        return Response(stream=stream)

    response = await layer(entries)(client.make_request("HEAD", "/"), handler)
    assert response.stream is stream
    assert entries.only()["bytes"] == 0


@pytest.mark.parametrize("gone", [ClientDisconnected, asyncio.CancelledError])
async def test_a_client_that_went_away_is_logged_and_passed_on(
    entries: Entries, gone: type[BaseException]
) -> None:
    async def handler(_request: Request) -> Response:
        raise gone

    with pytest.raises(gone):
        await layer(entries)(client.make_request("GET", "/"), handler)
    assert (entries.only()["status"], entries.only()["duration_ms"]) == (499, 12.5)


async def test_probes_are_logged_at_debug_level(entries: Entries) -> None:
    quiet = layer(entries, quiet=frozenset({"/tasks/{id}"}))
    await quiet(client.make_request("GET", "/"), ok)
    assert entries.records[0].levelno == logging.DEBUG


async def test_a_client_cannot_make_itself_a_probe(entries: Entries) -> None:
    async def not_found(_request: Request) -> Response:
        return Response(status=404)

    quiet = layer(entries, quiet=frozenset({"/healthz"}))
    await quiet(client.make_request("GET", "/healthz"), not_found)
    assert entries.records[0].levelno == logging.INFO


def test_a_refusal_has_an_entry_too(entries: Entries) -> None:
    layer(entries).log_refusal(400, 33, request_id="r1", peer=client.PEER)
    assert entries.only() == {
        "request_id": "r1",
        "method": "",
        "path": "",
        "route": "",
        "status": 400,
        "bytes": 33,
        "duration_ms": 0.0,
        "client": "192.0.2.7",
    }
