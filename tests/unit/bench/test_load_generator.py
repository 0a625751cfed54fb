"""The built-in load generator, against a server that miscounts nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import islice

import pytest
from bench.generator import percentile, response_length, run
from bench.headers import requests

ANSWER = b"HTTP/1.1 %b\r\nContent-Length: 2\r\n%b\r\nhi"


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 2), (0.99, 900), (1.0, 900)])
def test_a_percentile_is_a_value_that_was_counted(share: float, value: int) -> None:
    assert percentile(Counter({1: 40, 2: 50, 900: 10}), share) == value


def test_an_empty_histogram_has_no_percentile() -> None:
    assert percentile(Counter(), 0.5) == 0


def test_a_response_ends_where_its_length_says() -> None:
    whole = ANSWER % (b"200 OK", b"")
    assert response_length(whole) == len(whole)
    assert response_length(whole + b"HTTP/1.1 200") == len(whole)
    assert response_length(whole[:30]) is None
    with pytest.raises(ValueError, match="without Content-Length"):
        response_length(b"HTTP/1.1 200 OK\r\n\r\n")


def test_varied_requests_are_all_different_and_plain_ones_all_the_same() -> None:
    assert len(set(islice(requests("h", "/", varied=True), 100))) == 100
    assert len(set(islice(requests("h", "/", varied=False), 100))) == 1


async def answered(status: bytes, field: bytes) -> tuple[dict[str, int], Counter[str]]:
    """Load a small server for a moment; return the summary and the server's counts."""
    seen: Counter[str] = Counter()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen["connections"] += 1
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                seen["requests"] += 1
                writer.write(ANSWER % (status, field))
                if field:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        summary = await run(
            "127.0.0.1", port, requests("127.0.0.1", "/", varied=True), connections=4, seconds=0.1
        )
    return summary, seen


async def test_every_answer_is_counted_once() -> None:
    summary, seen = await answered(b"200 OK", b"")
    assert summary["errors"] == 0
    assert seen["connections"] == 4
    # Up to one request of each connection is under way when the time is over.
    assert seen["requests"] - 4 <= summary["requests"] <= seen["requests"]
    assert 0 < summary["p50_us"] <= summary["p99_us"]


async def test_another_status_is_an_error() -> None:
    summary, _ = await answered(b"503 Busy", b"")
    assert summary["errors"] == summary["requests"] > 0


async def test_a_connection_that_the_server_ends_is_replaced() -> None:
    summary, seen = await answered(b"200 OK", b"Connection: close\r\n")
    assert summary["errors"] == 0
    assert seen["connections"] > 4
    assert summary["requests"] > 4
