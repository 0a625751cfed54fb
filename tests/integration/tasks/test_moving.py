"""Tasks that move to another project: all of them with all of their parts, or none."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from tests.integration.tasks.people import new_person, new_project, new_task, rows
from tests.integration.tasks.serving import NOBODY, faults, problem


async def tasks_in(client: httpx.AsyncClient, project: str) -> set[str]:
    return {one["id"] for one in await rows(client, f"/projects/{project}/tasks?limit=100")}


async def test_tasks_move_with_their_parts(client: httpx.AsyncClient) -> None:
    here, there = await new_project(client), await new_project(client)
    whole = await new_task(client, here)
    part = await new_task(client, here, parent_id=whole["id"])
    piece = await new_task(client, here, parent_id=part["id"])
    stays = await new_task(client, here)
    body = {"to": there, "tasks": [whole["id"]]}
    answer = await client.post(f"/projects/{here}/move-tasks", json=body)
    assert answer.status_code == 200, answer.text
    moved = {whole["id"], part["id"], piece["id"]}
    assert answer.json() == {"moved": 3, "unassigned": 0, "tasks": sorted(moved)}
    assert await tasks_in(client, there) == moved
    assert await tasks_in(client, here) == {stays["id"]}
    (entry, _) = await rows(client, f"/tasks/{piece['id']}/history")
    assert entry["changes"] == {"project_id": {"old": here, "new": there}}


async def test_one_that_cannot_move_keeps_all_where_they_are(client: httpx.AsyncClient) -> None:
    person = await new_person(client)
    here, there = await new_project(client, person), await new_project(client)
    free, taken = await new_task(client, here), await new_task(client, here, assignee_id=person)
    body = {"to": there, "tasks": [free["id"], taken["id"]]}
    answer = await client.post(f"/projects/{here}/move-tasks", json=body)
    assert faults(answer) == {("/tasks/1", "not_found")}
    assert await tasks_in(client, there) == set()
    answer = await client.post(f"/projects/{here}/move-tasks", json=body | {"unassign": True})
    assert (answer.json()["moved"], answer.json()["unassigned"]) == (2, 1)
    assert (await client.get(f"/tasks/{taken['id']}")).json()["assignee_id"] is None


async def test_an_assignee_who_is_a_member_there_keeps_the_task(client: httpx.AsyncClient) -> None:
    person = await new_person(client)
    here, there = await new_project(client, person), await new_project(client, person)
    task = await new_task(client, here, assignee_id=person)
    answer = await client.post(
        f"/projects/{here}/move-tasks", json={"to": there, "tasks": [task["id"]]}
    )
    assert answer.json()["unassigned"] == 0
    assert (await client.get(f"/tasks/{task['id']}")).json()["assignee_id"] == person


async def test_what_cannot_be_is_pointed_at(client: httpx.AsyncClient) -> None:
    here, there = await new_project(client), await new_project(client)
    task, foreign = await new_task(client, here), await new_task(client, there)
    part = await new_task(client, here, parent_id=task["id"])
    target = f"/projects/{here}/move-tasks"

    async def move(**changes: object) -> httpx.Response:
        return await client.post(target, json={"to": there, "tasks": [task["id"]]} | changes)

    assert faults(await move(to=NOBODY)) == {("/to", "not_found")}
    assert faults(await move(to=here)) == {("/to", "format")}
    assert faults(await move(tasks=[])) == {("/tasks", "too_short")}
    assert faults(await move(tasks=[task["id"], foreign["id"], NOBODY])) == {
        ("/tasks/1", "not_found"),
        ("/tasks/2", "not_found"),
    }
    assert (
        "parts of tasks that would stay"
        in problem(await move(tasks=[part["id"]]), 409, "conflict")["detail"]
    )
    problem(await client.post(f"/projects/{NOBODY}/move-tasks", json={}), 422, "validation_failed")
    body = {"to": there, "tasks": [task["id"]]}
    problem(await client.post(f"/projects/{NOBODY}/move-tasks", json=body), 404, "not_found")
    await client.post(f"/projects/{there}/close", json={"finish": True})
    problem(await move(), 409, "conflict")
    assert await tasks_in(client, here) == {task["id"], part["id"]}


@pytest.mark.slow
async def test_moves_in_opposite_directions_lose_and_double_nothing(
    client: httpx.AsyncClient,
) -> None:
    ends = [await new_project(client), await new_project(client)]
    made = [(await new_task(client, ends[number % 2]))["id"] for number in range(8)]

    async def move(number: int) -> int:
        source, target = ends[number % 2], ends[1 - number % 2]
        tasks = sorted(await tasks_in(client, source))[:2]
        body = {"to": target, "tasks": tasks}
        return (await client.post(f"/projects/{source}/move-tasks", json=body)).status_code

    for _ in range(3):
        # Another one may have taken what was about to be moved: then none of it is.
        assert set(await asyncio.gather(*map(move, range(8)))) <= {200, 422}
        first, second = [await tasks_in(client, end) for end in ends]
        assert first | second == set(made)
        assert not first & second
