"""One migration after the other, with the migrators' lock held.

A section in a transaction is `transactional.py`, one without is `stepwise.py`. Both begin
with a connection as fresh as if it had just been opened, and with a look at the lock.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import asyncpg

from . import ledger, transactional
from .events import Began, Finished
from .execute import explain
from .patience import retry
from .session import LOST, refresh
from .stepwise import Stepper

if TYPE_CHECKING:
    from .events import OnEvent
    from .files import MigrationFile
    from .ledger import Row
    from .lock import Held
    from .patience import Patience
    from .sections import Section
    from .session import Connection


class Work:
    """Applies and reverts single migrations.

    Args:
        connection: the migrator's.
        lock: held as long as this is used.
        patience: for the locks of others.
        on_event: is told of the progress.
    """

    def __init__(
        self, connection: Connection, lock: Held, *, patience: Patience, on_event: OnEvent
    ) -> None:
        self._connection = connection
        self._lock = lock
        self._patience = patience
        self._on_event = on_event

    async def run(
        self, file: MigrationFile, section: Section, row: Row | None, *, reverting: bool
    ) -> None:
        """Apply or revert a migration, or what is left to do of it.

        Args:
            file: the migration.
            section: the one of its two that is to run.
            row: of the ledger; None where it was never begun.
            reverting: whether that is `down`.

        Raises:
            StatementFailed: PostgreSQL refused.
            DatabaseLost: a connection ended.
        """
        # A finished one is at position 0, and a reverted one begins there.
        position = 0 if row is None else row.position
        self._on_event(Began(file.label, reverting, position, len(section.statements)))
        try:
            await self._lock.check()
            await refresh(
                self._connection, lock_timeout_seconds=self._patience.lock_timeout_seconds
            )
            if section.transactional:
                duration_ms = await self._run_at_once(file, section, reverting=reverting)
            else:
                duration_ms = await self._run_stepwise(file, section, row, reverting=reverting)
        except (*LOST, asyncpg.PostgresError) as error:
            raise explain(error, file, line=section.line) from error
        self._on_event(Finished(file.label, reverting, duration_ms))

    async def _run_at_once(self, file: MigrationFile, section: Section, *, reverting: bool) -> int:
        async def attempt() -> int:
            return await transactional.run(
                self._connection, file, section, reverting=reverting, patience=self._patience
            )

        return await retry(
            attempt, label=file.label, patience=self._patience, on_event=self._on_event
        )

    async def _run_stepwise(
        self, file: MigrationFile, section: Section, row: Row | None, *, reverting: bool
    ) -> int:
        began = time.monotonic()
        await self._open_record(file, row, reverting=reverting)
        stepper = Stepper(
            self._connection,
            file,
            section,
            patience=self._patience,
            lock=self._lock,
            on_event=self._on_event,
        )
        await stepper.run(row.position if row else 0, row.statement if row else None)
        # What a statement SET must not keep the record from being written.
        await self._connection.execute("RESET SESSION AUTHORIZATION")
        if reverting:
            await ledger.delete(self._connection, file)
        else:
            await ledger.finish(self._connection, file, duration_ms=0)
        return round((time.monotonic() - began) * 1000)

    async def _open_record(self, file: MigrationFile, row: Row | None, *, reverting: bool) -> None:
        """See to it that the ledger has a row that says what is under way."""
        if row is None:
            await ledger.insert(self._connection, file)
        elif row.state == "done" and reverting:
            await ledger.begin_reverting(self._connection, file)
        else:
            await ledger.adopt(self._connection, file)
