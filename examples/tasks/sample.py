"""Five thousand tasks to look at, and all that hangs on them; or as many as are wanted.

Everything is one transaction, so that a start that breaks off leaves no half of it. The rows
go in by COPY. Of their history the triggers could say only that all of it was made this
moment; so they are silent meanwhile, and one statement tells what the rows' own times
tell: `as_of` and the activity of a project are then as in a tracker that was used.

With 100,000 tasks, 354,000 changes are told of. PostgreSQL works for 10 seconds, 4 of them on
the history; before foreign keys were put aside it was 12.5. Making the rows takes 3 seconds,
2 of them while PostgreSQL works. (A trigger takes 27 microseconds for a row.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from drystone import Database, Transaction, load_sql, select
from drystone.db.pool.config import PoolConfig
from examples.tasks.models import Tag, Task, User
from examples.tasks.sample_records import TagRow
from examples.tasks.sample_rows import make_sample

TASKS = 5_000
SEED: Final = 2026

_SQL: Final = Path(__file__).with_name("sample_sql")
_BEFORE_COPY: Final = (_SQL / "before_copy.sql").read_text("utf-8")
_EMPTY: Final = (_SQL / "empty.sql").read_text("utf-8")
_AFTER_COPY: Final = (_SQL / "after_copy.sql").read_text("utf-8")
_TELL_HISTORY: Final = load_sql(_SQL / "tell_history.sql")

# Rows: often enough for whoever looks on.
_TOLD_AT_A_TIME: Final = 5_000

# No request waits for these statements: they may take their time, and nobody is warned.
LOADING: Final = PoolConfig(
    max_size=1, statement_timeout_seconds=600.0, slow_statement_seconds=None
)


async def fill_if_empty(url: str, *, tasks: int = TASKS) -> int:
    """Fill the tables where nobody has ever been in them; return the number of live tasks.

    Args:
        url: of a database with the tracker's tables.
        tasks: how many are made.

    Raises:
        Problem: the database is away, or refuses.
    """
    async with Database(url, config=LOADING) as database, database.transaction() as tx:
        # Two that start at once: the second one waits, and finds the rows.
        await tx.lock("sample rows")
        if await is_empty(tx):
            await fill(tx, tasks)
        return await tx.count(select(Task))


async def fill(
    tx: Transaction, tasks: int, *, tell: Callable[[str, int], None] = lambda _table, _rows: None
) -> None:
    """Make so many tasks, and all that hangs on them, beside what there is.

    Args:
        tx: of the tables' owner; takes it all back where it fails.
        tasks: how many.
        tell: is given the table and the number of rows, each time that some are in it.

    Raises:
        Problem: the database is away, or refuses.
    """
    people = await tx.count(select(User).with_deleted())
    # In the order of the sample's own, so that an empty tracker gets the same one each time.
    there = select(Tag.id, Tag.created_at, Tag.updated_at, Tag.name, Tag.colour)
    tags = [TagRow(*one) for one in await tx.all(there.order_by(Tag.id))]
    await tx.connection.script(_BEFORE_COPY)
    for table in make_sample(tasks, seed=SEED + people, people_there=people, tags_there=tags):
        # One COPY for each table: PostgreSQL takes rows in while the next ones are made.
        rows = _counted(table.rows, partial(tell, table.name))
        await tx.connection.copy_in(
            table.name, columns=table.columns, records=rows, schema="public"
        )
    await tx.execute(_TELL_HISTORY.with_values())
    await tx.connection.script(_AFTER_COPY)


async def is_empty(tx: Transaction) -> bool:
    """Tell whether nobody has ever been in the tables."""
    return not await tx.exists(select(User).with_deleted())


async def empty(tx: Transaction) -> None:
    """Remove every row of every table, and what the history tells of them.

    Raises:
        Problem: the database is away, or refuses.
    """
    await tx.connection.script(_EMPTY)


def _counted(
    rows: Iterable[tuple[object, ...]], tell: Callable[[int], None]
) -> Iterator[tuple[object, ...]]:
    """Yield the rows, and tell of so many at a time."""
    number = 0
    for number, row in enumerate(rows, start=1):
        yield row
        if number % _TOLD_AT_A_TIME == 0:
            tell(_TOLD_AT_A_TIME)
    tell(number % _TOLD_AT_A_TIME)
