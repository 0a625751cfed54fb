"""How many open tasks one person may have, also when many give them tasks at once.

Counting and assigning are two statements, and between them others may assign as well: at
READ COMMITTED nothing stops two transactions from counting 99 and making it 101 (write
skew; docs/transactions.md). So whoever is about to give somebody a task first locks that
person's row. The next one waits for the lock, and counts in a statement of its own, which
sees what the first one has committed.

The lock is FOR NO KEY UPDATE: strong enough that two of them exclude each other, and no
hindrance to foreign keys that refer to the person. A serializable transaction would do as
well, and would have to be run again each time it loses; an advisory lock would do too, and
would not tell whether the person is there. It is an agreement, not a constraint: an UPDATE
in psql is not counted.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from drystone import Transaction, select
from drystone.errors import Conflict, Violation
from examples.tasks.locking import lock_person
from examples.tasks.models import Task

MAX_OPEN_TASKS: Final = 100


async def make_room(tx: Transaction, person: UUID, tasks: int = 1) -> None:
    """Pass if a person can get so many open tasks more; nobody else gives them any meanwhile.

    Raises:
        Conflict: they would have too many.
    """
    # Without a row there is nobody to give tasks to, which the reference itself will say.
    if not await lock_person(tx, person):
        return
    open_tasks = await tx.count(select(Task).where(Task.assignee == person, Task.status != "done"))
    if open_tasks + tasks > MAX_OPEN_TASKS:
        detail = f"has {open_tasks} open tasks; {MAX_OPEN_TASKS} are the most"
        fault = Violation(code="limit", detail=detail, pointer="/assignee_id")
        raise Conflict(f"The assignee {detail}.", errors=[fault])
