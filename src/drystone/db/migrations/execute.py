"""One statement, and what is said when PostgreSQL refuses it.

The message names file and line: the line of the word at fault, where PostgreSQL gives
its position, else the line that the statement begins at.

Source: PostgreSQL chapter 55.8, "Error and Notice Message Fields".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import asyncpg

from .errors import DatabaseLost, StatementFailed
from .session import LOST, describe

if TYPE_CHECKING:
    from .files import MigrationFile
    from .session import Connection
    from .statements import Statement

# "cannot run inside a transaction block", and a procedure's own COMMIT in one.
NEEDS_NO_TRANSACTION: Final = frozenset({"25001", "2D000"})
# lock_not_available, deadlock_detected: nothing was done, and a later try may succeed.
WORTH_RETRYING: Final = frozenset({"55P03", "40P01"})


async def execute(connection: Connection, file: MigrationFile, statement: Statement) -> int:
    """Run a statement; return how many rows it changed or returned.

    Raises:
        StatementFailed: PostgreSQL refused it.
        DatabaseLost: the connection ended.
    """
    try:
        tag = await connection.execute(statement.text)
    except (*LOST, asyncpg.PostgresError) as error:
        raise explain(error, file, statement=statement) from error
    count = tag.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


def explain(
    error: BaseException,
    file: MigrationFile,
    *,
    statement: Statement | None = None,
    line: int = 1,
) -> StatementFailed | DatabaseLost:
    """Return what is to be told of an error.

    Args:
        error: what the driver raised.
        file: the migration that was worked on.
        statement: the one that was running, if any.
        line: where there is no statement.
    """
    place = f"{file.path}:{_line_of(error, statement) if statement else line}"
    if isinstance(error, LOST) or not isinstance(error, asyncpg.PostgresError):
        return DatabaseLost(f"{place}: the connection to the database was lost: {describe(error)}")
    # Its detail and hint, which its text ends with, have lines of their own below.
    lines = [f"{place}: {' '.join(str(error.args[0]).split())}"]
    if statement is not None:
        lines.append(f"  statement: {statement.summary}")
    said = {name: getattr(error, name, None) for name in ("detail", "hint", "context")}
    lines += [f"  {name}: {' '.join(str(text).split())}" for name, text in said.items() if text]
    if error.sqlstate in NEEDS_NO_TRANSACTION:
        lines.append("  mend: write 'transaction:false' after the section's marker")
    return StatementFailed("\n".join(lines), sqlstate=error.sqlstate)


def _line_of(error: BaseException, statement: Statement) -> int:
    position = getattr(error, "position", None)
    if not position:
        return statement.line
    return statement.line + statement.text.count("\n", 0, int(position) - 1)
