"""`POST /projects/{id}/move-tasks`: tasks move from one project to another, all or none.

    {"to": "…", "tasks": ["…", "…"]}            with all of their parts
    {"to": "…", "tasks": […], "unassign": true} those whose assignee is no member there
                                                come to nobody; without it that is a fault

A PATCH could move one task, and never one with parts: between two requests they would be
in different projects.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from drystone import Request, Response, Transaction, load_sql, select, update
from drystone.errors import Conflict, NotFound, UnknownParameter, ValidationFailed, Violation
from examples.tasks.locking import lock_projects
from examples.tasks.models import Member, Project, Task
from examples.tasks.refusals import not_found, refuse_closed
from examples.tasks.resources import projects

FIND_PARTS: Final = load_sql(Path(__file__).with_name("task_parts.sql"))


class Move(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be moved, and where to.

    Attributes:
        to: the project that gets the tasks.
        tasks: those that are moved, each with all of its parts.
        unassign: whether a task whose assignee is no member there comes to nobody.
    """

    to: UUID
    tasks: Annotated[list[UUID], Meta(min_length=1, max_length=1_000)]
    unassign: bool = False


class Moved(msgspec.Struct):
    """What was moved.

    Attributes:
        moved: how many tasks, parts included.
        unassigned: how many of them came to nobody.
        tasks: their ids.
    """

    moved: int
    unassigned: int
    tasks: list[UUID]


@projects.post(
    "/{id:uuid}/move-tasks",
    body=Move,
    returns=Moved,
    headers=["Idempotency-Key", "Prefer"],
    problems=[UnknownParameter, Conflict],
)
async def move_tasks(request: Request) -> Response:
    """Move tasks and their parts to another project, all of them or none."""
    request.query.expect_only(())
    move = await request.json(Move)

    async def work(tx: Transaction) -> Moved:
        await projects.find(request, tx, request.params["id"], act="update")
        await check_projects(tx, request.params["id"], move.to)
        found = await lock_with_parts(tx, move.tasks)
        check_tasks(move, found, request.params["id"])
        strangers = await find_strangers(tx, move.to, found)
        if strangers and not move.unassign:
            raise refuse_strangers(move, [one for one in found if one.assignee in strangers])
        here = Task.id.in_([one.id for one in found])
        left = 0
        if strangers:
            theirs = Task.assignee.in_(sorted(strangers))
            left = await tx.execute(update(Task).set(Task.assignee, None).where(here, theirs))
        moved = await tx.execute(update(Task).set(Task.project, move.to).where(here))
        return Moved(moved, left, [one.id for one in found])

    return await projects.act(request, work)


async def check_projects(tx: Transaction, source: UUID, target: UUID) -> None:
    """Lock both projects for this move alone, in the order of their ids.

    Were it the order of the request, two moves in opposite directions could each hold what
    the other one waits for.

    Raises:
        NotFound: there is no project to move from.
        ValidationFailed: there is none to move to, or it is the same.
        Conflict: that one is closed.
    """
    found: dict[UUID, Project] = await lock_projects(tx, {source, target}, alone=True)
    if source not in found:
        raise NotFound
    if target not in found:
        fault = not_found("to", "refers to none of the projects there are")
        raise ValidationFailed(errors=[fault])
    if source == target:
        detail = "is the project that they are in"
        raise ValidationFailed(errors=[Violation(code="format", detail=detail, pointer="/to")])
    if found[target].closed_at is not None:
        raise refuse_closed(found[target])


async def lock_with_parts(tx: Transaction, tasks: Iterable[UUID]) -> list[Task]:
    """Return live tasks and all that are below them, kept from being changed by others.

    No part is added meanwhile: whoever adds one waits for the project.
    """
    rows = await tx.all(FIND_PARTS.with_values({"tasks": list(tasks)}))
    those = select(Task).where(Task.id.in_(sorted(row[0] for row in rows)))
    return await tx.all(those.order_by(Task.id).for_no_key_update())


def check_tasks(move: Move, found: Iterable[Task], source: UUID) -> None:
    """Pass if every task that is named is in the project, and none leaves its parent behind.

    Raises:
        ValidationFailed: one is not, with its place in the list.
        Conflict: one is a part of a task that stays.
    """
    rows = {task.id: task for task in found if task.project == source}
    faults = [
        not_found(f"tasks/{place}", "is no task of the project")
        for place, task in enumerate(move.tasks)
        if task not in rows
    ]
    if faults:
        raise ValidationFailed(errors=faults)
    if parted := [one for one in rows.values() if one.parent and one.parent not in rows]:
        named = ", ".join(f'"{one.title}"' for one in parted[:3])
        raise Conflict(f"{len(parted)} are parts of tasks that would stay: {named}.")


async def find_strangers(tx: Transaction, project: UUID, tasks: Iterable[Task]) -> set[UUID]:
    """Return the assignees who are no members of a project; those who are stay so meanwhile."""
    people = {task.assignee for task in tasks if task.assignee is not None}
    if not people:
        return set()
    theirs = select(Member).where(Member.project == project, Member.user.in_(sorted(people)))
    inside = {one.user for one in await tx.all(theirs.order_by(Member.id).for_share())}
    return people - inside


def refuse_strangers(move: Move, theirs: list[Task]) -> ValidationFailed:
    """Return the refusal, pointing at each task that was named and cannot take its assignee."""
    detail = "is assigned to somebody who is no member of the other project"
    places = {task: place for place, task in enumerate(move.tasks)}
    named = [places[one.id] for one in theirs if one.id in places]
    faults = [not_found(f"tasks/{place}", detail) for place in sorted(named)]
    return ValidationFailed(
        f"{len(theirs)} tasks or parts of them are assigned to people who are no members of the "
        'other project; send "unassign": true to take them from those.',
        errors=faults,
    )
