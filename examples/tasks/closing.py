"""`POST /projects/{id}/close`: a project is closed when nothing in it is open any more.

    {}                   409 while tasks are open
    {"finish": true}     those are done as well, in the same transaction

A closed project takes no new tasks (`task_rules`), also not from somebody who began before
it was closed: either their commit comes first, and the task is seen here, or they wait for
the project's row and find it closed.
"""

from __future__ import annotations

import msgspec

from drystone import Request, Response, Transaction, now, update
from drystone.errors import Conflict, NotFound, UnknownParameter
from drystone.resources.writing.preconditions import read_preconditions, refuse_version
from examples.tasks.locking import lock_projects
from examples.tasks.models import Project, Task
from examples.tasks.project_rules import check_finished
from examples.tasks.resources import projects


class Closing(msgspec.Struct, forbid_unknown_fields=True):
    """How a project is to be closed.

    Attributes:
        finish: whether its open tasks are to be done with it.
    """

    finish: bool = False


@projects.post(
    "/{id:uuid}/close",
    body=Closing,
    returns=Project,
    headers=["If-Match", "Idempotency-Key", "Prefer"],
    problems=[UnknownParameter, Conflict],
)
async def close_project(request: Request) -> Response:
    """Close a project, and finish its open tasks where that is wanted."""
    request.query.expect_only(())
    closing = await request.json(Closing)
    conditions = read_preconditions(request.headers)

    async def work(tx: Transaction) -> Project:
        project_id = request.params["id"]
        await projects.find(request, tx, project_id, act="update")
        project = (await lock_projects(tx, [project_id], alone=True)).get(project_id)
        if project is None:
            raise NotFound
        if not conditions.allow(project.version):
            raise refuse_version(project.version)
        if project.closed_at is not None:
            raise Conflict("The project is closed already.")
        if closing.finish:
            unfinished = update(Task).where(Task.project == project.id, Task.status != "done")
            await tx.execute(unfinished.set(Task.status, "done").set(Task.done_at, now()))
        await check_finished(tx, project)
        closed = update(Project).set(Project.closed_at, now()).where(Project.id == project.id)
        return await tx.one(closed.returning())

    return await projects.act(request, work)
