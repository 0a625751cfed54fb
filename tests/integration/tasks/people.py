"""Rows of the tracker for a test: somebody new, a project of theirs, tasks in it."""

from __future__ import annotations

import secrets
from typing import Any

import httpx

Row = dict[str, Any]


async def make(client: httpx.AsyncClient, path: str, **fields: object) -> Row:
    """Return a new row."""
    answer = await client.post(path, json=fields)
    assert answer.status_code == 201, answer.text
    row: Row = answer.json()
    return row


async def rows(client: httpx.AsyncClient, target: str) -> list[Row]:
    """Return the rows of a list."""
    answer = await client.get(target)
    assert answer.status_code == 200, answer.text
    found: list[Row] = answer.json()["data"]
    return found


async def new_person(client: httpx.AsyncClient) -> str:
    """Return the id of somebody with nothing to do."""
    name = secrets.token_hex(6)
    return str((await make(client, "/users", email=f"{name}@example.com", name=name))["id"])


async def new_project(client: httpx.AsyncClient, *people: str) -> str:
    """Return the id of a project with these members; the first one owns it."""
    owner = people[0] if people else await new_person(client)
    project = await make(
        client,
        "/projects",
        name=secrets.token_hex(6),
        owner_id=owner,
        members=[{"user_id": one, "role": "editor"} for one in people],
    )
    return str(project["id"])


async def new_task(client: httpx.AsyncClient, project: str, **fields: object) -> Row:
    """Return a new task."""
    return await make(client, "/tasks", **{"title": "A task", "project_id": project} | fields)
