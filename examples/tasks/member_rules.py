"""What must hold around a membership: it stays between the same two, and with its tasks.

A membership that is ended would leave tasks with an assignee who is no member, which
`task_rules` lets nobody make.
"""

from __future__ import annotations

from drystone import Change, Transaction, select
from drystone.errors import Conflict, ValidationFailed, Violation
from examples.tasks.models import Member, Task
from examples.tasks.resources import members


@members.before("replace", "patch")
async def keep_ends(tx: Transaction, change: Change) -> Change:
    """Return the change, unless it makes the membership one of others.

    Raises:
        ValidationFailed: it does.
    """
    row = await tx.first(select(Member).where(Member.id == change.id))
    if row is None:
        return change
    faults = [
        Violation(code="read_only", detail="cannot be changed", pointer=f"/{name}_id")
        for name in ("project", "user")
        if change.values.get(name, getattr(row, name)) != getattr(row, name)
    ]
    if faults:
        raise ValidationFailed(errors=faults)
    return change


@members.before("delete", "purge")
async def keep_tasks(tx: Transaction, change: Change) -> Change:
    """Return the change, unless tasks of the project would lose their assignee.

    Raises:
        Conflict: the member has open tasks there.
    """
    # Whoever gives the member a task holds the row FOR SHARE until their commit.
    row = await tx.first(select(Member).where(Member.id == change.id).for_update())
    if row is None or not change.preconditions.allow(row.version):
        return change
    theirs = select(Task).where(
        Task.project == row.project, Task.assignee == row.user, Task.status != "done"
    )
    if number := await tx.count(theirs):
        raise Conflict(f"The member has {number} open tasks in the project; unassign them first.")
    return change
