"""Five thousand tasks to look at, and all that hangs on them."""

from __future__ import annotations

from drystone import Database, select
from examples.tasks.models import Task, User
from examples.tasks.sample_rows import make_sample

TASKS = 5_000


async def fill_if_empty(url: str, *, tasks: int = TASKS) -> int:
    """Fill the tables where nobody has ever been in them; return the number of live tasks.

    All of it is one transaction, so that a start that breaks off leaves no half of it.

    Args:
        url: of a database with the tracker's tables.
        tasks: how many are made.

    Raises:
        Problem: the database is away, or refuses.
    """
    async with Database(url) as database, database.transaction() as tx:
        # Two that start at once: the second one waits, and finds the rows.
        await tx.lock("sample rows")
        if not await tx.exists(select(User).with_deleted()):
            for table in make_sample(tasks):
                await tx.connection.copy_in(
                    table.name, columns=table.columns, records=table.rows, schema="public"
                )
        return await tx.count(select(Task))
