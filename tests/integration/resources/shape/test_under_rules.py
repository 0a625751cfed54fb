"""Rows beside, below and within others are held to the rules of their own resources."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests import client
from tests.integration.resources.served.workshop import Api
from tests.integration.resources.shape.board import MODELS, Comment, Person, Project, Task, titles

from drystone import App, Caller, many
from drystone.schema.expressions.expression import Predicate
from drystone.settings import Settings

ME, OTHER = uuid4(), uuid4()


def own(caller: Caller) -> Predicate | bool:
    return caller.id is not None and Comment.author == caller.id


def of_owner(caller: Caller) -> Predicate | bool:
    return caller.id is not None and Project.owner == caller.id


@pytest.fixture
async def api(database_url: str) -> AsyncIterator[Api]:
    app = App("Ruled", models=MODELS, settings=Settings(database_url=database_url))
    app.resource(
        Task,
        expand=[Task.project, many(Comment.task), many(Task.project, of=Task.project)],
        nested=[Comment.task],
        under=[Task.project],
    )
    app.resource(Project, read=of_owner, expand=[many(Task.project)])
    app.resource(Comment, read=own, create=own, under=[Comment.task])
    async with client.started(app):
        api = Api(app)
        async with app.db.transaction() as tx:
            for one in (ME, OTHER):
                await tx.insert(Person(id=one, name=str(one)))
        yield api


async def send(api: Api, caller: UUID, method: str, path: str, body: Any = None) -> Any:
    headers = {"X-Drystone-Caller": str(caller)}
    return await api.send(method, path, body, headers=headers)


async def seen(api: Api, caller: UUID, path: str) -> Any:
    answer = await send(api, caller, "GET", path)
    assert answer.status == 200, answer.body
    return answer.json()


async def test_a_list_beside_a_row_shows_what_its_caller_may_see(api: Api) -> None:
    async with api.app.db.transaction() as tx:
        task = await tx.insert(Task(title="t"))
        for author in (ME, OTHER, OTHER):
            await tx.insert(Comment(task=task.id, author=author, body=str(author)[:8]))
    for caller, count in ((ME, 1), (OTHER, 2), (uuid4(), 0)):
        row = await seen(api, caller, f"/tasks/{task.id}?expand=comments")
        assert {one["author_id"] for one in row["comments"]["data"]} <= {str(caller)}
        assert len(row["comments"]["data"]) == count
        listed = await seen(api, caller, f"/tasks/{task.id}/comments")
        assert len(listed["data"]) == count


async def test_behind_a_row_out_of_sight_there_is_nothing(api: Api) -> None:
    async with api.app.db.transaction() as tx:
        project = await tx.insert(Project(name="p", owner=ME))
        task = await tx.insert(Task(title="t", project=project.id))
    path = f"/tasks/{task.id}?expand=project.tasks"
    assert titles((await seen(api, ME, path))["project"]["tasks"]) == ["t"]
    assert (await seen(api, OTHER, path))["project"] is None


async def test_below_a_row_out_of_sight_there_is_nothing(api: Api) -> None:
    async with api.app.db.transaction() as tx:
        project = await tx.insert(Project(name="p", owner=ME))
    path = f"/projects/{project.id}/tasks"
    assert (await send(api, ME, "POST", path, {"title": "mine"})).status == 201
    assert titles(await seen(api, ME, path)) == ["mine"]
    for method, body in (("GET", None), ("POST", {"title": "x"})):
        assert (await send(api, OTHER, method, path, body)).status == 404


async def test_children_are_held_to_the_rule_of_their_creation(api: Api) -> None:
    def body(*authors: UUID) -> dict[str, Any]:
        return {"title": "t", "comments": [{"body": "c", "author_id": str(one)} for one in authors]}

    assert (await send(api, ME, "POST", "/tasks", body(ME))).status == 201
    refused = await send(api, ME, "POST", "/tasks", body(ME, OTHER))
    assert (refused.status, refused.json()["detail"].partition(":")[0]) == (403, "/comments/1")
    bulk = await send(api, ME, "POST", "/tasks/bulk", {"create": [body(OTHER)]})
    assert bulk.status in (403, 422)
    assert len((await seen(api, ME, "/tasks"))["data"]) == 1
    guest = await api.send("POST", "/tasks", body(ME))
    assert guest.status == 401
    assert (await api.send("POST", "/tasks", {"title": "t"})).status == 201
