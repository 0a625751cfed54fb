"""Tasks: what must be so when one is written, and the comments on one."""

from __future__ import annotations

from typing import Any

from drystone import Request, Response, Transaction, now, select
from drystone.errors import Conflict, NotFound, ValidationFailed, Violation
from examples.tasks.comments import COMMENTS
from examples.tasks.listing import Listing
from examples.tasks.models import Comment, Member, Project, Task
from examples.tasks.routes import resource
from examples.tasks.single import Single, Values
from examples.tasks.tracker import app


async def settle_task(tx: Transaction, row: Task | None, values: Values) -> Values:
    """Return what is to be written, once it is known to fit what is around the task.

    Raises:
        ValidationFailed: there is no such project, or the assignee or parent is not in it.
        Conflict: it has parts, which stay in the project that it is to leave.
    """
    await check_place(tx, row, values)
    return values | await time_of_completion(tx, row, values)


async def time_of_completion(tx: Transaction, row: Task | None, values: Values) -> Values:
    """Return what `done_at` becomes by what happens to the status.

    It is part of the same statement: the table takes no task that is done without a time.
    """
    was_done = row is not None and row.status == "done"
    status = values.get("status", "done" if was_done else None)
    given = values.get("done_at")
    if status == "done" and given is None:
        if row is not None and was_done:
            return {"done_at": row.done_at}
        # The transaction's time is that of `created_at` and `updated_at` too.
        return {"done_at": await tx.one(select(now()))}
    return {"done_at": given} if was_done and status != "done" else {}


async def check_place(tx: Transaction, row: Task | None, values: Values) -> None:
    """Keep a task's assignee among the members of its project, and its parent in it.

    No foreign key can say either, since deleted rows stay in their tables. So the rows
    that it depends on are read with a lock: until this transaction ends nobody can take
    the membership away, or move the parent to another project.

    Raises:
        ValidationFailed: there is no such project, or one of them is elsewhere.
        Conflict: the task has parts in the project that it is to leave.
    """
    place = {name: values.get(name, getattr(row, name, None)) for name in PLACE}
    if row is not None and all(place[name] == getattr(row, name) for name in PLACE):
        return
    faults = []
    if not await is_live(tx, place):
        faults.append(_fault("project_id", "is no project there is"))
    if place["assignee"] is not None and not await is_member(tx, place):
        faults.append(_fault("assignee_id", "is no member of the project"))
    if place["parent"] is not None and not await is_in_project(tx, place):
        faults.append(_fault("parent_id", "is no task of the project"))
    if faults:
        raise ValidationFailed(errors=faults)
    if row is not None and place["project"] != row.project:
        parts = select(Task).where(Task.parent == row.id)
        if await tx.exists(parts):
            raise Conflict("The task has parts, which would stay in its project.")


# What decides where a task may be, and with whom.
PLACE = ("project", "assignee", "parent")


async def is_live(tx: Transaction, place: dict[str, Any]) -> bool:
    project = select(Project.id).where(Project.id == place["project"])
    return await tx.first(project.for_share()) is not None


async def is_member(tx: Transaction, place: dict[str, Any]) -> bool:
    membership = select(Member.id).where(
        Member.project == place["project"], Member.user == place["assignee"]
    )
    return await tx.first(membership.for_share()) is not None


async def is_in_project(tx: Transaction, place: dict[str, Any]) -> bool:
    parent = select(Task.id).where(Task.id == place["parent"], Task.project == place["project"])
    return await tx.first(parent.for_share()) is not None


def _fault(name: str, detail: str) -> Violation:
    return Violation(code="not_found", detail=detail, pointer=f"/{name}")


TASKS = Listing(
    Task,
    filters=(Task.status, Task.priority, Task.project, Task.assignee, Task.parent),
    sorts=(Task.created_at, Task.due_at, Task.priority, Task.title),
)

router = resource(TASKS, Single(Task, settle_task))


@router.get("/{id:uuid}/comments", name="task_comments")
async def list_comments(request: Request) -> Response:
    """Answer what was said of a task that is not deleted."""
    task = request.params["id"]
    if not await app.db.exists(select(Task).where(Task.id == task)):
        raise NotFound("There is no such task.")
    return await COMMENTS.answer(request, Comment.task == task)
