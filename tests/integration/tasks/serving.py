"""The tracker served for a test, and what its refusals must look like."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from examples.tasks.app import app
from examples.tasks.sample import fill_if_empty
from tests.integration.tracker import create_tracker

from drystone.http.limits import Limits
from drystone.http.server.listener import open_tcp
from drystone.http.server.server import Server
from drystone.settings import Settings

NOBODY = "01890000-0000-7000-8000-000000000000"
# Idle connections need not be waited for.
LIMITS = Limits(idle_drain_seconds=0.0)


async def fill(url: str) -> None:
    await create_tracker(url)
    await fill_if_empty(url, tasks=2_000)


@asynccontextmanager
async def serving(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setattr(app, "_settings", replace(app._settings or Settings(), database_url=url))
    (listener,) = open_tcp("127.0.0.1", 0)
    port = listener.socket.getsockname()[1]
    server = Server(app, [listener.socket], limits=LIMITS)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1") as client:
            yield client
    finally:
        await server.stop()
        listener.close()


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return the problem document, once it is known to be the expected one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["code"] == code
    assert document["status"] == status
    assert document["request_id"] == answer.headers["x-request-id"]
    return document


def faults(answer: httpx.Response) -> set[tuple[str, str]]:
    document = problem(answer, 422, "validation_failed")
    return {(fault["pointer"], fault["code"]) for fault in document["errors"]}
