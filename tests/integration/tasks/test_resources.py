"""What the declarations of the tracker's resources promise beside plain rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from examples.tasks.app import app
from examples.tasks.models import MODELS
from examples.tasks.resources import projects
from tests.integration.tasks.people import make, new_person, new_project, new_task, rows
from tests.integration.tasks.serving import faults, problem

from drystone.resources.listing.search import has_search_index
from drystone.resources.routes import ResourceRoutes
from drystone.schema.model.rules import Index

RESOURCES: list[ResourceRoutes] = app._api.resources


def test_every_table_is_served() -> None:
    assert {one.resource.model for one in RESOURCES} == set(MODELS)
    assert projects in RESOURCES


@pytest.mark.parametrize("one", RESOURCES, ids=lambda one: one.resource.name)
def test_every_sort_and_search_has_its_index(one: ResourceRoutes) -> None:
    resource = one.resource
    indexed = {
        tuple(field.shape for field in rule.fields)
        for rule in resource.info.rules
        if isinstance(rule, Index) and rule.where is None
    }
    for sort in resource.sorts:
        assert (sort.column.shape, resource.model.id.shape) in indexed, sort.name
    if resource.search:
        assert has_search_index(resource)


async def test_a_task_comes_with_comments_and_tags(client: httpx.AsyncClient) -> None:
    person = await new_person(client)
    project = await new_project(client, person)
    tag = await make(client, "/tags", name="masonry")
    answer = await client.post(
        "/tasks",
        json={
            "project_id": project,
            "title": "Lay a stone",
            "comments": [{"author_id": person, "body": "A large one."}],
            "task_tags": [{"tag_id": tag["id"]}],
        },
    )
    assert answer.status_code == 201, answer.text
    task = answer.json()["id"]
    found = (await client.get(f"/tasks/{task}?expand=comments,task_tags,task_tags.tag")).json()
    assert [one["body"] for one in found["comments"]["data"]] == ["A large one."]
    assert [one["tag"]["name"] for one in found["task_tags"]["data"]] == ["masonry"]
    assert [one["tag_id"] for one in await rows(client, f"/tasks/{task}/task-tags")] == [tag["id"]]


async def test_a_fault_in_what_comes_along_keeps_nothing(client: httpx.AsyncClient) -> None:
    project = await new_project(client)
    body = {"project_id": project, "title": "T", "comments": [{"body": ""}]}
    assert faults(await client.post("/tasks", json=body)) == {
        ("/comments/0/author_id", "required"),
        ("/comments/0/body", "too_short"),
    }
    assert await rows(client, f"/projects/{project}/tasks") == []


async def test_what_is_computed_follows_the_rows(client: httpx.AsyncClient) -> None:
    project = await new_project(client)

    async def count() -> Any:
        return (await client.get(f"/projects/{project}")).json()["open_tasks"]

    assert await count() == 0
    late = await new_task(client, project, due_at="2020-01-01T00:00:00Z")
    soon = await new_task(client, project, due_at=f"{datetime.now(UTC).year + 1}-01-01T00:00:00Z")
    await new_task(client, project)
    assert await count() == 3
    assert (late["is_overdue"], soon["is_overdue"]) == (True, False)
    found = await rows(client, f"/projects/{project}/tasks?is_overdue=true")
    assert [one["id"] for one in found] == [late["id"]]
    done = (await client.patch(f"/tasks/{late['id']}", json={"status": "done"})).json()
    assert done["is_overdue"] is False
    assert await count() == 2


async def test_lists_below_a_row_are_of_that_row_alone(
    client: httpx.AsyncClient, project: str
) -> None:
    tasks = await rows(client, f"/projects/{project}/tasks?limit=100")
    assert {one["project_id"] for one in tasks} == {project}
    members = await rows(client, f"/projects/{project}/members?expand=user&limit=100")
    assert all(one["user"]["id"] == one["user_id"] for one in members)
    user = members[0]["user_id"]
    assert project in {one["project_id"] for one in await rows(client, f"/users/{user}/members")}
    problem(await client.get(f"/projects/{user}/tasks"), 404, "not_found")


async def test_words_are_found_in_title_and_description(client: httpx.AsyncClient) -> None:
    project = await new_project(client)
    await new_task(client, project, title="Mend the wall", description="With a keystone.")
    await new_task(client, project, title="Find a keystone")
    found = await rows(client, f"/projects/{project}/tasks?search=keystone")
    assert len(found) == 2
    (only,) = await rows(client, f"/projects/{project}/tasks?search=keystone wall")
    assert only["title"] == "Mend the wall"
