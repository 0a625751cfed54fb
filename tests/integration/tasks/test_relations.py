"""What hangs together: a task and its project, people, parts, comments; and the reports."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from examples.tasks.reports import REPORTS
from tests.integration.tasks.serving import NOBODY, faults, problem

Row = dict[str, Any]


async def rows(client: httpx.AsyncClient, target: str) -> list[Row]:
    answer = await client.get(target)
    assert answer.status_code == 200, answer.text
    found: list[Row] = answer.json()["data"]
    return found


async def member_of(client: httpx.AsyncClient, project: str) -> str:
    members = await rows(client, f"/members?project={project}&limit=1")
    return str(members[0]["user_id"])


async def stranger_to(client: httpx.AsyncClient, project: str) -> str:
    inside = {one["user_id"] for one in await rows(client, f"/members?project={project}&limit=100")}
    people = {one["id"] for one in await rows(client, "/users?limit=100")}
    return str(min(people - inside))


async def other_project(client: httpx.AsyncClient, project: str) -> str:
    projects = {one["id"] for one in await rows(client, "/projects?limit=100&closed_at[null]=true")}
    return str(min(projects - {project}))


async def new_task(client: httpx.AsyncClient, **fields: object) -> Row:
    answer = await client.post("/tasks", json={"title": "Another task"} | fields)
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()
    return made


class TestCompletion:
    async def test_a_task_that_becomes_done_says_when(
        self, client: httpx.AsyncClient, task: Row
    ) -> None:
        target = f"/tasks/{task['id']}"
        done = (await client.patch(target, json={"status": "done"})).json()
        assert done["done_at"] == done["updated_at"]
        # Still done, so the time stays.
        later = (await client.patch(target, json={"status": "done", "priority": 1})).json()
        assert (later["done_at"], later["priority"]) == (done["done_at"], 1)

    async def test_a_task_that_is_taken_up_again_is_no_longer_done(
        self, client: httpx.AsyncClient, task: Row
    ) -> None:
        target = f"/tasks/{task['id']}"
        await client.patch(target, json={"status": "done"})
        again = (await client.patch(target, json={"status": "todo"})).json()
        assert (again["status"], again["done_at"]) == ("todo", None)

    @pytest.mark.parametrize(("before", "after"), [("todo", "done"), ("done", "doing")])
    async def test_a_row_is_read_edited_and_put_back(
        self, client: httpx.AsyncClient, project: str, before: str, after: str
    ) -> None:
        row = await new_task(client, project_id=project, status=before)
        answer = await client.put(f"/tasks/{row['id']}", json=row | {"status": after})
        assert answer.status_code == 200, answer.text
        assert (answer.json()["done_at"] is not None) == (after == "done")

    async def test_a_task_can_be_made_done_and_with_its_own_time(
        self, client: httpx.AsyncClient, project: str
    ) -> None:
        row = await new_task(client, project_id=project, status="done")
        assert row["done_at"] == row["created_at"]
        when = "2026-02-01T08:00:00Z"
        row = await new_task(client, project_id=project, status="done", done_at=when)
        assert row["done_at"] == when

    async def test_a_time_without_being_done_is_refused_by_the_table_s_rule(
        self, client: httpx.AsyncClient, task: Row
    ) -> None:
        when = {"done_at": "2026-02-01T08:00:00Z"}
        expected = {("/status", "format")}
        body = when | {"project_id": task["project_id"], "title": "T"}
        assert faults(await client.post("/tasks", json=body)) == expected
        assert faults(await client.patch(f"/tasks/{task['id']}", json=when)) == expected


class TestPlace:
    async def test_the_assignee_is_a_member_of_the_project(
        self, client: httpx.AsyncClient, task: Row
    ) -> None:
        project, target = task["project_id"], f"/tasks/{task['id']}"
        inside, outside = await member_of(client, project), await stranger_to(client, project)
        refused = {("/assignee_id", "not_found")}
        body = {"project_id": project, "title": "T", "assignee_id": outside}
        assert faults(await client.post("/tasks", json=body)) == refused
        assert faults(await client.patch(target, json={"assignee_id": outside})) == refused
        answer = await client.patch(target, json={"assignee_id": inside})
        assert answer.json()["assignee_id"] == inside

    async def test_who_moves_a_task_takes_care_of_its_assignee(
        self, client: httpx.AsyncClient, project: str
    ) -> None:
        assignee = await member_of(client, project)
        task = await new_task(client, project_id=project, assignee_id=assignee)
        target = f"/tasks/{task['id']}"
        joined = await rows(client, f"/members?user={assignee}&limit=100")
        home = {one["project_id"] for one in joined}
        open_ones = await rows(client, "/projects?limit=100&closed_at[null]=true")
        projects = {one["id"] for one in open_ones}
        abroad = min(projects - home)
        answer = await client.patch(target, json={"project_id": abroad})
        assert faults(answer) == {("/assignee_id", "not_found")}
        moved = await client.patch(target, json={"project_id": abroad, "assignee_id": None})
        assert moved.json()["project_id"] == abroad

    async def test_a_membership_is_not_taken_away_under_a_task_that_moves(
        self, client: httpx.AsyncClient, project: str, database_url: str
    ) -> None:
        assignee = await member_of(client, project)
        body = {"project_id": project, "title": "T", "assignee_id": assignee}
        connection = await asyncpg.connect(database_url)
        try:
            async with connection.transaction():
                await connection.execute(
                    "UPDATE members SET deleted_at = now() WHERE project_id = $1 AND user_id = $2",
                    UUID(project),
                    UUID(assignee),
                )
                waiting = asyncio.create_task(client.post("/tasks", json=body))
                while not await connection.fetchval(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted"
                ):
                    assert not waiting.done()
                    await asyncio.sleep(0.01)
        finally:
            await connection.close()
        assert faults(await waiting) == {("/assignee_id", "not_found")}

    async def test_a_parent_is_in_the_same_project_and_keeps_its_parts_there(
        self, client: httpx.AsyncClient, task: Row
    ) -> None:
        project = task["project_id"]
        abroad = await other_project(client, project)
        body = {"project_id": abroad, "title": "T", "parent_id": task["id"]}
        assert faults(await client.post("/tasks", json=body)) == {("/parent_id", "not_found")}
        part = await new_task(client, project_id=project, parent_id=task["id"])
        assert await rows(client, f"/tasks?parent={task['id']}") == [part]
        moved = await client.patch(f"/tasks/{task['id']}", json={"project_id": abroad})
        problem(moved, 409, "conflict")

    async def test_a_task_is_not_its_own_parent(self, client: httpx.AsyncClient, task: Row) -> None:
        answer = await client.patch(f"/tasks/{task['id']}", json={"parent_id": task["id"]})
        assert faults(answer) == {("/parent_id", "format")}

    async def test_all_that_is_not_there_is_told_at_once(self, client: httpx.AsyncClient) -> None:
        body = {"title": "T", "project_id": NOBODY, "assignee_id": NOBODY, "parent_id": NOBODY}
        assert faults(await client.post("/tasks", json=body)) == {
            ("/project_id", "not_found"),
            ("/assignee_id", "not_found"),
            ("/parent_id", "not_found"),
        }


class TestDeletion:
    async def test_a_deleted_task_is_in_no_list_and_still_in_the_table(
        self, client: httpx.AsyncClient, task: Row, database_url: str
    ) -> None:
        part = await new_task(client, project_id=task["project_id"], parent_id=task["id"])
        before = (await client.get("/tasks?limit=1")).json()["pagination"]["total"]
        assert (await client.delete(f"/tasks/{part['id']}")).status_code == 204
        assert (await client.get("/tasks?limit=1")).json()["pagination"]["total"] == before - 1
        assert await rows(client, f"/tasks?parent={task['id']}") == []
        for method in ("PUT", "PATCH"):
            body = {"title": "T", "project_id": task["project_id"]}
            answer = await client.request(method, f"/tasks/{part['id']}", json=body)
            problem(answer, 404, "not_found")
        connection = await asyncpg.connect(database_url)
        marked = await connection.fetchrow(
            "SELECT deleted_at, version FROM tasks WHERE id = $1", UUID(part["id"])
        )
        await connection.close()
        assert marked is not None
        assert isinstance(marked["deleted_at"], datetime)
        assert marked["version"] == 2


class TestComments:
    async def test_they_are_made_changed_and_deleted(
        self, client: httpx.AsyncClient, task: Row
    ) -> None:
        author = await member_of(client, task["project_id"])
        body = {"task_id": task["id"], "author_id": author, "body": "Looks good."}
        made = await client.post("/comments", json=body)
        assert made.status_code == 201
        target = made.headers["location"].removeprefix("/api/v1")
        assert (await client.get(target)).json() == made.json()
        edited = await client.patch(
            target, json={"body": "Looks very good."}, headers={"If-Match": '"1"'}
        )
        assert (edited.json()["body"], edited.headers["etag"]) == ("Looks very good.", '"2"')
        assert await rows(client, f"/comments?task={task['id']}") == [edited.json()]
        assert (await client.delete(target)).status_code == 204
        assert await rows(client, f"/comments?task={task['id']}") == []

    async def test_a_task_s_comments_are_a_list_like_any_other(
        self, client: httpx.AsyncClient
    ) -> None:
        some = (await rows(client, "/comments?limit=1"))[0]
        target = f"/tasks/{some['task_id']}/comments?sort=created_at&limit=1"
        answer = await client.get(target)
        every = await rows(client, f"/comments?task={some['task_id']}&sort=created_at")
        assert answer.json()["data"] == every[:1]
        assert answer.json()["pagination"]["total"] == len(every)
        assert f"</api/v1/tasks/{some['task_id']}/comments?" in answer.headers["link"]

    async def test_a_deleted_task_has_none_and_gets_none(
        self, client: httpx.AsyncClient, task: Row
    ) -> None:
        author = await member_of(client, task["project_id"])
        await client.delete(f"/tasks/{task['id']}")
        problem(await client.get(f"/tasks/{task['id']}/comments"), 404, "not_found")
        body = {"task_id": task["id"], "author_id": author, "body": "Too late."}
        assert faults(await client.post("/comments", json=body)) == {("/task_id", "not_found")}

    async def test_an_author_who_is_not_there_is_told_by_the_foreign_key(
        self, client: httpx.AsyncClient, task: Row
    ) -> None:
        body = {"task_id": task["id"], "author_id": NOBODY, "body": "Boo."}
        assert faults(await client.post("/comments", json=body)) == {("/author_id", "not_found")}


class TestOtherLists:
    async def test_truth_values_and_choices_are_filtered_by(
        self, client: httpx.AsyncClient
    ) -> None:
        public = await rows(client, "/projects?is_public=true&limit=100")
        assert public
        assert all(one["is_public"] for one in public)
        owners = await rows(client, "/members?role=owner&limit=100")
        assert {one["role"] for one in owners} == {"owner"}
        problem(await client.get("/members?role=king"), 400, "invalid_parameter")
        problem(await client.get("/projects?is_public=1"), 400, "invalid_parameter")


# By the type that a report's file names.
DESCRIBED: dict[str, dict[str, object]] = {
    "timestamptz": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
    "integer": {"type": "integer", "minimum": 1},
}


class TestReports:
    async def test_each_is_listed_with_its_sentences_and_parameters(
        self, client: httpx.AsyncClient
    ) -> None:
        listed = await rows(client, "/reports")
        assert [one["name"] for one in listed] == list(REPORTS)
        assert len(listed) >= 20
        board = next(one for one in listed if one["name"] == "task_board")
        assert board["about"].startswith("What is on a project's board")
        assert board["parameters"] == {"project": "uuid"}

    async def test_each_answers_what_it_is_asked(
        self, client: httpx.AsyncClient, task: Row
    ) -> None:
        user = (await rows(client, "/users?limit=1"))[0]["id"]
        values = {"project": task["project_id"], "task": task["id"], "person": user}
        for one in await rows(client, "/reports"):
            given = {
                name: values.get(name, "2" if kind == "integer" else "2026-03-01T00:00:00+01:00")
                for name, kind in one["parameters"].items()
            }
            answer = await client.get(f"/reports/{one['name']}", params=given)
            assert answer.status_code == 200, (one["name"], answer.text)
        board = await client.get("/reports/task_board", params={"project": task["project_id"]})
        assert "A task" in {one["title"] for one in board.json()["data"]}

    @pytest.mark.parametrize(
        ("target", "code", "parameter"),
        [
            ("task_board", "invalid_parameter", "project"),
            ("task_board?project=7", "invalid_parameter", "project"),
            (f"task_board?project={NOBODY}&limit=1", "unknown_parameter", "limit"),
            ("overdue_by_assignee?as_of=yesterday", "invalid_parameter", "as_of"),
            ("overdue_by_assignee?as_of=2026-03-01T00:00:00", "invalid_parameter", "as_of"),
            ("overdue_by_assignee?as_of=2026-03-01&as_of=2026-03-01", "invalid_parameter", "as_of"),
            ("next_tasks_per_project?per_project=101", "invalid_parameter", "per_project"),
            ("newest_files?per_project=-1", "invalid_parameter", "per_project"),
            ("finished_hours?from_time=x", "invalid_parameter", "before"),
        ],
    )
    async def test_a_parameter_that_cannot_be_used_is_named(
        self, client: httpx.AsyncClient, target: str, code: str, parameter: str
    ) -> None:
        document = problem(await client.get(f"/reports/{target}"), 400, code)
        assert parameter in {one["parameter"] for one in document["errors"]}

    async def test_each_is_described_with_its_parameters(self, client: httpx.AsyncClient) -> None:
        document = (await client.get(str(client.base_url.copy_with(path="/openapi.json")))).json()
        for one in await rows(client, "/reports"):
            operation = document["paths"][f"/api/v1/reports/{one['name']}"]["get"]
            described = {each["name"]: each for each in operation.get("parameters", [])}
            assert described.keys() == one["parameters"].keys()
            for name, kind in one["parameters"].items():
                assert described[name]["required"]
                assert described[name]["description"]
                assert described[name]["schema"].items() >= DESCRIBED[kind].items()

    @pytest.mark.parametrize("name", ["nothing", "01_overdue_by_assignee", "..%2Fmodels"])
    async def test_there_is_no_other(self, client: httpx.AsyncClient, name: str) -> None:
        assert (await client.get(f"/reports/{name}")).status_code in {400, 404}
