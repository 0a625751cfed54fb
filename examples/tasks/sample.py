"""Five thousand tasks to look at, and all that hangs on them; or as many as are wanted.

Everything is one transaction, so that a start that breaks off leaves no half of it. The rows
go in by COPY. Of their history the triggers could say only that all of it was made this
moment; so they are silent meanwhile, and one statement tells what the rows' own times
tell: `as_of` and the activity of a project are then as in a tracker that was used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from drystone import Database, Transaction, load_sql, select
from drystone.db.pool.config import PoolConfig
from examples.tasks.models import Task, User
from examples.tasks.sample_rows import BEGIN, make_sample

TASKS = 5_000

_SQL: Final = Path(__file__).with_name("sample_sql")
_HISTORY_OFF: Final = (_SQL / "history_off.sql").read_text("utf-8")
_HISTORY_ON: Final = (_SQL / "history_on.sql").read_text("utf-8")
_TELL_HISTORY: Final = load_sql(_SQL / "tell_history.sql")

# Of one COPY: often enough for whoever looks on.
_ROWS_AT_A_TIME: Final = 5_000

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
        if not await tx.exists(select(User).with_deleted()):
            await fill(tx, tasks)
        return await tx.count(select(Task))


async def fill(
    tx: Transaction, tasks: int, *, tell: Callable[[str, int], None] = lambda _table, _rows: None
) -> None:
    """Make so many tasks, and all that hangs on them.

    Args:
        tx: of the tables' owner; takes it all back where it fails.
        tasks: how many.
        tell: is given the table and the number of rows, each time that some are in it.

    Raises:
        Problem: the database is away, or refuses.
    """
    await tx.connection.script(_HISTORY_OFF)
    for table in make_sample(tasks):
        for rows in _pieces(table.rows):
            await tx.connection.copy_in(
                table.name, columns=table.columns, records=rows, schema="public"
            )
            tell(table.name, len(rows))
    await tx.execute(_TELL_HISTORY.with_values({"since": BEGIN}))
    await tx.connection.script(_HISTORY_ON)


def _pieces(rows: Iterable[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    waiting = iter(rows)
    while piece := list(islice(waiting, _ROWS_AT_A_TIME)):
        yield piece
