"""What must hold around a project that is written: one with open tasks is not closed."""

from __future__ import annotations

from drystone import Change, Transaction, select
from drystone.errors import Conflict
from examples.tasks.locking import lock_projects
from examples.tasks.models import Project, Task
from examples.tasks.resources import projects


@projects.before("replace", "patch")
async def settle(tx: Transaction, change: Change) -> Change:
    """Return the change, unless it closes a project that has open tasks.

    Raises:
        Conflict: it does.
    """
    if change.values.get("closed_at") is None:
        return change
    # Whoever puts a task into it holds the row FOR SHARE until their commit.
    project = (await lock_projects(tx, [change.id], alone=True)).get(change.id)
    is_meant = project is not None and change.preconditions.allow(project.version)
    if project is not None and is_meant and project.closed_at is None:
        await check_finished(tx, project)
    return change


async def check_finished(tx: Transaction, project: Project) -> None:
    """Pass if none of the project's tasks is open.

    Raises:
        Conflict: some are.
    """
    unfinished = select(Task).where(Task.project == project.id, Task.status != "done")
    if number := await tx.count(unfinished):
        raise Conflict(
            f"{number} tasks of the project are open; finish or move them, or "
            'POST /projects/{id}/close with {"finish": true}.'
        )
