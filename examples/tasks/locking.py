"""Rows that a change depends on, kept from being changed by others until it is over.

Everybody takes these locks in one order: projects by id, tasks by id, memberships, people.
Two that lock the same rows in the same order never wait for each other in a circle. Where
one comes about all the same, such as between two tasks that become each other's parent,
PostgreSQL ends one of the two, and it is run again.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from drystone import Transaction, select
from examples.tasks.models import Member, Project, Task, User


async def lock_projects(
    tx: Transaction, ids: Iterable[UUID], *, alone: bool = False
) -> dict[UUID, Project]:
    """Return the live projects of these ids; none of them is closed or deleted meanwhile.

    Args:
        tx: holds the locks until its end.
        ids: in any order.
        alone: nobody else puts a task into one of them meanwhile, either.
    """
    those = select(Project).where(Project.id.in_(sorted(set(ids)))).order_by(Project.id)
    locked = those.for_no_key_update() if alone else those.for_share()
    return {project.id: project for project in await tx.all(locked)}


async def lock_person(tx: Transaction, person: UUID) -> bool:
    """Make whoever counts this person's tasks wait; tell whether there is such a person."""
    row = select(User.id).where(User.id == person)
    return await tx.first(row.for_no_key_update()) is not None


async def lock_membership(tx: Transaction, project: UUID, person: UUID) -> bool:
    """Tell whether somebody is a member of a project; they stay one meanwhile."""
    row = select(Member.id).where(Member.project == project, Member.user == person)
    return await tx.first(row.for_share()) is not None


async def lock_task(tx: Transaction, task: UUID, *, deleted: bool = False) -> Task | None:
    """Return a task that nobody else changes meanwhile; None where there is none."""
    row = select(Task).where(Task.id == task).for_no_key_update()
    return await tx.first(row.only_deleted() if deleted else row)
