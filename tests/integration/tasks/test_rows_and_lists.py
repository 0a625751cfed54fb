"""The task tracker, as its clients meet it: a real server in front of a real database."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from examples.tasks.sample import fill_if_empty
from tests.integration.relay import Relay
from tests.integration.tasks.serving import NOBODY, faults, problem, serving


class TestList:
    async def test_the_first_page_is_the_newest_twenty_of_all(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.get("/tasks")
        assert answer.status_code == 200
        body = answer.json()
        assert body["pagination"] == {
            "page": 1,
            "limit": 20,
            "total": 2000,
            "total_pages": 100,
            "has_next": True,
            "has_prev": False,
        }
        identifiers = [row["id"] for row in body["data"]]
        assert len(identifiers) == 20
        assert identifiers == sorted(identifiers, reverse=True)

    async def test_every_row_is_on_exactly_one_page(self, client: httpx.AsyncClient) -> None:
        seen: list[str] = []
        target = "/tasks?sort=priority&limit=100&status=doing"
        while target:
            answer = await client.get(target)
            seen += [row["id"] for row in answer.json()["data"]]
            target = answer.links.get("next", {}).get("url", "")
            target = target.removeprefix("/api/v1")
        assert len(seen) == len(set(seen)) == answer.json()["pagination"]["total"]

    async def test_links_name_the_pages_around_and_keep_the_rest(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.get("/tasks?limit=50&page=3&sort=-title,due_at")
        kept = "/api/v1/tasks?limit=50&sort=-title%2Cdue_at&page="
        assert {name: link["url"] for name, link in answer.links.items()} == {
            "first": f"{kept}1",
            "prev": f"{kept}2",
            "next": f"{kept}4",
            "last": f"{kept}40",
        }

    async def test_a_page_past_the_end_is_empty(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/tasks?page=999999999999")
        assert answer.status_code == 200
        assert answer.json()["data"] == []
        assert answer.json()["pagination"]["has_next"] is False
        assert "next" not in answer.links
        assert answer.links["prev"]["url"].endswith("page=100")

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=101",
            "limit=ten",
            "limit=1_0",
            "page=0",
            "page=-1",
            f"page={2**63}",
            f"page={10**30}",
            "limit=1&limit=2",
            "page=1&page=1",
            "status=started",
            "priority=high",
            "project=7",
            "assignee=%00",
            "sort=name",
            "sort=",
            "sort=title;drop",
            "sort=title,",
        ],
    )
    async def test_a_value_that_cannot_be_used_is_refused_by_name(
        self, client: httpx.AsyncClient, query: str
    ) -> None:
        document = problem(await client.get(f"/tasks?{query}"), 400, "invalid_parameter")
        assert document["errors"][0]["parameter"] == query.partition("=")[0]

    @pytest.mark.parametrize(
        ("name", "near"),
        [("limti", '"limit"'), ("stauts", '"status"'), ("assignee_ids", '"assignee_id"')],
    )
    async def test_an_unknown_parameter_is_refused_with_the_nearest(
        self, client: httpx.AsyncClient, name: str, near: str
    ) -> None:
        document = problem(await client.get(f"/tasks?{name}=1"), 400, "unknown_parameter")
        assert f"did you mean {near}" in document["detail"]

    async def test_filters_are_joined_with_and(self, client: httpx.AsyncClient) -> None:
        some = (await client.get("/tasks?limit=1&status=done&sort=-due_at")).json()["data"][0]
        query = f"project={some['project_id']}&priority={some['priority']}&status=done&limit=100"
        body = (await client.get(f"/tasks?{query}")).json()
        assert 0 < body["pagination"]["total"] < 200
        for row in body["data"]:
            assert row["project_id"] == some["project_id"]
            assert (row["priority"], row["status"]) == (some["priority"], "done")

    @pytest.mark.parametrize("name", ["project", "assignee"])
    async def test_a_reference_is_filtered_by_either_name(
        self, client: httpx.AsyncClient, name: str
    ) -> None:
        rows = (await client.get("/tasks?limit=100")).json()["data"]
        identifier = next(row[f"{name}_id"] for row in rows if row[f"{name}_id"])
        short = (await client.get(f"/tasks?{name}={identifier}")).json()
        long = (await client.get(f"/tasks?{name}_id={identifier}")).json()
        assert short == long
        assert {row[f"{name}_id"] for row in short["data"]} == {identifier}

    async def test_sorting_by_several_columns(self, client: httpx.AsyncClient) -> None:
        rows = (await client.get("/tasks?sort=-priority,title&limit=100")).json()["data"]
        keys = [(-row["priority"], row["title"]) for row in rows]
        assert keys == sorted(keys)

    @pytest.mark.parametrize(("path", "total"), [("/users", 20), ("/projects", 10)])
    async def test_the_other_resources_are_listed_too(
        self, client: httpx.AsyncClient, path: str, total: int
    ) -> None:
        body = (await client.get(f"{path}?sort=name")).json()
        assert body["pagination"]["total"] == total
        names = [row["name"] for row in body["data"]]
        assert names == sorted(names)

    async def test_a_trailing_slash_is_redirected(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/tasks/?limit=1")
        assert (answer.status_code, answer.headers["location"]) == (308, "/api/v1/tasks?limit=1")


class TestRead:
    async def test_a_row_has_its_version_as_etag(
        self, client: httpx.AsyncClient, task: dict[str, Any]
    ) -> None:
        answer = await client.get(f"/tasks/{task['id']}")
        assert answer.status_code == 200
        assert answer.json() == task
        assert answer.headers["etag"] == '"1"'
        assert task["created_at"].endswith("Z")
        assert UUID(task["id"]).version == 7

    @pytest.mark.parametrize("condition", ['"1"', 'W/"1"', '"9", "1"', "*"])
    async def test_who_has_the_version_gets_304(
        self, client: httpx.AsyncClient, condition: str
    ) -> None:
        user = (await client.get("/users?limit=1")).json()["data"][0]
        headers = {"If-None-Match": condition}
        answer = await client.get(f"/users/{user['id']}", headers=headers)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == '"1"'

    async def test_a_version_does_not_say_whether_a_task_is_overdue_by_now(
        self, client: httpx.AsyncClient, task: dict[str, Any]
    ) -> None:
        answer = await client.get(f"/tasks/{task['id']}", headers={"If-None-Match": '"1"'})
        assert answer.status_code == 200

    async def test_who_has_another_version_gets_the_row(
        self, client: httpx.AsyncClient, task: dict[str, Any]
    ) -> None:
        answer = await client.get(f"/tasks/{task['id']}", headers={"If-None-Match": '"2"'})
        assert answer.status_code == 200

    async def test_head_is_get_without_the_body(
        self, client: httpx.AsyncClient, task: dict[str, Any]
    ) -> None:
        answer = await client.head(f"/tasks/{task['id']}")
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["etag"] == '"1"'

    @pytest.mark.parametrize("identifier", [NOBODY, "7", "not-an-id", "%27%20OR%201%3D1"])
    @pytest.mark.parametrize("resource", ["tasks", "users", "projects"])
    async def test_what_is_not_there_or_no_id_is_404(
        self, client: httpx.AsyncClient, resource: str, identifier: str
    ) -> None:
        problem(await client.get(f"/{resource}/{identifier}"), 404, "not_found")

    @pytest.mark.parametrize("resource", ["users", "projects"])
    async def test_the_other_resources_are_read_too(
        self, client: httpx.AsyncClient, resource: str
    ) -> None:
        row = (await client.get(f"/{resource}?limit=1")).json()["data"][0]
        answer = await client.get(f"/{resource}/{row['id']}")
        assert (answer.json(), answer.headers["etag"]) == (row, f'"{row["version"]}"')

    async def test_a_method_that_is_not_there_names_those_that_are(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.delete("/users")
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


class TestCreate:
    async def test_a_task_is_created_with_defaults(
        self, client: httpx.AsyncClient, project: str
    ) -> None:
        answer = await client.post("/tasks", json={"project_id": project, "title": "Ñew"})
        assert answer.status_code == 201
        row = answer.json()
        assert answer.headers["location"] == f"/api/v1/tasks/{row['id']}"
        assert answer.headers["etag"] == '"1"'
        assert (row["title"], row["status"], row["priority"]) == ("Ñew", "todo", 3)
        assert (row["assignee_id"], row["due_at"], row["version"]) == (None, None, 1)
        assert (await client.get(f"/tasks/{row['id']}")).json() == row

    async def test_a_time_is_answered_in_utc(self, client: httpx.AsyncClient, project: str) -> None:
        body = {"project_id": project, "title": "T", "due_at": "2026-05-01T12:00:00+02:00"}
        assert (await client.post("/tasks", json=body)).json()["due_at"] == "2026-05-01T10:00:00Z"

    async def test_every_fault_is_listed_at_once(self, client: httpx.AsyncClient) -> None:
        body = {
            "title": "x" * 201,
            "status": "started",
            "priority": 9,
            "assignee_id": "me",
            "due_at": "2026-05-01T12:00:00",
            "titel": "A task",
        }
        assert faults(await client.post("/tasks", json=body)) == {
            ("/project_id", "required"),
            ("/title", "too_long"),
            ("/status", "enum"),
            ("/priority", "too_large"),
            ("/assignee_id", "format"),
            ("/due_at", "format"),
            ("/titel", "unknown_field"),
        }

    @pytest.mark.parametrize("field", ["project_id", "assignee_id"])
    async def test_an_unknown_reference_is_pointed_at(
        self, client: httpx.AsyncClient, project: str, field: str
    ) -> None:
        body = {"project_id": project, "title": "T"} | {field: NOBODY}
        assert faults(await client.post("/tasks", json=body)) == {(f"/{field}", "not_found")}

    async def test_a_name_that_is_taken_is_pointed_at(self, client: httpx.AsyncClient) -> None:
        first = await client.post("/tags", json={"name": "Slow", "colour": "#0000ff"})
        assert first.status_code == 201
        document = problem(
            await client.post("/tags", json={"name": "sLOW"}), 409, "unique_violation"
        )
        assert [(one["pointer"], one["code"]) for one in document["errors"]] == [
            ("/name", "duplicate")
        ]
        await client.delete(first.headers["location"].removeprefix("/api/v1"))
        assert (await client.post("/tags", json={"name": "slow"})).status_code == 201

    @pytest.mark.parametrize("text", ["\\u0000", "a\\u0000b", "\\ud800"])
    async def test_text_that_postgresql_cannot_keep_is_422(
        self, client: httpx.AsyncClient, project: str, text: str
    ) -> None:
        answer = await client.post(
            "/tasks",
            content=f'{{"project_id": "{project}", "title": "{text}"}}',
            headers={"Content-Type": "application/json"},
        )
        problem(answer, 422, "validation_failed")

    @pytest.mark.parametrize("due", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    async def test_a_time_that_utc_cannot_tell_is_422(
        self, client: httpx.AsyncClient, project: str, due: str
    ) -> None:
        body = {"project_id": project, "title": "T", "due_at": due}
        problem(await client.post("/tasks", json=body), 422, "validation_failed")

    @pytest.mark.parametrize(
        ("content", "kind", "status", "code"),
        [
            (b"{", "application/json", 400, "malformed_json"),
            (b"", "application/json", 400, "malformed_json"),
            (b"{}", "text/plain", 415, "unsupported_media_type"),
            (b"[]", "application/json", 422, "validation_failed"),
            (b'{"title":1,"title":2}', "application/json", 422, "validation_failed"),
        ],
    )
    async def test_a_body_that_is_no_task(
        self, client: httpx.AsyncClient, content: bytes, kind: str, status: int, code: str
    ) -> None:
        answer = await client.post("/tasks", content=content, headers={"Content-Type": kind})
        problem(answer, status, code)


class TestChange:
    async def test_a_patch_changes_what_it_names(
        self, client: httpx.AsyncClient, task: dict[str, Any]
    ) -> None:
        answer = await client.patch(f"/tasks/{task['id']}", json={"status": "doing"})
        assert answer.status_code == 200
        assert answer.headers["etag"] == '"2"'
        row = answer.json()
        assert row["updated_at"] > task["updated_at"]
        assert row == task | {
            "status": "doing",
            "version": 2,
            "updated_at": row["updated_at"],
        }

    async def test_null_empties_where_nothing_is_allowed(
        self, client: httpx.AsyncClient, task: dict[str, Any]
    ) -> None:
        target = f"/tasks/{task['id']}"
        await client.patch(target, json={"due_at": "2026-05-01T12:00:00Z"})
        assert (await client.patch(target, json={"due_at": None})).json()["due_at"] is None
        assert faults(await client.patch(target, json={"title": None})) == {("/title", "type")}

    async def test_a_patch_that_changes_nothing_is_no_new_version(
        self, client: httpx.AsyncClient, task: dict[str, Any]
    ) -> None:
        answer = await client.patch(f"/tasks/{task['id']}", json={"title": task["title"]})
        assert answer.json() == task

    async def test_a_merge_patch_has_its_own_media_type(
        self, client: httpx.AsyncClient, task: dict[str, Any]
    ) -> None:
        answer = await client.patch(
            f"/tasks/{task['id']}",
            content=b'{"priority": 1}',
            headers={"Content-Type": "application/merge-patch+json"},
        )
        assert answer.json()["priority"] == 1

    async def test_what_was_read_can_be_put_back(
        self, client: httpx.AsyncClient, task: dict[str, Any]
    ) -> None:
        answer = await client.put(f"/tasks/{task['id']}", json=task | {"title": "Other"})
        assert answer.status_code == 200
        assert (answer.json()["title"], answer.json()["version"]) == ("Other", 2)

    async def test_put_replaces_all_of_it(
        self, client: httpx.AsyncClient, task: dict[str, Any]
    ) -> None:
        target = f"/tasks/{task['id']}"
        await client.patch(target, json={"priority": 5, "status": "done"})
        body = {"project_id": task["project_id"], "title": "Other"}
        row = (await client.put(target, json=body)).json()
        assert (row["title"], row["priority"], row["status"]) == ("Other", 3, "todo")

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    async def test_what_the_database_decides_cannot_be_changed(
        self, client: httpx.AsyncClient, task: dict[str, Any], method: str
    ) -> None:
        body = task | {"id": NOBODY, "version": 7, "created_at": "2020-01-01T00:00:00Z"}
        answer = await client.request(method, f"/tasks/{task['id']}", json=body)
        expected = {("/id", "read_only"), ("/version", "read_only"), ("/created_at", "read_only")}
        if method == "PATCH":  # where what is not to change is left out
            computed = ("/is_overdue", "read_only")
            expected |= {("/updated_at", "read_only"), ("/deleted_at", "read_only"), computed}
        assert faults(answer) == expected

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    async def test_an_unknown_field_is_refused(
        self, client: httpx.AsyncClient, task: dict[str, Any], method: str
    ) -> None:
        body = {"titel": "x"} | (task if method == "PUT" else {})
        answer = await client.request(method, f"/tasks/{task['id']}", json=body)
        assert faults(answer) == {("/titel", "unknown_field")}

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    async def test_what_is_not_there_is_not_made(
        self, client: httpx.AsyncClient, project: str, method: str
    ) -> None:
        body = {"project_id": project, "title": "T"}
        problem(await client.request(method, f"/tasks/{NOBODY}", json=body), 404, "not_found")

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    async def test_an_unknown_reference_is_pointed_at(
        self, client: httpx.AsyncClient, task: dict[str, Any], method: str
    ) -> None:
        project = task["project_id"]
        target = f"/tasks/{task['id']}"
        body = {"project_id": project, "title": "T", "assignee_id": NOBODY}
        assert faults(await client.request(method, target, json=body)) == {
            ("/assignee_id", "not_found")
        }

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    async def test_if_match_guards_against_a_change_in_between(
        self, client: httpx.AsyncClient, task: dict[str, Any], method: str
    ) -> None:
        target = f"/tasks/{task['id']}"
        await client.patch(target, json={"priority": 1})
        body = {"project_id": task["project_id"], "title": "T"}
        late = await client.request(
            method, target, json=None if method == "DELETE" else body, headers={"If-Match": '"1"'}
        )
        document = problem(late, 412, "precondition_failed")
        assert "version 2" in document["detail"]
        assert late.headers["etag"] == '"2"'
        assert (await client.get(target)).json()["priority"] == 1
        in_time = await client.request(
            method, target, json=None if method == "DELETE" else body, headers={"If-Match": '"2"'}
        )
        assert in_time.is_success

    async def test_a_change_in_psql_raises_the_version_too(
        self, client: httpx.AsyncClient, task: dict[str, Any], database_url: str
    ) -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute("UPDATE tasks SET priority = 5 WHERE id = $1", UUID(task["id"]))
        await connection.close()
        row = (await client.get(f"/tasks/{task['id']}")).json()
        assert (row["priority"], row["version"]) == (5, 2)

    async def test_a_deleted_task_is_gone(
        self, client: httpx.AsyncClient, task: dict[str, Any]
    ) -> None:
        target = f"/tasks/{task['id']}"
        answer = await client.delete(target)
        assert (answer.status_code, answer.content) == (204, b"")
        problem(await client.get(target), 404, "not_found")
        problem(await client.delete(target), 404, "not_found")


class TestDatabaseAway:
    async def test_readiness_and_routes_say_so_and_recover(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        relay = Relay(database_url)
        await relay.open()
        async with serving(relay.url, monkeypatch) as client:
            root = str(client.base_url).partition("/api")[0]
            assert (await client.get(f"{root}/readyz")).status_code == 200
            assert (await client.get("/tasks?limit=1")).status_code == 200
            await relay.close()
            away = await client.get(f"{root}/readyz")
            assert "database" in problem(away, 503, "unavailable")["detail"]
            assert int(away.headers["retry-after"]) > 0
            refused = await client.get("/tasks?limit=1")
            problem(refused, 503, "unavailable")
            assert int(refused.headers["retry-after"]) > 0
            assert (await client.get(f"{root}/healthz")).status_code == 200
            await relay.open()
            async with asyncio.timeout(20):
                while (await client.get(f"{root}/readyz")).status_code != 200:
                    await asyncio.sleep(0.05)
            assert (await client.get("/tasks?limit=1")).status_code == 200
        await relay.close()

    async def test_a_server_starts_without_its_database(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with serving("postgresql://u@127.0.0.1:1/nothing", monkeypatch) as client:
            problem(await client.get("/tasks"), 503, "unavailable")


class TestSample:
    async def test_it_is_the_same_every_time_and_made_once(
        self, client: httpx.AsyncClient, database_url: str
    ) -> None:
        oldest = (await client.get("/tasks?sort=created_at&limit=1")).json()["data"][0]
        assert oldest["id"].startswith("019b92")
        assert await fill_if_empty(database_url) == 2_000

    async def test_tables_that_were_emptied_by_hand_stay_so(
        self, client: httpx.AsyncClient, database_url: str
    ) -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute("UPDATE tasks SET deleted_at = now()")
        await connection.execute("UPDATE users SET deleted_at = now()")
        await connection.close()
        assert await fill_if_empty(database_url) == 0
        assert (await client.get("/tasks")).json()["pagination"]["total"] == 0
