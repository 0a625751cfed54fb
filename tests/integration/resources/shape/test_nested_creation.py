"""Rows created together with the row they refer to: all of them, or none."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.integration.resources.served.workshop import Api, Connection


def faults_of(answer: Any) -> dict[str, str]:
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


async def rows_of(beside: Connection) -> int:
    found: int = await beside.fetchval(
        "SELECT (SELECT count(*) FROM tasks) + (SELECT count(*) FROM comments)"
        " + (SELECT count(*) FROM tags)"
    )
    return found


async def test_the_answer_carries_the_children(api: Api) -> None:
    body = {"title": "t", "comments": [{"body": "a"}, {"body": "b"}], "tags": [{"name": "x"}]}
    answer = await api.send("POST", "/tasks", body)
    row = answer.json()
    assert answer.status == 201, answer.body
    assert [one["body"] for one in row["comments"]] == ["a", "b"]
    assert {one["task_id"] for one in row["comments"] + row["tags"]} == {row["id"]}
    assert "note" not in row["comments"][0]
    # What is computed of the row counts them.
    assert row["last_comment"] == row["comments"][0]["created_at"]
    stored = await api.get(f"/tasks/{row['id']}", expand="comments")
    assert stored["comments"]["data"] == row["comments"]


async def test_lists_may_be_empty_or_left_out(api: Api) -> None:
    row = await api.make("/tasks", {"title": "t", "comments": []})
    assert row["comments"] == []
    assert "tags" not in row
    assert "comments" not in await api.make("/tasks", {"title": "t"})


async def test_all_faults_are_told_at_once(api: Api, beside: Connection) -> None:
    body = {
        "title": "",
        "comments": [{"body": "a"}, {"body": ""}, {"body": "c", "task_id": str(uuid4())}],
        "tags": [{"nmae": "x"}, {"name": "y", "version": 2}],
    }
    answer = await api.send("POST", "/tasks", body)
    assert (answer.status, faults_of(answer)) == (
        422,
        {
            "/title": "too_short",
            "/comments/1/body": "too_short",
            "/comments/2/task_id": "read_only",
            "/tags/0/name": "required",
            "/tags/0/nmae": "unknown_field",
            "/tags/1/version": "read_only",
        },
    )
    assert await rows_of(beside) == 0


async def test_too_many_children_are_refused(api: Api, beside: Connection) -> None:
    body: dict[str, Any] = {"title": "t", "comments": [{"body": "c"}] * 101}
    answer = await api.send("POST", "/tasks", body)
    assert (answer.status, faults_of(answer)) == (422, {"/comments": "limit"})
    answer = await api.send("POST", "/tasks", {**body, "title": ""})
    assert faults_of(answer) == {"/title": "too_short", "/comments": "limit"}
    body["comments"].pop()
    assert len((await api.make("/tasks", body))["comments"]) == 100


async def test_what_the_database_refuses_points_at_the_child(api: Api, beside: Connection) -> None:
    nobody = str(uuid4())
    body = {
        "title": "t",
        "comments": [
            {"body": "a", "author_id": nobody},
            {"body": "b"},
            {"body": "c", "author_id": nobody},
        ],
    }
    answer = await api.send("POST", "/tasks", body)
    assert (answer.status, faults_of(answer)) == (
        422,
        {"/comments/0/author_id": "not_found", "/comments/2/author_id": "not_found"},
    )
    body = {"title": "t", "tags": [{"name": "x"}, {"name": "y"}, {"name": "x"}]}
    answer = await api.send("POST", "/tasks", body)
    assert (answer.status, answer.json()["code"]) == (409, "unique_violation")
    assert [one.partition("/tags/2")[1] for one in faults_of(answer)] == ["/tags/2"]
    assert await rows_of(beside) == 0


async def test_hooks_of_both_run_and_the_parents_see_the_children(
    api: Api, heard: list[str]
) -> None:
    await api.make(
        "/tasks", {"title": "t", "comments": [{"body": "a"}, {"body": "b", "note": "n"}]}
    )
    assert heard == [
        "before task create",
        "before comment create",
        "after comment create unsaid",
        "before comment create",
        "after comment create n",
        "after task create 2",
    ]


async def test_a_dry_run_keeps_nothing(api: Api, beside: Connection) -> None:
    body = {"title": "t", "comments": [{"body": "a"}]}
    answer = await api.send("POST", "/tasks", body, headers={"Prefer": "dry-run"})
    assert (answer.status, len(answer.json()["comments"])) == (201, 1)
    assert await rows_of(beside) == 0


async def test_a_request_sent_twice_creates_once(api: Api, beside: Connection) -> None:
    body = {"title": "t", "comments": [{"body": "a"}]}
    first, again = [
        await api.send("POST", "/tasks", body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert first.body == again.body
    assert await rows_of(beside) == 2


async def test_a_minimal_answer_has_no_body(api: Api, beside: Connection) -> None:
    body = {"title": "t", "comments": [{"body": "a"}]}
    answer = await api.send("POST", "/tasks", body, headers={"Prefer": "return=minimal"})
    assert (answer.status, answer.body) == (201, b"")
    assert await rows_of(beside) == 2


@pytest.mark.parametrize("atomic", [True, False])
async def test_bulk_creations_carry_them_too(api: Api, beside: Connection, *, atomic: bool) -> None:
    items = [
        {"title": "a", "comments": [{"body": "c"}]},
        {"title": "b", "comments": [{"body": "c"}, {"body": "d", "author_id": str(uuid4())}]},
    ]
    answer = await api.send("POST", "/tasks/bulk", {"create": items, "atomic": atomic})
    if atomic:
        assert faults_of(answer) == {"/create/1/comments/1/author_id": "not_found"}
        assert await rows_of(beside) == 0
    else:
        assert answer.status == 200
        assert await rows_of(beside) == 2


async def test_they_are_only_for_creations(api: Api) -> None:
    task = await api.make("/tasks", {"title": "t"})
    for method in ("PUT", "PATCH"):
        answer = await api.send(method, f"/tasks/{task['id']}", {"title": "t", "comments": []})
        assert faults_of(answer) == {"/comments": "unknown_field"}


async def test_the_history_has_the_row_and_its_author(api: Api) -> None:
    row = await api.make("/tasks", {"title": "t", "comments": [{"body": "a"}]})
    (entry,) = (await api.get(f"/tasks/{row['id']}/history"))["data"]
    assert (entry["operation"], entry["actor"]) == ("insert", "guest")
