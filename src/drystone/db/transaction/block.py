"""What `db.transaction(…)` returns: a transaction that is still to begin.

    async with db.transaction() as tx:                     # runs once
        await tx.execute(…)

    await db.transaction(isolation="serializable").run(f)  # f(tx), again if it lost

Nothing is sent before the block is entered, or the function run.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from drystone.db.history.author import name_author

from .transactions import DEFAULT_ATTEMPTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from drystone.db.history.author import Author

    from .mode import Isolation
    from .transaction import Transaction
    from .transactions import Transactions

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class TransactionBlock:
    """A transaction for `async with`, or for a function that may run several times.

    Attributes:
        transactions: begins them.
        isolation: see `TransactionMode`.
        read_only: see `TransactionMode`.
        deferrable: see `TransactionMode`.
        attempts: how often `run` may run its function; None for what `Transactions.run`
            says. A block runs once.
        author: in whose name the history records what it changes.
    """

    transactions: Transactions
    isolation: Isolation = "read_committed"
    read_only: bool = False
    deferrable: bool = False
    attempts: int | None = None
    author: Author | None = None
    _open: Transaction | None = field(default=None, init=False)

    async def __aenter__(self) -> Transaction:
        transaction = self.transactions.open(
            isolation=self.isolation,
            read_only=self.read_only,
            deferrable=self.deferrable,
            attempts=1 if self.attempts is None else self.attempts,
        )
        if self._open is not None:
            raise RuntimeError("this transaction was begun already: write db.transaction() again")
        self._open = transaction
        await transaction.__aenter__()
        if self.author is not None:
            try:
                await name_author(transaction, self.author)
            except BaseException:
                # There will be no block whose end would roll it back.
                await transaction.__aexit__(*sys.exc_info())
                raise
        return transaction

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._open is not None:
            await self._open.__aexit__(kind, error, traceback)

    async def run(self, function: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `function` in a transaction, again where it lost; see `Transactions.run`."""
        author = self.author

        async def run_signed(tx: Transaction) -> T:
            if author is not None:
                await name_author(tx, author)
            return await function(tx)

        return await self.transactions.run(
            function if author is None else run_signed,
            isolation=self.isolation,
            read_only=self.read_only,
            deferrable=self.deferrable,
            attempts=DEFAULT_ATTEMPTS if self.attempts is None else self.attempts,
        )
