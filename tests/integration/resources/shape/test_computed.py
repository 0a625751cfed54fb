"""Computed members: in every answer, by name in queries, and never written."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.resources.served.workshop import Api
from tests.integration.resources.shape.board import titles

COMPUTED = {"is_overdue", "weight", "project_name", "last_comment"}


async def make_task(api: Api, **fields: Any) -> dict[str, Any]:
    return await api.make("/tasks", {"title": "t", **fields})


async def test_they_are_in_every_answer(api: Api) -> None:
    project = await api.make("/projects", {"name": "Wall"})
    assert (project["open_tasks"], project["shout"]) == (0, "WALL")
    task = await make_task(api, project_id=project["id"], due_at="2020-01-01T00:00:00Z")
    assert {name: task[name] for name in COMPUTED} == {
        "is_overdue": True,
        "weight": 30,
        "project_name": "Wall",
        "last_comment": None,
    }
    comment = await api.make("/comments", {"task_id": task["id"], "body": "c"})
    read = await api.get(f"/tasks/{task['id']}")
    assert read["last_comment"] == comment["created_at"]
    assert (await api.get("/tasks"))["data"] == [read]
    patched = await api.send("PATCH", f"/tasks/{task['id']}", {"priority": 5})
    assert patched.json()["weight"] == 50
    assert (await api.get(f"/projects/{project['id']}"))["open_tasks"] == 1


async def test_bulk_and_restored_rows_have_them_too(api: Api) -> None:
    answer = await api.send("POST", "/tasks/bulk", {"create": [{"title": "t", "priority": 2}]})
    row = answer.json()["create"][0]
    row = row.get("data", row)
    assert row["weight"] == 20
    await api.send("DELETE", f"/tasks/{row['id']}")
    restored = await api.send("POST", f"/tasks/{row['id']}/restore")
    assert restored.json()["weight"] == 20


async def test_they_are_chosen_like_fields(api: Api) -> None:
    task = await make_task(api)
    row = await api.get(f"/tasks/{task['id']}", fields="weight,title")
    assert list(row.items()) == [("weight", 30), ("title", "t")]
    assert (await api.get("/tasks", fields="last_comment"))["data"] == [{"last_comment": None}]
    assert (await api.get("/tasks", fields="project_name"))["data"] == [{"project_name": None}]


async def test_lists_are_filtered_and_sorted_by_those_that_are_declared(api: Api) -> None:
    for number, title in enumerate("abc"):
        due = "2020-01-01T00:00:00Z" if title == "b" else None
        await make_task(api, title=title, priority=number + 1, due_at=due)
    assert titles(await api.get("/tasks", sort="-weight")) == ["c", "b", "a"]
    assert titles(await api.get("/tasks", is_overdue="true")) == ["b"]
    assert titles(await api.get("/tasks", filter="is_overdue = null", sort="title")) == ["a", "c"]
    for name in "xy":
        project = await api.make("/projects", {"name": name})
    await make_task(api, project_id=project["id"])
    assert titles(await api.get("/projects", **{"open_tasks[gte]": 1}), "name") == ["y"]
    assert titles(await api.get("/projects", shout="X"), "name") == ["x"]
    refused = await api.send("GET", "/tasks", sort="is_overdue")
    assert refused.status == 400


async def test_cursors_walk_in_their_order(api: Api) -> None:
    for number in (3, 1, 2, 2, 1):
        await make_task(api, title=f"p{number}", priority=number)
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await api.get("/tasks", sort="weight", limit=2, cursor=cursor)
        found += titles(page)
        cursor = page["pagination"]["next_cursor"]
    assert found == ["p1", "p1", "p2", "p2", "p3"]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_they_cannot_be_written(api: Api, method: str) -> None:
    task = await make_task(api)
    target = "/tasks" if method == "POST" else f"/tasks/{task['id']}"
    answer = await api.send(method, target, {"title": "x", "weight": 1, "wieght": 1})
    faults = {one["pointer"]: one["code"] for one in answer.json()["errors"]}
    assert faults == {"/weight": "read_only", "/wieght": "unknown_field"}
    bulk = await api.send("POST", "/tasks/bulk", {"create": [{"title": "x", "weight": 1}]})
    assert [one["code"] for one in bulk.json()["errors"]] == ["read_only"]


async def test_a_row_is_put_back_as_it_was_read(api: Api) -> None:
    task = await make_task(api, due_at="2020-01-01T00:00:00Z")
    # Another row has changed what is computed: that is no fault of who puts this one back.
    await api.make("/comments", {"task_id": task["id"], "body": "c"})
    answer = await api.send("PUT", f"/tasks/{task['id']}", {**task, "title": "new", "priority": 4})
    assert answer.status == 200, answer.body
    assert (answer.json()["title"], answer.json()["weight"]) == ("new", 40)


async def test_what_the_row_alone_computes_is_put_back_as_it_was_or_refused(api: Api) -> None:
    task = await make_task(api)
    answer = await api.send("PUT", f"/tasks/{task['id']}", {**task, "weight": 7})
    (fault,) = answer.json()["errors"]
    assert (answer.status, fault["pointer"], fault["code"]) == (422, "/weight", "read_only")
    answer = await api.send("PUT", f"/tasks/{task['id']}", {**task, "weight": "heavy"})
    assert [one["code"] for one in answer.json()["errors"]] == ["type"]


async def test_what_is_computed_of_others_is_never_taken_for_unchanged(api: Api) -> None:
    task = await make_task(api)
    target = f"/tasks/{task['id']}"
    for fields, status in (("title,weight", 304), ("title,last_comment", 200)):
        first = await api.send("GET", target, fields=fields)
        again = await api.send(
            "GET", target, fields=fields, headers={"If-None-Match": first.headers["etag"]}
        )
        assert again.status == status


async def test_the_past_knows_no_computed_member(api: Api) -> None:
    task = await make_task(api)
    row = await api.get(f"/tasks/{task['id']}", as_of=task["updated_at"])
    assert set(row) == set(task) - COMPUTED
    refused = await api.send(
        "GET", f"/tasks/{task['id']}", as_of=task["updated_at"], fields="weight"
    )
    assert refused.status == 400
    assert refused.json()["errors"][0]["parameter"] == "fields"


async def test_cursors_over_nulls_carry_lists_and_computed_members(api: Api) -> None:
    for title, due in (("a", None), ("b", "2030-01-01T00:00:00Z"), ("c", None), ("d", None)):
        task = await make_task(api, title=title, due_at=due)
        if title in "ac":
            await api.make("/comments", {"task_id": task["id"], "body": title})
    for sort in ("due_at", "-due_at", "last_comment", "-last_comment"):
        whole = await api.get("/tasks", sort=sort, expand="comments", fields="title,weight")
        rows: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await api.get(
                "/tasks",
                sort=sort,
                expand="comments",
                fields="title,weight",
                limit=1,
                cursor=cursor,
            )
            rows += page["data"]
            cursor = page["pagination"]["next_cursor"]
        assert rows == whole["data"]
        shown = {row["title"]: titles(row["comments"], "body") for row in rows}
        assert shown == {"a": ["a"], "b": [], "c": ["c"], "d": []}
