"""Making a connection usable again after its caller was cancelled.

A caller that goes away leaves its statement being cancelled and its transaction open.
It must not wait for either; the pool does, aside. What cannot be mended quickly is
terminated: a new connection costs milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.errors import Problem

if TYPE_CHECKING:
    from drystone.db.connection.connection import Connection

MEND_SECONDS: Final = 1.0


async def mend(connection: Connection) -> bool:
    """Wait for the cancelled statement, and roll back; False where that did not succeed."""
    if not await connection.settle(MEND_SECONDS):
        return False
    if connection.in_transaction():
        try:
            await connection.script("ROLLBACK", timeout_seconds=MEND_SECONDS)
        except Problem:
            return False
    return not connection.lost
