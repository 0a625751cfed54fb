"""A transaction in which everything is done and checked, and of which nothing is kept.

Constraints that wait for COMMIT (chapter 5.4, SET CONSTRAINTS) are checked at its end, as
COMMIT would have. What sequences gave out stays given out.

Where connections only read by default (`PoolConfig.read_only`) it may write all the same,
as nothing of it is kept: so `drystone explain` lets writes be tried, and no others be made.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

from drystone.db.query.raw import sql

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from drystone.db.transaction.block import TransactionBlock
    from drystone.db.transaction.transaction import Transaction

T = TypeVar("T")

ALLOW_WRITES: Final = "SET TRANSACTION READ WRITE"
_CHECK_NOW: Final = "SET CONSTRAINTS ALL IMMEDIATE"


class _NothingKept(Exception):
    """Leaves the transaction, so that it is rolled back."""


async def run_dry(block: TransactionBlock, function: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run a function in a transaction that is rolled back; return what it returned.

    Args:
        block: the transaction.
        function: has no effects but those in the database, as it may run several times.

    Raises:
        Exception: what `function` raised, or a constraint that had waited.
    """
    results: list[T] = []

    async def run(tx: Transaction) -> None:
        await tx.execute(sql(ALLOW_WRITES))
        results.append(await function(tx))
        await tx.execute(sql(_CHECK_NOW))
        raise _NothingKept

    with suppress(_NothingKept):
        await block.run(run)
    return results[-1]
