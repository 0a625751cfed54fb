"""What happened lately: told newest first, whole, walked both ways, by an index."""

from __future__ import annotations

from uuid import UUID

import asyncpg
import httpx
import pytest
from examples.tasks.activity import OF_ALL, OF_PROJECT
from tests.integration.tasks.people import Row, make, new_person, new_project, new_task, rows
from tests.integration.tasks.serving import NOBODY, problem


async def walk(client: httpx.AsyncClient, target: str, cursor: str | None) -> list[list[Row]]:
    """Return the pages that follow a cursor."""
    pages = []
    while cursor is not None:
        answer = await client.get(target, params={"cursor": cursor, "limit": 7})
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["data"])
        cursor = answer.json()["pagination"]["next_cursor"]
    return pages


async def test_it_tells_what_happened_to_all_that_belongs_to_a_project(
    client: httpx.AsyncClient, database_url: str
) -> None:
    person = await new_person(client)
    project = await new_project(client, person)
    task = await new_task(client, project, title="Lay a stone")
    comment = await make(
        client, "/comments", task_id=task["id"], author_id=person, body="A large one."
    )
    await client.post(f"/tasks/{task['id']}/assign", json={"assignee_id": person})
    await client.delete(f"/comments/{comment['id']}")
    await client.post(f"/comments/{comment['id']}/restore")
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        await connection.execute("SELECT set_config('drystone.actor', $1, true)", person)
        await connection.execute("UPDATE tasks SET priority = 5 WHERE id = $1", UUID(task["id"]))
    await connection.close()

    told = await rows(client, f"/projects/{project}/activity")
    assert [(one["event"], one["resource"], one["title"]) for one in told[:-1]] == [
        ("changed", "tasks", "Lay a stone"),
        ("restored", "comments", "Lay a stone"),
        ("deleted", "comments", "Lay a stone"),
        ("changed", "tasks", "Lay a stone"),
        ("created", "comments", "Lay a stone"),
        ("created", "tasks", "Lay a stone"),
        ("created", "members", told[-2]["title"]),
    ]
    assert {one["project"]["id"] for one in told} == {project}
    assert told[0]["actor"] == person
    assert told[0]["actor_name"] == told[-2]["title"]
    assert told[0]["changes"] == {"priority": {"old": 3, "new": 5}}
    assert told[3]["changes"] == {"assignee_id": {"old": None, "new": person}}
    assert (told[3]["actor"], told[3]["actor_name"]) == ("guest", None)
    assert told[:3] == (await rows(client, "/activity?limit=3"))


async def test_what_was_purged_is_not_told_of(client: httpx.AsyncClient) -> None:
    project = await new_project(client)
    task = await new_task(client, project)
    await client.delete(f"/tasks/{task['id']}")
    assert (await rows(client, f"/projects/{project}/activity"))[0]["event"] == "deleted"
    await client.delete(f"/tasks/{task['id']}?purge=true")
    for target in (f"/projects/{project}/activity", "/activity?limit=5"):
        assert task["id"] not in {one["id"] for one in await rows(client, target)}


@pytest.mark.parametrize("target", ["/activity", "/projects/{}/activity"])
async def test_walking_meets_every_event_once_in_both_directions(
    client: httpx.AsyncClient, project: str, target: str
) -> None:
    target = target.format(project)
    first = await client.get(target, params={"limit": 7})
    assert first.json()["pagination"]["prev_cursor"] is None
    pages = [first.json()["data"]]
    answer = first
    for _ in range(6):
        answer = await client.get(answer.links["next"]["url"].removeprefix("/api/v1"))
        pages.append(answer.json()["data"])
    places = [(one["changed_at"], one["id"], one["version"]) for page in pages for one in page]
    assert len(set(places)) == len(places) == 49
    assert [one[0] for one in places] == sorted([one[0] for one in places], reverse=True)
    back = []
    while "prev" in answer.links:
        answer = await client.get(answer.links["prev"]["url"].removeprefix("/api/v1"))
        back.append(answer.json()["data"])
    assert back[::-1] == pages[:-1]


async def test_a_project_s_events_end(client: httpx.AsyncClient) -> None:
    project = await new_project(client)
    for _ in range(14):
        await new_task(client, project)
    pages = await walk(client, f"/projects/{project}/activity", "")
    assert [len(page) for page in pages] == [7, 7, 1]
    assert pages[-1][-1]["resource"] == "projects"


async def test_a_question_that_cannot_be_answered(client: httpx.AsyncClient, project: str) -> None:
    problem(await client.get(f"/projects/{NOBODY}/activity"), 404, "not_found")
    problem(await client.get("/activity?page=2"), 400, "unknown_parameter")
    problem(await client.get("/activity?limit=0"), 400, "invalid_parameter")
    problem(await client.get("/activity?cursor=AAAA"), 400, "invalid_cursor")
    cursor = (await client.get("/activity")).json()["pagination"]["next_cursor"]
    answer = await client.get(f"/projects/{project}/activity", params={"cursor": cursor})
    problem(answer, 400, "invalid_cursor")


async def test_the_past_of_a_sample_row_agrees_with_its_history(
    client: httpx.AsyncClient,
) -> None:
    (task,) = await rows(client, "/tasks?status=done&limit=1")
    told = await rows(client, f"/tasks/{task['id']}/history")
    assert [one["version"] for one in told] == [3, 2, 1]
    assert told[0]["changed_at"] == task["done_at"]
    past = await client.get(f"/tasks/{task['id']}", params={"as_of": task["created_at"]})
    assert (past.json()["status"], past.json()["done_at"]) == ("todo", None)


async def test_indexes_serve_it(client: httpx.AsyncClient, database_url: str, project: str) -> None:
    connection = await asyncpg.connect(database_url)
    # A project of this sample is a tenth of all rows; of one among many the planner thinks so
    # by itself.
    for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
        await connection.execute(f"SET enable_{way} = off")
    values = ["true", "'infinity'", "0", "21"]
    for report, given, index in (
        (OF_ALL, values, "history_default_changed_at_idx"),
        (OF_PROJECT, [f"'{project}'", *values], "history_default_pkey"),
    ):
        names = ", ".join(kind for _, kind in report.parameters)
        await connection.execute(f"PREPARE asked ({names}) AS {report.text}")
        lines = await connection.fetch(f"EXPLAIN (COSTS off) EXECUTE asked ({', '.join(given)})")
        plan = "\n".join(line[0] for line in lines)
        assert index in plan, plan
        assert "Seq Scan on history" not in plan
        await connection.execute("DEALLOCATE asked")
    await connection.close()
