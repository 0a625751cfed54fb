"""Statements that were recorded, run again under EXPLAIN.

They are run in their order, in one transaction that is rolled back: with ANALYZE each has
its effect, so that the next one finds what it found the first time, and in the end nothing
is left. Where only reads were recorded the transaction is a read-only one.

A plan is made for the values at hand. A server that has run a statement five times may go
on with a plan for any values, where that is not expected to cost more (chapter
"PREPARE"); the two differ for values that are much rarer or more common than others.

Source: PostgreSQL reference, EXPLAIN.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from drystone.db.dry_run import ALLOW_WRITES
from drystone.db.failures import StatementTimeout
from drystone.db.query.raw import sql
from drystone.errors import Problem

from .plan import Plan, read_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.database import Database
    from drystone.db.pool.observed import ObservedStatement
    from drystone.db.transaction.transaction import Transaction

_SPACE: Final = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_READS: Final = re.compile(
    rf"{_SPACE}\(*{_SPACE}(SELECT|VALUES|TABLE|WITH)\b", re.IGNORECASE | re.DOTALL
)
_WRITES: Final = re.compile(rf"{_SPACE}(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE | re.DOTALL)
_CONTROLS: Final = re.compile(
    rf"{_SPACE}(BEGIN|START|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|SET)\b", re.IGNORECASE | re.DOTALL
)
_ESTIMATE: Final = re.compile(rf"{_SPACE}EXPLAIN\b", re.IGNORECASE | re.DOTALL)
_STATEMENT_SECONDS: Final = 60.0


class _Undone(Exception):
    """Leaves the transaction, so that it is rolled back."""


@dataclass(frozen=True, slots=True)
class ExplainedStatement:
    """A statement with its plan; one that was sent several times is one.

    Attributes:
        sql: its text.
        values: its parameters, those of the first time.
        seconds: that it took when it was recorded, all times together.
        times: how often it was sent.
        plan: None where there is none.
        reason: why there is none; None where there is one.
    """

    sql: str
    values: tuple[object, ...]
    seconds: float
    times: int = 1
    plan: Plan | None = None
    reason: str | None = None


def is_control(text: str) -> bool:
    """Tell whether a statement only begins, ends or configures a transaction.

    >>> is_control("BEGIN ISOLATION LEVEL SERIALIZABLE"), is_control("SELECT 1")
    (True, False)
    """
    return _CONTROLS.match(text) is not None


async def explain_all(
    db: Database, statements: Sequence[ObservedStatement], *, analyze: bool, read_only: bool
) -> tuple[ExplainedStatement, ...]:
    """Return statements with their plans; nothing is changed.

    Args:
        db: where they were run.
        statements: in their order.
        analyze: whether they are run again, so that figures are actual ones.
        read_only: whether none of them may write; then each is run again once.

    Raises:
        Problem: the database could not be asked.
    """
    explained: dict[str, ExplainedStatement] = {}
    with suppress(_Undone):
        async with db.transaction(read_only=read_only) as tx:
            if not read_only:
                await tx.execute(sql(ALLOW_WRITES))
            for one in statements:
                known = explained.get(one.sql)
                if known is None:
                    explained[one.sql] = await _explain(tx, one, analyze=analyze)
                    continue
                if not read_only:
                    # What comes behind may need what it writes.
                    await _explain(tx, one, analyze=analyze)
                explained[one.sql] = replace(
                    known, times=known.times + 1, seconds=known.seconds + one.seconds
                )
            raise _Undone
    return tuple(explained.values())


async def _explain(
    tx: Transaction, statement: ObservedStatement, *, analyze: bool
) -> ExplainedStatement:
    text, values = statement.sql, statement.values
    plan: Plan | None = None
    reason: str | None = None
    if _READS.match(text) or _WRITES.match(text):
        try:
            async with tx.savepoint():
                plan = read_plan(await _ask(tx, text, values, analyze=analyze))
        except (asyncpg.PostgresError, Problem, TypeError) as error:
            reason = _why(error)
    elif _ESTIMATE.match(text):
        reason = "it asks for what the planner expects, and reads no row"
    elif not is_control(text):
        reason = "PostgreSQL explains no statement of this kind"
    return ExplainedStatement(text, values, statement.seconds, plan=plan, reason=reason)


async def _ask(tx: Transaction, text: str, values: Sequence[object], *, analyze: bool) -> Any:
    # Without ANALYZE there is nothing to count pages of, on 15.
    options = "ANALYZE, BUFFERS, FORMAT JSON" if analyze else "FORMAT JSON"
    question = sql(f"EXPLAIN ({options}) {text}", *values)
    return (await tx.one(question, timeout_seconds=_STATEMENT_SECONDS))[0]


def _why(error: Exception) -> str:
    if isinstance(error, StatementTimeout):
        return f"it ran longer than {_STATEMENT_SECONDS:.0f} s; look at its plan with --no-analyze"
    cause = error.__cause__ or error
    return f"it failed when it was run again: {' '.join(str(cause).split())}"
