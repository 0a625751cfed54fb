"""One connection to PostgreSQL, as everything above it uses it.

    fetch, fetchrow, fetchval, execute    one statement with parameters, held prepared
    execute_many, copy_in, stream         many rows, in or out
    script                                SQL without parameters, by the simple protocol

Each ends within its deadline and fails with an error of `failures`: see `runner.py`.
A connection serves one task at a time; it does not reconnect, and knows no pool.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from drystone.db.failures import Breach, RefusedValue

from .runner import Runner, count_of
from .session_state import check_session_state
from .turns import take_turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    import asyncpg

_ALL_ROWS: Final = 0


class Connection(Runner):
    """One connection to PostgreSQL; made as `Runner` is."""

    __slots__ = ()

    async def fetch(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> list[asyncpg.Record]:
        """Run a statement and return all its rows.

        Args:
            sql: one statement, with `$1`, `$2`, … where its parameters go.
            args: the parameters.
            timeout_seconds: for this statement, in place of the connection's.

        Raises:
            Problem: what `drystone.db.failures` lists.
            ConnectionMisused: another task is using this connection, or it was given back.
            SessionStateRefused: the statement would change the session.
        """
        return (await self._run(sql, args, _ALL_ROWS, timeout_seconds))[0]

    async def fetchrow(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> asyncpg.Record | None:
        """Run a statement and return its first row, or None; raises as `fetch` does."""
        rows = (await self._run(sql, args, 1, timeout_seconds))[0]
        return rows[0] if rows else None

    async def fetchval(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> Any:
        """Run a statement and return its first row's first value, or None; see `fetch`."""
        rows = (await self._run(sql, args, 1, timeout_seconds))[0]
        return rows[0][0] if rows else None

    async def execute(
        self, sql: str, args: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> int:
        """Run a statement and return how many rows it found or changed; see `fetch`.

        Returns:
            The count in its command tag; 0 where it has none.
        """
        return count_of((await self._run(sql, args, _ALL_ROWS, timeout_seconds))[1])

    async def execute_many(
        self,
        sql: str,
        args: Iterable[Sequence[object]],
        *,
        timeout_seconds: float | None = None,
    ) -> None:
        """Run a statement once for each set of parameters: all of them, or none.

        Raises as `fetch` does; the time is that of all together.
        """

        async def run(patience: float) -> None:
            async with asyncio.timeout(patience):
                held = self._statements.find(sql) or await self._prepare(sql)
                await held.prepared.executemany(args, timeout=patience)

        await self._perform(sql, run, timeout_seconds)

    async def copy_in(
        self,
        table: str,
        *,
        columns: Sequence[str],
        records: Iterable[Sequence[object]],
        schema: str | None = None,
        timeout_seconds: float | None = None,
    ) -> int:
        """Write many rows by `COPY … FROM STDIN` in its binary form.

        Args:
            table: its name, not quoted.
            columns: theirs, in the order of each record.
            records: the rows.
            schema: of the table, where it is not on the search path.
            timeout_seconds: for all of it.

        Returns:
            How many rows were written.
        """

        async def run(patience: float) -> str:
            # Ours ends it while rows are being read, too.
            async with asyncio.timeout(patience), aclosing(take_turns(records)) as turns:
                try:
                    return await self._wire.raw.copy_records_to_table(
                        table, records=turns, columns=columns, schema_name=schema
                    )
                except OverflowError as error:
                    # As for any parameter; COPY's come without the driver's own error.
                    raise RefusedValue(Breach("22003", table=table)) from error

        return count_of((await self._perform(f"COPY {table}", run, timeout_seconds)).encode())

    async def stream(
        self,
        sql: str,
        args: Sequence[object] = (),
        *,
        prefetch: int = 500,
        timeout_seconds: float | None = None,
    ) -> AsyncIterator[asyncpg.Record]:
        """Yield a statement's rows without holding all of them; inside a transaction only.

        Args:
            sql: as for `fetch`.
            args: as for `fetch`.
            prefetch: how many rows travel at a time.
            timeout_seconds: for each such portion.
        """

        async def declare(patience: float) -> Any:
            held = self._statements.find(sql) or await self._prepare(sql)
            return await held.prepared.cursor(*args, timeout=patience)

        async def advance(patience: float) -> list[asyncpg.Record]:
            rows: list[asyncpg.Record] = await cursor.fetch(prefetch, timeout=patience)
            return rows

        cursor = await self._perform(sql, declare, timeout_seconds)
        while rows := await self._perform(sql, advance, timeout_seconds):
            for row in rows:
                yield row

    async def script(self, sql: str, *, timeout_seconds: float | None = None) -> str:
        """Run SQL without parameters, not prepared, and return the last command's tag.

        Several statements outside a transaction are one, as the simple protocol has it.
        """
        check_session_state(sql)

        async def run(patience: float) -> str:
            tag: str = await self._wire.query(sql, patience)
            return tag

        return await self._perform(sql, run, timeout_seconds)
