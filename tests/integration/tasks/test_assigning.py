"""Who has a task: only a member, and not more tasks than one person may have."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import UUID

import asyncpg
import httpx
import pytest
from examples.tasks import workload
from tests.integration.tasks.people import new_person, new_project, new_task, rows
from tests.integration.tasks.serving import NOBODY, faults, problem

LIMIT = 5


@pytest.fixture(autouse=True)
def few_tasks_are_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workload, "MAX_OPEN_TASKS", LIMIT)


async def open_tasks_of(client: httpx.AsyncClient, person: str) -> int:
    return len(await rows(client, f"/tasks?assignee={person}&status[ne]=done&limit=100"))


async def test_a_task_is_given_and_taken_back(client: httpx.AsyncClient) -> None:
    person = await new_person(client)
    task = await new_task(client, await new_project(client, person))
    given = await client.post(f"/tasks/{task['id']}/assign", json={"assignee_id": person})
    assert (given.status_code, given.json()["assignee_id"]) == (200, person)
    assert given.headers["etag"] == '"2"'
    assert given.json() == (await client.get(f"/tasks/{task['id']}")).json()
    for _ in range(2):
        taken = await client.post(f"/tasks/{task['id']}/unassign")
        assert (taken.status_code, taken.json()["assignee_id"]) == (200, None)
        # Taking it from nobody changes nothing.
        assert taken.headers["etag"] == '"3"'


async def test_only_a_member_gets_one(client: httpx.AsyncClient) -> None:
    task = await new_task(client, await new_project(client))
    refused = {("/assignee_id", "not_found")}
    for person in (await new_person(client), NOBODY):
        answer = await client.post(f"/tasks/{task['id']}/assign", json={"assignee_id": person})
        assert faults(answer) == refused
    answer = await client.post(f"/tasks/{task['id']}/assign", json={"assignee": "me"})
    assert faults(answer) == {("/assignee_id", "required"), ("/assignee", "unknown_field")}


async def test_what_is_not_there_or_has_moved_on_is_not_given(client: httpx.AsyncClient) -> None:
    person = await new_person(client)
    body = {"assignee_id": person}
    problem(await client.post(f"/tasks/{NOBODY}/assign", json=body), 404, "not_found")
    task = await new_task(client, await new_project(client, person))
    answer = await client.post(
        f"/tasks/{task['id']}/assign", json=body, headers={"If-Match": '"7"'}
    )
    problem(answer, 412, "precondition_failed")
    assert (await client.get(f"/tasks/{task['id']}")).json() == task


async def test_a_key_is_answered_once_and_a_rehearsal_keeps_nothing(
    client: httpx.AsyncClient,
) -> None:
    person = await new_person(client)
    task = await new_task(client, await new_project(client, person))
    target, body = f"/tasks/{task['id']}/assign", {"assignee_id": person}
    dry = await client.post(target, json=body, headers={"Prefer": "dry-run"})
    assert (dry.status_code, dry.json()["assignee_id"]) == (200, person)
    assert (await client.get(f"/tasks/{task['id']}")).json() == task
    headers = {"Idempotency-Key": "give-it"}
    first = await client.post(target, json=body, headers=headers)
    await client.post(f"/tasks/{task['id']}/unassign")
    again = await client.post(target, json=body, headers=headers)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert (await client.get(f"/tasks/{task['id']}")).json()["assignee_id"] is None
    other = await client.post(target, json={"assignee_id": NOBODY}, headers=headers)
    problem(other, 422, "idempotency_mismatch")


async def test_the_limit_holds_on_every_way_to_a_task(client: httpx.AsyncClient) -> None:
    person = await new_person(client)
    project = await new_project(client, person)
    for _ in range(LIMIT):
        await new_task(client, project, assignee_id=person)
    done = await new_task(client, project, assignee_id=person, status="done")
    other = await new_task(client, project)
    answers = [
        await client.post(f"/tasks/{other['id']}/assign", json={"assignee_id": person}),
        await client.patch(f"/tasks/{other['id']}", json={"assignee_id": person}),
        await client.put(f"/tasks/{other['id']}", json=other | {"assignee_id": person}),
        await client.patch(f"/tasks/{done['id']}", json={"status": "doing"}),
        await client.post(
            "/tasks", json={"title": "T", "project_id": project, "assignee_id": person}
        ),
    ]
    for answer in answers:
        document = problem(answer, 409, "conflict")
        assert document["detail"] == f"The assignee has {LIMIT} open tasks; {LIMIT} are the most."
        assert document["errors"][0]["pointer"] == "/assignee_id"
    assert await open_tasks_of(client, person) == LIMIT


async def test_a_task_that_somebody_has_already_can_be_edited_at_the_limit(
    client: httpx.AsyncClient,
) -> None:
    person = await new_person(client)
    project = await new_project(client, person)
    mine = [await new_task(client, project, assignee_id=person) for _ in range(LIMIT)]
    answer = await client.patch(f"/tasks/{mine[0]['id']}", json={"status": "doing"})
    assert answer.status_code == 200, answer.text
    await client.delete(f"/tasks/{mine[0]['id']}")
    replacement = await new_task(client, project, assignee_id=person)
    # Coming back it counts again.
    problem(await client.post(f"/tasks/{mine[0]['id']}/restore"), 409, "conflict")
    await client.patch(f"/tasks/{replacement['id']}", json={"status": "done"})
    assert (await client.post(f"/tasks/{mine[0]['id']}/restore")).status_code == 200


async def test_many_at_once_never_exceed_the_limit(client: httpx.AsyncClient) -> None:
    person = await new_person(client)
    projects = [await new_project(client, person) for _ in range(2)]
    made = [await new_task(client, projects[number % 2]) for number in range(16)]

    async def give(number: int) -> int:
        target = f"/tasks/{made[number]['id']}"
        body = {"assignee_id": person}
        if number % 2:
            return (await client.post(f"{target}/assign", json=body)).status_code
        return (await client.patch(target, json=body)).status_code

    answers = Counter(await asyncio.gather(*map(give, range(16))))
    assert answers == {200: LIMIT, 409: 16 - LIMIT}
    assert await open_tasks_of(client, person) == LIMIT


async def test_who_counts_waits_for_who_has_not_committed_yet(
    client: httpx.AsyncClient, database_url: str
) -> None:
    person = await new_person(client)
    project = await new_project(client, person)
    made = [await new_task(client, project) for _ in range(LIMIT + 1)]
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", UUID(person)
            )
            target = f"/tasks/{made[-1]['id']}/assign"
            waiting = asyncio.create_task(client.post(target, json={"assignee_id": person}))
            while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                assert not waiting.done()
                await asyncio.sleep(0.01)
            await connection.execute(
                "UPDATE tasks SET assignee_id = $1 WHERE id = ANY ($2)",
                UUID(person),
                [UUID(one["id"]) for one in made[:LIMIT]],
            )
    finally:
        await connection.close()
    problem(await waiting, 409, "conflict")


async def test_a_member_with_open_tasks_does_not_leave(client: httpx.AsyncClient) -> None:
    person = await new_person(client)
    project = await new_project(client, person)
    task = await new_task(client, project, assignee_id=person)
    (member,) = await rows(client, f"/projects/{project}/members?user={person}")
    refused = await client.delete(f"/members/{member['id']}")
    assert "1 open tasks" in problem(refused, 409, "conflict")["detail"]
    other = await new_person(client)
    answer = await client.patch(f"/members/{member['id']}", json={"user_id": other})
    assert faults(answer) == {("/user_id", "read_only")}
    answer = await client.patch(f"/members/{member['id']}", json={"role": "viewer"})
    assert answer.json()["role"] == "viewer"
    await client.post(f"/tasks/{task['id']}/unassign")
    assert (await client.delete(f"/members/{member['id']}")).status_code == 204
