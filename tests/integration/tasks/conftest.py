"""What the tests of the tracker's API begin with: it is served, and has a task of theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.integration.tasks.serving import fill, serving
from tests.postgres import Migrate


@pytest.fixture
def migrate() -> Migrate:
    return fill


@pytest_asyncio.fixture
async def client(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(database_url, monkeypatch) as connected:
        yield connected


@pytest_asyncio.fixture
async def project(client: httpx.AsyncClient) -> str:
    answer = await client.get("/projects?limit=1&closed_at[null]=true")
    identifier: str = answer.json()["data"][0]["id"]
    return identifier


@pytest_asyncio.fixture
async def task(client: httpx.AsyncClient, project: str) -> dict[str, Any]:
    answer = await client.post("/tasks", json={"project_id": project, "title": "A task"})
    assert answer.status_code == 201
    created: dict[str, Any] = answer.json()
    return created
