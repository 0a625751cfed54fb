"""Tasks that are parts of others: never of themselves, by no way around."""

from __future__ import annotations

import asyncio

import httpx
from tests.integration.tasks.people import new_project, new_task
from tests.integration.tasks.serving import faults


async def test_a_task_is_no_part_of_its_own_parts(client: httpx.AsyncClient) -> None:
    project = await new_project(client)
    top = await new_task(client, project)
    middle = await new_task(client, project, parent_id=top["id"])
    low = await new_task(client, project, parent_id=middle["id"])
    answer = await client.patch(f"/tasks/{top['id']}", json={"parent_id": low["id"]})
    assert faults(answer) == {("/parent_id", "format")}
    answer = await client.patch(f"/tasks/{low['id']}", json={"parent_id": top["id"]})
    assert answer.status_code == 200


async def test_two_at_once_do_not_become_each_other_s_parent(client: httpx.AsyncClient) -> None:
    project = await new_project(client)
    for _ in range(3):
        one, two = await new_task(client, project), await new_task(client, project)
        answers = await asyncio.gather(
            client.patch(f"/tasks/{one['id']}", json={"parent_id": two["id"]}),
            client.patch(f"/tasks/{two['id']}", json={"parent_id": one["id"]}),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 422]
