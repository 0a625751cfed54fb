"""`app.resource`: one line, and a model is served with every operation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from examples.tasks.models import MODELS, Project, Task, User
from tests.integration.db.opening import open_connection
from tests.integration.tracker import create_tracker
from tests.postgres import Migrate

from drystone import App, Field, Model, Request, Response, Transaction, update
from drystone.db.ddl.statements import create_script
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up
from drystone.http.limits import Limits
from drystone.http.server.listener import open_tcp
from drystone.http.server.server import Server
from drystone.schema.model.declaration_error import DeclarationError
from drystone.settings import Settings

MIGRATIONS = Path(__file__).parents[2] / "examples" / "tasks" / "migrations"
NOBODY = "01890000-0000-7000-8000-000000000000"


def make_app(url: str | None) -> App:
    app = App(
        "Tracker",
        models=MODELS,
        migrations=MIGRATIONS,
        settings=Settings(database_url=url),
    )
    app.resource(User, filters=[User.email], sorts=[User.name])
    projects = app.resource(Project, filters=[Project.owner], requires_if_match=True)
    app.resource(
        Task,
        filters=[Task.project, Task.status, Task.priority, Task.project.to.owner],
        sorts=[Task.priority, Task.title],
        search=[Task.title],
        expand=[Task.project, Task.assignee],
    )

    @projects.post("/{id:uuid}/rename", returns=Project)
    async def rename(request: Request) -> Response:
        async def work(tx: Transaction) -> Project:
            row_id = request.params["id"]
            await projects.find(request, tx, row_id, act="update", lock=True)
            name = update(Project).set(Project.name, "Renamed").where(Project.id == row_id)
            return await tx.one(name.returning())

        return await projects.act(request, work)

    return app


@pytest.fixture
def migrate() -> Migrate:
    return create_tracker


@pytest.fixture
async def api(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(make_app(database_url)) as client:
        yield client


@asynccontextmanager
async def serving(app: App) -> AsyncIterator[httpx.AsyncClient]:
    (listener,) = open_tcp("127.0.0.1", 0)
    port = listener.socket.getsockname()[1]
    server = Server(app, [listener.socket], limits=Limits(idle_drain_seconds=0))
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1") as client:
            yield client
    finally:
        await server.stop()
        listener.close()


async def create(api: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await api.post(path, json=body)
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1{path}/{row['id']}"
    return row


@pytest.fixture
async def project(api: httpx.AsyncClient) -> dict[str, Any]:
    user = await create(api, "/users", {"email": "ada@example.com", "name": "Ada"})
    return await create(api, "/projects", {"name": "Website", "owner_id": user["id"]})


async def test_a_row_lives_through_every_operation(
    api: httpx.AsyncClient, project: dict[str, Any]
) -> None:
    task = await create(api, "/tasks", {"title": "Write", "project_id": project["id"]})
    here = f"/tasks/{task['id']}"

    answer = await api.get(here)
    assert answer.json() == task
    assert answer.headers["etag"] == '"1"'
    assert (await api.get(here, headers={"If-None-Match": '"1"'})).status_code == 304

    answer = await api.patch(here, json={"priority": 5}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["priority"]) == (200, 5)
    assert (await api.patch(here, json={}, headers={"If-Match": '"1"'})).status_code == 412

    answer = await api.put(here, json=answer.json() | {"title": "Write it down"})
    assert (answer.status_code, answer.json()["title"]) == (200, "Write it down")

    assert (await api.delete(here)).status_code == 204
    assert (await api.get(here)).status_code == 404
    assert (await api.get("/tasks")).json()["data"] == []
    assert (await api.post(f"{here}/restore")).status_code == 200
    assert (await api.post(f"{here}/restore")).status_code == 409
    assert (await api.delete(here, params={"purge": "true"})).status_code == 204
    assert (await api.get(here, params={"deleted": "include"})).status_code == 404


async def test_lists_filter_sort_search_and_expand(
    api: httpx.AsyncClient, project: dict[str, Any]
) -> None:
    created = [
        {"title": f"Lay stone {number}", "priority": number, "project_id": project["id"]}
        for number in (1, 2, 3)
    ]
    answer = await api.post("/tasks/bulk", json={"create": created})
    assert answer.status_code == 200, answer.text

    answer = await api.get("/tasks?priority[gte]=2&sort=-priority&fields=title&expand=project")
    assert [row["title"] for row in answer.json()["data"]] == ["Lay stone 3", "Lay stone 2"]
    assert {row["project"]["name"] for row in answer.json()["data"]} == {"Website"}
    answer = await api.get("/tasks", params={"project.owner": project["owner_id"], "limit": 1})
    assert answer.json()["pagination"]["total"] == 3
    answer = await api.get("/tasks", params={"search": "stone 2"})
    assert [row["title"] for row in answer.json()["data"]] == ["Lay stone 2"]


async def test_walking_by_cursor_meets_each_row_once(
    api: httpx.AsyncClient, project: dict[str, Any]
) -> None:
    for number in range(5):
        await create(api, "/tasks", {"title": f"Task {number}", "project_id": project["id"]})
    titles: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (
            await api.get("/tasks", params={"cursor": cursor, "limit": 2, "sort": "title"})
        ).json()
        titles += [row["title"] for row in page["data"]]
        cursor = page["pagination"]["next_cursor"]
    assert titles == [f"Task {number}" for number in range(5)]
    answer = await api.get("/tasks", params={"cursor": "AAAA"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/tasks/{NOBODY}", 404),
        ("PUT", f"/users/{NOBODY}", 404),
        ("DELETE", f"/tasks/{NOBODY}", 404),
        ("GET", "/tasks/17", 404),
        ("GET", "/tasks?colour=red", 400),
        ("GET", "/tasks?sort=due_at", 400),
        ("DELETE", "/tasks", 405),
    ],
)
async def test_what_is_not_there_or_not_asked_for_rightly(
    api: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    body = {"email": "a@example.com", "name": "A"} if method == "PUT" else None
    assert (await api.request(method, path, json=body)).status_code == status


async def test_a_resource_may_require_conditions(
    api: httpx.AsyncClient, project: dict[str, Any]
) -> None:
    answer = await api.patch(f"/projects/{project['id']}", json={"name": "Other"})
    assert answer.status_code == 428


def test_a_resource_of_what_is_no_field_is_refused() -> None:
    app = App("Tracker", models=MODELS)
    with pytest.raises(
        DeclarationError, match=r"sorts of Task names users\.name, a field of another"
    ):
        app.resource(Task, sorts=[User.name])
    with pytest.raises(DeclarationError, match="which is no reference"):
        app.resource(Task, expand=[Task.title])


class Page(Model, history=True):
    """A page of a wiki, whose past is kept."""

    text: Field[str]


async def create_pages(url: str) -> None:
    await up(partial(connect_direct, url), None)
    async with open_connection(url) as connection:
        await connection.script(create_script([Page]))


class TestHistory:
    @pytest.fixture
    def migrate(self) -> Migrate:
        return create_pages

    @pytest.fixture
    async def api(self, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
        app = App("Wiki", models=[Page], settings=Settings(database_url=database_url))
        app.resource(Page)
        async with serving(app) as client:
            yield client

    async def test_the_past_is_told_shown_and_gone_back_to(self, api: httpx.AsyncClient) -> None:
        page = await create(api, "/pages", {"text": "one"})
        here = f"/pages/{page['id']}"
        changed = (await api.patch(here, json={"text": "two"})).json()

        told = (await api.get(f"{here}/history")).json()
        assert told["pagination"]["total"] == 2
        assert [entry["version"] for entry in told["data"]] == [2, 1]
        past = await api.get(here, params={"as_of": page["created_at"]})
        assert (past.status_code, past.json()["text"]) == (200, "one")
        assert changed["text"] == "two"

        reverted = await api.post(f"{here}/revert", json={"version": 1})
        assert (reverted.status_code, reverted.json()["text"]) == (200, "one")
        assert reverted.json()["version"] == 3
        assert (await api.post(f"{here}/revert", json={"version": 9})).status_code == 422


async def test_who_takes_no_json_changes_nothing(
    api: httpx.AsyncClient, project: dict[str, Any]
) -> None:
    body = {"title": "Write", "project_id": project["id"]}
    answer = await api.post("/tasks", json=body, headers={"Accept": "application/xml"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert (await api.get("/tasks", headers={"Accept": "text/*, */*;q=0.1"})).json()["data"] == []


async def test_any_list_can_be_asked_for_rows_by_their_ids(
    api: httpx.AsyncClient, project: dict[str, Any]
) -> None:
    for number in range(3):
        await create(api, "/tasks", {"title": f"Task {number}", "project_id": project["id"]})
    first, second, _ = [row["id"] for row in (await api.get("/tasks")).json()["data"]]
    answer = await api.get("/tasks", params={"id[in]": f"{first},{second}"})
    assert [row["id"] for row in answer.json()["data"]] == [first, second]


async def test_an_action_is_held_to_the_version_that_was_meant(
    api: httpx.AsyncClient, project: dict[str, Any]
) -> None:
    rename = f"/projects/{project['id']}/rename"
    assert (await api.post(rename)).status_code == 428
    answer = await api.post(rename, headers={"If-Match": '"2"'})
    assert (answer.status_code, answer.headers["etag"]) == (412, '"1"')
    answer = await api.post(rename, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["name"]) == (200, "Renamed")
    assert (await api.post(rename, headers={"If-Match": '"1"'})).status_code == 412


async def test_a_model_without_a_history_has_no_such_routes(
    api: httpx.AsyncClient, project: dict[str, Any]
) -> None:
    here = f"/users/{project['owner_id']}"
    assert (await api.get(f"{here}/history")).status_code == 404
    assert (await api.get(here, params={"as_of": project["created_at"]})).status_code == 400
    app = App("Tracker", models=MODELS)
    with pytest.raises(DeclarationError, match="the table keeps none"):
        app.resource(User, operations=["list", "history"])
