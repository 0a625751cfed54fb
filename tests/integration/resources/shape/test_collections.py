"""Lists beside rows: bounded, live, in their order, at no cost of statements or rows."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.counting_relay import CountingRelay
from tests.integration.resources.served.workshop import Api, Connection
from tests.integration.resources.shape.board import open_board, titles


async def fill(api: Api, *, comments: int = 3, tasks: int = 1) -> dict[str, Any]:
    """Make tasks in one project, each with comments of one person; return the last task."""
    person = await api.make("/people", {"name": "Ada", "token": "hush"})
    project = await api.make("/projects", {"name": "Wall", "owner_id": person["id"]})
    for number in range(tasks):
        task = await api.make("/tasks", {"title": f"t{number}", "project_id": project["id"]})
        for place in range(comments):
            body = {"task_id": task["id"], "body": f"c{place}", "author_id": person["id"]}
            await api.make("/comments", body)
    return task


async def test_a_list_stands_beside_the_row_and_tells_whether_there_are_more(api: Api) -> None:
    task = await fill(api)
    row = await api.get(f"/tasks/{task['id']}", expand="comments")
    assert titles(row["comments"], "body") == ["c0", "c1"]
    assert row["comments"]["has_more"] is True
    shown = {"id", "task_id", "author_id", "body", "version"}
    assert set(row["comments"]["data"][0]) == shown | {"created_at", "updated_at", "deleted_at"}
    assert {**row, "comments": None} == {
        **task,
        "comments": None,
        "last_comment": row["last_comment"],
    }


async def test_a_list_that_is_whole_says_so(api: Api) -> None:
    task = await fill(api, comments=2)
    row = await api.get(f"/tasks/{task['id']}", expand="comments,tags")
    assert (titles(row["comments"], "body"), row["comments"]["has_more"]) == (["c0", "c1"], False)
    assert row["tags"] == {"data": [], "has_more": False}


async def test_deleted_rows_are_in_no_list(api: Api) -> None:
    task = await fill(api)
    row = await api.get(f"/tasks/{task['id']}", expand="comments")
    await api.send("DELETE", f"/comments/{row['comments']['data'][0]['id']}")
    row = await api.get(f"/tasks/{task['id']}", expand="comments")
    assert (titles(row["comments"], "body"), row["comments"]["has_more"]) == (["c1", "c2"], False)


async def test_lists_change_neither_counts_nor_rows(api: Api) -> None:
    await fill(api, tasks=3, comments=2)
    plain = await api.get("/tasks", sort="title", limit=2)
    expanded = await api.get(
        "/tasks", sort="title", limit=2, expand="comments,project.members,tags"
    )
    assert expanded["pagination"] == plain["pagination"]
    assert titles(expanded) == titles(plain) == ["t0", "t1"]
    walked = await api.get("/tasks", sort="title", limit=2, expand="comments", cursor="")
    assert [titles(row["comments"], "body") for row in walked["data"]] == [["c0", "c1"]] * 2


async def test_what_is_behind_a_list_and_before_it(api: Api, beside: Connection) -> None:
    task = await fill(api, comments=1)
    person = (await api.get("/people"))["data"][0]
    await beside.execute(
        "INSERT INTO members (id, project_id, person_id) VALUES (gen_random_uuid(), $1, $2)",
        task["project_id"],
        person["id"],
    )
    listed = await api.get("/tasks", expand="comments.author,project.members.person")
    (row,) = listed["data"]
    assert row["comments"]["data"][0]["author"] == person
    assert row["project"]["name"] == "Wall"
    assert row["project"]["members"]["data"][0]["person"] == person
    assert "owner" not in row["project"]


async def test_no_list_behind_a_reference_that_leads_nowhere(api: Api) -> None:
    await api.make("/tasks", {"title": "alone"})
    (row,) = (await api.get("/tasks", expand="project.members"))["data"]
    assert row["project"] is None


async def test_some_fields_with_a_list_beside_them(api: Api) -> None:
    task = await fill(api, comments=1)
    row = await api.get(f"/tasks/{task['id']}", expand="comments", fields="title")
    assert set(row) == {"title", "comments"}
    assert len(row["comments"]["data"]) == 1


async def test_a_list_in_another_order(api: Api, beside: Connection) -> None:
    task = await fill(api, comments=0)
    for name in "bca":
        await beside.execute(
            "INSERT INTO tags (id, task_id, name) VALUES (gen_random_uuid(), $1, $2)",
            task["id"],
            name,
        )
    row = await api.get(f"/tasks/{task['id']}", expand="tags")
    assert titles(row["tags"], "name") == ["c", "b", "a"]


async def test_secret_fields_are_in_no_answer(api: Api) -> None:
    task = await fill(api)
    person = (await api.get("/people"))["data"][0]
    assert "token" not in person
    for target in ("/people", f"/people/{person['id']}", "/tasks?expand=comments.author"):
        answer = await api.send("GET", target)
        assert b"hush" not in answer.body
        assert b"unsaid" not in answer.body
    for query in ("fields=token", "sort=token", "token=hush"):
        assert (await api.send("GET", f"/people?{query}")).status == 400
    answer = await api.send("PATCH", f"/people/{person['id']}", {"token": "hushed"})
    assert (answer.status, b"hush" in answer.body) == (200, False)
    assert task["version"] == 1


async def test_a_secret_field_that_is_put_back_unread_stays(api: Api, beside: Connection) -> None:
    person = await api.make("/people", {"name": "Ada", "token": "hush"})
    answer = await api.send("PUT", f"/people/{person['id']}", {**person, "name": "Eve"})
    assert answer.status == 200, answer.body
    assert await beside.fetchval("SELECT token FROM people") == "hush"


async def test_hooks_are_given_the_whole_row(api: Api, heard: list[str]) -> None:
    person = await api.make("/people", {"name": "Ada", "token": "hush"})
    await api.send("DELETE", f"/people/{person['id']}?purge=true")
    assert heard == [
        "before person create",
        "after person create hush",
        "before person purge",
        "after person purge hush",
    ]


async def test_the_names_of_lists_are_suggested(api: Api) -> None:
    answer = await api.send("GET", "/tasks", expand="comment")
    (fault,) = answer.json()["errors"]
    assert fault["detail"].endswith('did you mean "comments"?')


@pytest.mark.parametrize("tasks", [1, 20])
async def test_expansions_take_no_statement(database_url: str, tasks: int) -> None:
    relay = CountingRelay(database_url)
    await relay.open()
    async with open_board(relay.url, database_pool_size=1) as api:
        task = await fill(api, tasks=tasks)
        expand = "project,project.members.person,comments.author,tags"
        for target in ("/tasks", f"/tasks/{task['id']}"):
            await api.get(target, expand=expand)
            before = relay.statements
            await api.get(target, expand=expand)
            assert relay.statements - before == 1
    await relay.close()
