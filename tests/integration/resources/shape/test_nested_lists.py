"""Lists below a row: the whole list with a filter more, and creation with a reference given."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.integration.counting_relay import CountingRelay
from tests.integration.resources.served.workshop import Api
from tests.integration.resources.shape.board import make_app, open_board, titles


@pytest.fixture
async def projects(api: Api) -> list[str]:
    """Two projects, each with tasks of its own."""
    ids = []
    for name in "ab":
        project = await api.make("/projects", {"name": name})
        ids.append(project["id"])
        for number in range(3):
            body = {"title": f"{name}{number}", "priority": number + 1, "project_id": ids[-1]}
            await api.make("/tasks", body)
    return ids


async def test_it_shows_the_rows_of_one_parent(api: Api, projects: list[str]) -> None:
    target = f"/projects/{projects[0]}/tasks"
    listed = await api.get(target, sort="title")
    assert titles(listed) == ["a0", "a1", "a2"]
    assert listed["pagination"]["total"] == 3
    whole = await api.get("/tasks", project=projects[0], sort="title")
    assert listed == whole


async def test_it_has_all_parameters_but_the_parent(api: Api, projects: list[str]) -> None:
    target = f"/projects/{projects[0]}/tasks"
    listed = await api.get(target, **{"priority[gte]": 2}, sort="-weight", fields="title", limit=1)
    assert listed["data"] == [{"title": "a2"}]
    assert titles(await api.get(target, filter='title = "b0" OR title = "a0"')) == ["a0"]
    for name in ("project", "project_id", "project_id[in]"):
        refused = await api.send("GET", f"{target}?{name}={projects[0]}")
        assert (refused.status, refused.json()["code"]) == (400, "unknown_parameter")
    refused = await api.send("GET", target, filter=f'project = "{projects[1]}"')
    assert refused.status == 400


async def test_cursors_are_bound_to_the_parent(api: Api, projects: list[str]) -> None:
    first = await api.get(f"/projects/{projects[0]}/tasks", cursor="", limit=2, sort="title")
    cursor = first["pagination"]["next_cursor"]
    rest = await api.get(f"/projects/{projects[0]}/tasks", cursor=cursor, limit=2, sort="title")
    assert [*titles(first), *titles(rest)] == ["a0", "a1", "a2"]
    for other in (f"/projects/{projects[1]}/tasks", "/tasks"):
        refused = await api.send("GET", other, cursor=cursor, limit=2, sort="title")
        assert refused.json()["code"] == "invalid_cursor"


async def test_links_stay_below_the_parent(api: Api, projects: list[str]) -> None:
    answer = await api.send("GET", f"/projects/{projects[0]}/tasks?limit=1")
    assert f"</api/v1/projects/{projects[0]}/tasks?limit=1&page=2>" in answer.headers["link"]


async def test_without_the_parent_there_is_nothing_below_it(api: Api) -> None:
    project = await api.make("/projects", {"name": "gone"})
    await api.send("DELETE", f"/projects/{project['id']}")
    for one in (project["id"], str(uuid4()), "x"):
        for method, body in (("GET", None), ("POST", {"title": "t"})):
            answer = await api.send(method, f"/projects/{one}/tasks", body)
            assert answer.status == 404, (one, method)


async def test_an_empty_list_of_a_parent_that_is_there(api: Api) -> None:
    project = await api.make("/projects", {"name": "new"})
    assert (await api.get(f"/projects/{project['id']}/tasks"))["data"] == []


async def test_a_new_row_refers_to_the_parent(api: Api, projects: list[str]) -> None:
    answer = await api.send("POST", f"/projects/{projects[0]}/tasks", {"title": "new"})
    row = answer.json()
    assert (answer.status, row["project_id"]) == (201, projects[0])
    assert answer.headers["location"] == f"/api/v1/tasks/{row['id']}"
    body = {"title": "same", "project_id": projects[0].upper()}
    assert (await api.send("POST", f"/projects/{projects[0]}/tasks", body)).status == 201


@pytest.mark.parametrize("said", ["other", None])
async def test_the_body_cannot_lead_elsewhere(api: Api, projects: list[str], said: Any) -> None:
    target = f"/projects/{projects[0]}/tasks"
    body = {"title": "t", "project_id": said and projects[1]}
    answer = await api.send("POST", target, body)
    (fault,) = answer.json()["errors"]
    assert (answer.status, fault["pointer"], fault["code"]) == (422, "/project_id", "read_only")
    answer = await api.send("POST", target, {**body, "title": "", "more": 1})
    faults = {one["pointer"]: one["code"] for one in answer.json()["errors"]}
    assert faults == {"/title": "too_short", "/more": "unknown_field", "/project_id": "read_only"}


async def test_a_reference_that_is_required_may_be_left_out(api: Api) -> None:
    task = await api.make("/tasks", {"title": "t"})
    target = f"/tasks/{task['id']}/comments"
    assert (await api.send("POST", target, {"body": "c"})).status == 201
    assert titles(await api.get(target), "body") == ["c"]
    (fault,) = (await api.send("POST", "/comments", {"body": "c"})).json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/task_id", "required")


async def test_creation_below_a_row_is_as_any_other(api: Api, projects: list[str]) -> None:
    target = f"/projects/{projects[0]}/tasks"
    body = {"title": "t", "comments": [{"body": "c"}]}
    dry = await api.send("POST", target, body, headers={"Prefer": "dry-run"})
    assert (dry.status, "location" in dry.headers) == (201, False)
    assert titles(dry.json() | {"data": dry.json()["comments"]}, "body") == ["c"]
    first, again = [
        await api.send("POST", target, body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert first.body == again.body
    assert again.headers["idempotency-replayed"] == "true"
    assert (await api.get(target))["pagination"]["total"] == 4


async def test_a_list_below_a_row_takes_two_statements(database_url: str) -> None:
    relay = CountingRelay(database_url)
    await relay.open()
    async with open_board(relay.url, database_pool_size=1) as api:
        project = await api.make("/projects", {"name": "p"})
        await api.get(f"/projects/{project['id']}/tasks", expand="comments")
        before = relay.statements
        await api.get(f"/projects/{project['id']}/tasks", expand="comments")
        assert relay.statements - before == 2
    await relay.close()


def test_routes_below_a_row_say_so() -> None:
    app = make_app()
    made = {
        (route.pattern.text, route.methods[0]): route.generated
        for route in app.root.routes()
        if "{id:uuid}/tasks" in route.pattern.text
    }
    assert set(made) == {("/api/v1/projects/{id:uuid}/tasks", one) for one in ("GET", "POST")}
    assert {getattr(one, "parent").name for one in made.values()} == {"project_id"}  # noqa: B009
