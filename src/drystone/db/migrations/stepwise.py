"""A section without a transaction: statement by statement, each recorded as it is done.

    in a transaction   the statement and the step of the record commit together, so a
                       crash is before both or behind both
    repeated           likewise each round; the step comes with the round without rows
    alone              where PostgreSQL will not have it in a transaction (CONCURRENTLY,
                       VACUUM, a procedure that commits): its text is recorded first, so
                       that the next run knows what may have been begun

Whether a statement must stand alone is PostgreSQL's to say: it is tried in a transaction
first, which is refused before anything is done. Only CONCURRENTLY is known by its form,
and waits for locks without end: nobody queues behind it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, TypeVar

import asyncpg

from . import ledger
from .errors import StatementFailed
from .events import Repeated, Stepped
from .execute import NEEDS_NO_TRANSACTION, execute, explain
from .form import ConcurrentIndex, concurrent_index
from .history import done_checksum
from .leftovers import clear_up, find_index
from .patience import retry
from .session import LOST, transaction
from .statements import split_statements

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .events import OnEvent
    from .files import MigrationFile
    from .lock import Held
    from .patience import Patience
    from .sections import Section
    from .session import Connection
    from .statements import Statement

T = TypeVar("T")

_READ_LOCK_TIMEOUT: Final = "SELECT setting::integer FROM pg_settings WHERE name = 'lock_timeout'"
_SET_LOCK_TIMEOUT: Final = "SELECT set_config('lock_timeout', $1::text, false)"


class Stepper:
    """Runs the statements of one section that has a row in the ledger.

    Args:
        connection: the migrator's, outside of a transaction.
        file: the migration.
        section: the one to run.
        patience: for locks.
        lock: the migrators'; looked at before each statement.
        on_event: is told of each step.
    """

    def __init__(
        self,
        connection: Connection,
        file: MigrationFile,
        section: Section,
        *,
        patience: Patience,
        lock: Held,
        on_event: OnEvent,
    ) -> None:
        self._connection = connection
        self._file = file
        self._section = section
        self._patience = patience
        self._lock = lock
        self._on_event = on_event
        # The text of the statement that the record says was begun alone.
        self._begun: str | None = None

    async def run(self, position: int, begun: str | None) -> None:
        """Run what is left.

        Args:
            position: of the first statement that is not done.
            begun: the text of the one that was begun alone, if any.

        Raises:
            StatementFailed: PostgreSQL refused; what is before it is done and recorded.
            DatabaseLost: the connection ended.
        """
        self._begun = begun
        statements = self._section.statements
        for at in range(position, len(statements)):
            try:
                await self._run_one(at, statements[at])
            except StatementFailed as error:
                raise self._locate(at, error) from error.__cause__
            summary = statements[at].summary
            self._on_event(Stepped(self._file.label, at + 1, len(statements), summary))

    async def _run_one(self, at: int, statement: Statement) -> None:
        async def attempt() -> None:
            await self._lock.check()
            if self._begun is not None and await self._was_finished(at, self._begun):
                return
            if statement.repeat:
                await self._repeat(at, statement)
            elif index := concurrent_index(statement):
                await self._run_on_index(at, statement, index)
            else:
                await self._run_either_way(at, statement)

        await self._retry(attempt)

    async def _was_finished(self, at: int, begun: str) -> bool:
        """Clear up behind a statement that was begun; return whether nothing is left to do."""
        index = concurrent_index(split_statements(begun)[0])
        if index is None:
            return False

        async def work() -> bool:
            return await clear_up(
                self._connection, index, label=self._file.label, on_event=self._on_event
            )

        finished = await self._guard(work, at)
        # The file may say something else by now; then PostgreSQL judges the two.
        if not finished or begun != self._section.statements[at].text:
            return False
        await self._step(at, time.monotonic())
        return True

    async def _repeat(self, at: int, statement: Statement) -> None:
        async def run_round() -> int:
            began = time.monotonic()
            async with transaction(self._connection):
                rows = await execute(self._connection, self._file, statement)
                if rows == 0:
                    await self._record_step(at, began)
            return rows

        total = 0
        while rows := await self._retry(lambda: self._guard(run_round, at)):
            total += rows
            self._on_event(Repeated(self._file.label, statement.line, rows, total))
            await self._lock.check()

    async def _run_either_way(self, at: int, statement: Statement) -> None:
        async def run_in_transaction() -> None:
            began = time.monotonic()
            async with transaction(self._connection):
                await execute(self._connection, self._file, statement)
                await self._record_step(at, began)

        try:
            await self._guard(run_in_transaction, at)
        except StatementFailed as error:
            if error.sqlstate not in NEEDS_NO_TRANSACTION:
                raise
            await self._run_alone(at, statement)

    async def _run_on_index(self, at: int, statement: Statement, index: ConcurrentIndex) -> None:
        async def look() -> bool:
            found = await find_index(self._connection, index)
            if found is not None and not found.is_valid:
                raise StatementFailed(
                    f"{self._file.path}:{statement.line}: there is an invalid index {found.name}, "
                    f"which no migration left; DROP INDEX CONCURRENTLY {found.name}"
                )
            return found is not None

        async def wait_without_end() -> int:
            before = int(await self._connection.fetchval(_READ_LOCK_TIMEOUT))
            # Another time is the file's own choice.
            if before == round(self._patience.lock_timeout_seconds * 1000):
                await self._connection.execute(_SET_LOCK_TIMEOUT, "0")
            return before

        is_there = index.action == "create" and await self._guard(look, at)
        before = await self._guard(wait_without_end, at)
        try:
            # One that is there was made by others: PostgreSQL refuses or, with IF NOT
            # EXISTS, keeps it; neither is anything to resume.
            await self._run_alone(at, statement, record=not is_there)
        finally:
            if not self._connection.is_closed():
                await self._connection.execute(_SET_LOCK_TIMEOUT, str(before))

    async def _run_alone(self, at: int, statement: Statement, *, record: bool = True) -> None:
        began = time.monotonic()
        if record:
            await self._guard(lambda: self._record_begin(at, statement), at)
        await execute(self._connection, self._file, statement)
        await self._step(at, began)

    async def _record_begin(self, at: int, statement: Statement) -> None:
        text = statement.text
        await ledger.begin_statement(self._connection, self._file, position=at, text=text)
        self._begun = text

    async def _step(self, at: int, began: float) -> None:
        await self._guard(lambda: self._record_step(at, began), at)

    async def _record_step(self, at: int, began: float) -> None:
        await ledger.step(
            self._connection,
            self._file,
            position=at,
            done_checksum=done_checksum(self._section, at + 1),
            duration_ms=round((time.monotonic() - began) * 1000),
        )
        self._begun = None

    async def _retry(self, work: Callable[[], Awaitable[T]]) -> T:
        return await retry(
            work, label=self._file.label, patience=self._patience, on_event=self._on_event
        )

    async def _guard(self, work: Callable[[], Awaitable[T]], at: int) -> T:
        """Return what `work` returns; what the driver raises is explained."""
        try:
            return await work()
        except (*LOST, asyncpg.PostgresError) as error:
            statement = self._section.statements[at]
            raise explain(error, self._file, line=statement.line) from error

    def _locate(self, at: int, error: StatementFailed) -> StatementFailed:
        """Return the error with where the migration stands now."""
        of = len(self._section.statements)
        done = f"{at} of its {of} statements are done" if at else "none of its statements is done"
        stands = f"  state: {done}; mend it and run the command again to carry on from there"
        return StatementFailed(f"{error}\n{stands}", sqlstate=error.sqlstate)
