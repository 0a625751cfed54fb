"""What must hold around a task that is written, whoever writes it and by which route.

- `done_at` follows the status, so that a client need not send both.
- The project is there, and open: it takes no new task and none that is taken up again.
- The assignee is a member of it, and has room for one more (`workload`).
- The parent is a task of the same project, and none of the task's own parts.

No constraint can say these, since deleted rows stay in their tables and a count is of many
rows. So what a task depends on is read with a lock (`locking`): until the transaction ends
nobody can close the project, end the membership, or move the parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from drystone import Change, Transaction, now, select
from drystone.db.failures import TransactionConflict
from drystone.errors import Conflict, ValidationFailed, Violation
from examples.tasks.locking import lock_membership, lock_projects, lock_task
from examples.tasks.models import Task
from examples.tasks.refusals import not_found, refuse_closed
from examples.tasks.resources import tasks
from examples.tasks.workload import make_room

Values = Mapping[str, Any]

# What any of the rules is about, and what it is where a new or replaced task leaves it out.
DEFAULTS: Final[Values] = {"assignee": None, "parent": None, "status": "todo", "done_at": None}
RULED: Final = ("project", *DEFAULTS)

# Far beyond what anybody would look at; a longer chain is a mistake.
MAX_DEPTH: Final = 50


@tasks.before("create", "replace", "patch", "restore")
async def settle(tx: Transaction, change: Change) -> Change:
    """Return the change with what follows from it, once it is known to fit.

    Raises:
        ValidationFailed: a reference leads to where it may not.
        Conflict: the project is closed, or the assignee has enough to do.
    """
    if change.operation == "create":
        values = {**DEFAULTS, **change.values}
        await check_place(tx, change.id, None, values)
        return change.with_values({"done_at": await time_of_completion(tx, None, values)})
    if change.operation == "patch" and not any(name in change.values for name in RULED):
        return change
    row = await lock_with_project(tx, change)
    if row is None or not change.preconditions.allow(row.version):
        # Not there, or not as the caller knows it: the write itself says which.
        return change
    given = change.values if change.operation == "patch" else {**DEFAULTS, **change.values}
    values = {name: getattr(row, name) for name in RULED}
    values |= {} if change.operation == "restore" else given
    await check_place(tx, row.id, row, values)
    if change.operation == "restore":
        return change
    return change.with_values({"done_at": await time_of_completion(tx, row, values)})


async def lock_with_project(tx: Transaction, change: Change) -> Task | None:
    """Return the task that is to be changed, with its projects locked before it.

    Raises:
        TransactionConflict: it was moved in between; run again, it is found there.
    """
    is_deleted = change.operation == "restore"
    home = select(Task.project).where(Task.id == change.id)
    found = await tx.first(home.only_deleted() if is_deleted else home)
    if found is None:
        return None
    await lock_projects(tx, {found, change.values.get("project", found)})
    row = await lock_task(tx, change.id, deleted=is_deleted)
    if row is not None and row.project != found:
        raise TransactionConflict
    return row


async def time_of_completion(tx: Transaction, row: Task | None, values: Values) -> Any:
    """Return what `done_at` becomes by what happens to the status.

    A time that was sent along as it is stored says nothing. One that contradicts the
    status is left for the table's own rule to refuse.
    """
    stored = None if row is None else row.done_at
    given = values["done_at"] if values["done_at"] != stored else None
    if values["status"] != "done" or given is not None:
        return given
    # The transaction's time is that of `created_at` and `updated_at` too.
    return stored or await tx.one(select(now()))


async def check_place(tx: Transaction, task: UUID, row: Task | None, values: Values) -> None:
    """Keep a task in an open project, its assignee among the members, its parent beside it.

    Args:
        tx: the change's.
        task: its id.
        row: the task as it is; None for a new one.
        values: the fields that the rules are about, as they are to be.

    Raises:
        ValidationFailed: there is no such project, or one of them is elsewhere.
        Conflict: the project is closed; the assignee has enough to do; the task has parts
            in the project that it is to leave.
    """
    is_back = row is not None and row.deleted_at is not None
    enters = row is None or values["project"] != row.project
    opens = values["status"] != "done" and (row is None or is_back or row.status == "done")
    is_given = row is None or is_back or values["assignee"] != row.assignee
    is_put = row is None or is_back or values["parent"] != row.parent
    person, parent = values["assignee"], values["parent"]

    faults: list[Violation] = []
    if enters or opens:
        project = (await lock_projects(tx, [values["project"]])).get(values["project"])
        if project is not None and project.closed_at is not None:
            raise refuse_closed(project)
        if project is None:
            faults.append(not_found("project_id", "refers to none of the projects there are"))
    is_asked = person is not None and (enters or is_given)
    if is_asked and not await lock_membership(tx, values["project"], person):
        faults.append(not_found("assignee_id", "is no member of the project"))
    if parent is not None and (enters or is_put):
        faults += await check_parent(tx, task, values)
    if faults:
        raise Conflict(errors=faults) if is_back else ValidationFailed(errors=faults)
    if person is not None and values["status"] != "done" and (opens or is_given):
        await make_room(tx, person)
    if row is not None and enters and await tx.exists(select(Task).where(Task.parent == task)):
        raise Conflict("The task has parts, which would stay in its project; use move-tasks.")


async def check_parent(tx: Transaction, task: UUID, values: Values) -> list[Violation]:
    """Return what is wrong with a task's parent, all that is above it locked."""
    above, seen = values["parent"], 0
    while above is not None:
        if above == task and seen:
            detail = "is a part of the task itself"
            return [Violation(code="format", detail=detail, pointer="/parent_id")]
        row = await tx.first(select(Task).where(Task.id == above).for_share())
        if not seen and (row is None or row.project != values["project"]):
            return [not_found("parent_id", "is no task of the project")]
        above, seen = None if row is None else row.parent, seen + 1
        if seen > MAX_DEPTH:
            detail = f"is more than {MAX_DEPTH} levels deep"
            return [Violation(code="limit", detail=detail, pointer="/parent_id")]
    return []
