"""`POST /tasks/{id}/assign` and `/unassign`: who does it.

A PATCH of `assignee_id` does the same, under the same rules: this is the way for a client
that does not read the task first, and the one that a button is wired to.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from drystone import Change, Request, Response, Transaction, update
from drystone.errors import Conflict, UnknownParameter
from drystone.resources.writing.preconditions import read_preconditions, refuse_version
from examples.tasks.models import Task
from examples.tasks.resources import tasks
from examples.tasks.task_rules import settle


class Assignment(msgspec.Struct, forbid_unknown_fields=True):
    """Who is to do it.

    Attributes:
        assignee_id: a member of the task's project.
    """

    assignee_id: UUID


@tasks.post(
    "/{id:uuid}/assign",
    body=Assignment,
    returns=Task,
    headers=["If-Match", "Idempotency-Key", "Prefer"],
    problems=[UnknownParameter, Conflict],
)
async def assign_task(request: Request) -> Response:
    """Give a task to a member of its project who has room for one more."""
    request.query.expect_only(())
    assignment = await request.json(Assignment)
    return await give(request, assignment.assignee_id)


@tasks.post(
    "/{id:uuid}/unassign",
    returns=Task,
    headers=["If-Match", "Idempotency-Key", "Prefer"],
    problems=[UnknownParameter, Conflict],
)
async def unassign_task(request: Request) -> Response:
    """Take a task from whoever has it; one that nobody has stays as it is."""
    request.query.expect_only(())
    return await give(request, None)


async def give(request: Request, person: UUID | None) -> Response:
    """Answer with the task once it is that person's."""
    conditions = read_preconditions(request.headers)

    async def work(tx: Transaction) -> Task:
        change = Change(
            operation="patch",
            id=request.params["id"],
            values={"assignee": person},
            preconditions=conditions,
        )
        await tasks.find(request, tx, change.id, act="update")
        # Locks the task and what it depends on, or refuses.
        await settle(tx, change)
        task: Task = await tasks.find(request, tx, change.id, act="update")
        if not conditions.allow(task.version):
            raise refuse_version(task.version)
        given = update(Task).set(Task.assignee, person).where(Task.id == task.id)
        return await tx.one(given.returning())

    return await tasks.act(request, work)
