"""Projects that are closed: nothing in them is open, whoever comes at the same moment."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from tests.integration.tasks.people import new_project, new_task, rows
from tests.integration.tasks.serving import NOBODY, faults, problem


async def open_tasks(client: httpx.AsyncClient, project: str) -> int:
    return len(await rows(client, f"/projects/{project}/tasks?status[ne]=done&limit=100"))


async def test_a_project_without_open_tasks_is_closed(client: httpx.AsyncClient) -> None:
    project = await new_project(client)
    await new_task(client, project, status="done")
    answer = await client.post(f"/projects/{project}/close", json={})
    assert answer.status_code == 200, answer.text
    assert answer.json()["closed_at"] == answer.json()["updated_at"]
    assert answer.json() == (await client.get(f"/projects/{project}")).json()
    problem(await client.post(f"/projects/{project}/close", json={}), 409, "conflict")


async def test_open_tasks_stand_in_the_way_unless_they_are_to_be_finished(
    client: httpx.AsyncClient,
) -> None:
    project = await new_project(client)
    task = await new_task(client, project)
    refused = problem(await client.post(f"/projects/{project}/close", json={}), 409, "conflict")
    assert refused["detail"].startswith("1 tasks of the project are open")
    now = {"closed_at": "2026-03-01T08:00:00Z"}
    problem(await client.patch(f"/projects/{project}", json=now), 409, "conflict")
    answer = await client.post(f"/projects/{project}/close", json={"finish": True})
    assert answer.status_code == 200, answer.text
    done = (await client.get(f"/tasks/{task['id']}")).json()
    assert (done["status"], done["done_at"]) == ("done", answer.json()["closed_at"])


async def test_a_closed_project_takes_no_task_until_it_is_opened(
    client: httpx.AsyncClient,
) -> None:
    project = await new_project(client)
    done, deleted = await new_task(client, project), await new_task(client, project)
    other = await new_task(client, await new_project(client))
    await client.delete(f"/tasks/{deleted['id']}")
    await client.post(f"/projects/{project}/close", json={"finish": True})
    body = {"project_id": project, "title": "Late"}
    answers = [
        await client.post("/tasks", json=body),
        await client.post(f"/projects/{project}/tasks", json={"title": "Late"}),
        await client.patch(f"/tasks/{other['id']}", json={"project_id": project}),
        await client.patch(f"/tasks/{done['id']}", json={"status": "todo"}),
        await client.post(f"/tasks/{deleted['id']}/restore"),
    ]
    for answer in answers:
        if answer.status_code != 405:  # where lists below a project take no rows
            assert "is closed" in problem(answer, 409, "conflict")["detail"]
    bulk = await client.post("/tasks/bulk", json={"create": [body]})
    problem(bulk, 422, "validation_failed")
    assert (await client.patch(f"/tasks/{done['id']}", json={"title": "Better"})).is_success
    await client.patch(f"/projects/{project}", json={"closed_at": None})
    assert (await client.post("/tasks", json=body)).status_code == 201


async def test_what_is_not_there_or_moved_on_is_not_closed(client: httpx.AsyncClient) -> None:
    problem(await client.post(f"/projects/{NOBODY}/close", json={}), 404, "not_found")
    project = await new_project(client)
    answer = await client.post(f"/projects/{project}/close", json={}, headers={"If-Match": '"9"'})
    problem(answer, 412, "precondition_failed")
    answer = await client.post(f"/projects/{project}/close", json={"finish": "yes"})
    assert faults(answer) == {("/finish", "type")}


@pytest.mark.slow
async def test_closing_and_adding_at_once_never_leave_an_open_task_in_a_closed_project(
    client: httpx.AsyncClient,
) -> None:
    for finish in (False, True, True):
        project = await new_project(client)
        body = {"project_id": project, "title": "Just in time"}
        answers = await asyncio.gather(
            *(client.post("/tasks", json=body) for _ in range(6)),
            client.post(f"/projects/{project}/close", json={"finish": finish}),
            *(client.post("/tasks", json=body) for _ in range(6)),
        )
        assert {one.status_code for one in answers} <= {200, 201, 409}
        closed = (await client.get(f"/projects/{project}")).json()["closed_at"] is not None
        assert closed == (answers[6].status_code == 200)
        left = await open_tasks(client, project)
        assert left == 0 if closed else left == 12
