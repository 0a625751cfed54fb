"""Run a script of interleaved sessions, and compare each answer with what is written.

Each session has a connection of its own. Whether a statement waits is asked of the
server, never guessed from the time that it takes: it waits when what blocks it is a
session that does nothing, or that waits itself, since then only the script's next
line can free it. A statement that ends its own wait by an error (a deadlock, a
timeout) is simply awaited.

Of two sessions in a deadlock PostgreSQL refuses the one whose `deadlock_timeout` runs
out first. Where the role may set it, it is an hour, and some milliseconds for the
statement that the script says is refused. Where it may not, the others are left to
wait until theirs has run out without finding a deadlock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import asyncpg

from tests.session_script import Outcome, Step, parse_script

# Far beyond what a busy machine needs: past it the script hangs.
_PATIENCE_SECONDS = 60
_POLL_SECONDS = 0.005

_DEADLOCK = "40P01"
# Deadlock, lock_timeout or NOWAIT, statement_timeout: the wait ends by itself.
_ENDS_ITS_WAIT = frozenset({_DEADLOCK, "55P03", "57014"})

_IS_BLOCKED = """
    SELECT EXISTS (
        SELECT FROM unnest(pg_blocking_pids($1) || pg_safe_snapshot_blocking_pids($1)) AS pid
        JOIN pg_stat_activity AS blocker USING (pid)
        WHERE blocker.state LIKE 'idle%' OR cardinality(pg_blocking_pids(pid)) > 0
    )"""
_IS_CONNECTED = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)"
_MAY_SET_TIMEOUT = "SELECT has_parameter_privilege('deadlock_timeout', 'SET')"
# The start of a wait is not there at once.
_FOUND_NO_DEADLOCK = """
    SELECT coalesce(bool_and(coalesce(clock_timestamp() - waitstart > 2 * timeout, false)), true)
    FROM pg_locks, CAST(current_setting('deadlock_timeout') AS interval) AS timeout
    WHERE pid = ANY($1::int[]) AND NOT granted"""
_SPEAKS_ENGLISH = "SELECT current_setting('lc_messages') ~ '^(C|POSIX|en|$)'"

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class ScriptFailed(AssertionError):
    """The database did not do what the script says."""


@dataclass
class _Session:
    connection: Connection
    pid: int
    task: asyncio.Task[Outcome] | None = None


@dataclass
class _Stage:
    """The sessions of one script, and a connection that watches them."""

    url: str
    watcher: Connection
    sets_timeout: bool
    compares_messages: bool
    sessions: dict[str, _Session] = field(default_factory=dict)

    async def play(self, step: Step) -> None:
        """Do one step.

        Raises:
            ScriptFailed: something else came of it.
        """
        if step.kind == "answer":
            await self._receive(step)
            return
        await self._check_waiters()
        if step.kind == "break":
            await self._break(step)
        else:
            await self._run(step)

    async def end(self) -> None:
        """Make sure that every statement was answered.

        Raises:
            ScriptFailed: one still waits, or was answered unseen.
        """
        await self._check_waiters()
        for name, session in self.sessions.items():
            if session.task:
                raise ScriptFailed(f"at the end: {name} still waits")

    async def close(self) -> None:
        """Break all connections, whatever they are doing."""
        for session in self.sessions.values():
            session.connection.terminate()
        tasks = [session.task for session in self.sessions.values() if session.task]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, step: Step) -> None:
        session = await self._session(step.session)
        if session.task:
            raise ScriptFailed(f"line {step.line}: {step.session} still waits")
        if step.sqlstate == _DEADLOCK:
            await self._become_victim(session)
        session.task = asyncio.create_task(_execute(session.connection, step.statement))
        if not step.waits:
            await self._receive(step)
        elif await self._is_answered(session):
            raise ScriptFailed(f"line {step.line}: does not wait, got {session.task.result()}")

    async def _receive(self, step: Step) -> None:
        session = self.sessions.get(step.session)
        if session is None or session.task is None:
            raise ScriptFailed(f"line {step.line}: {step.session} is not waiting")
        if step.sqlstate in _ENDS_ITS_WAIT:
            await asyncio.wait({session.task})
        elif not await self._is_answered(session):
            raise ScriptFailed(f"line {step.line}: {step.session} waits")
        outcome = session.task.result()
        session.task = None
        if not step.accepts(outcome, compare_messages=self.compares_messages):
            raise ScriptFailed(f"line {step.line}: got {outcome}")

    async def _check_waiters(self) -> None:
        """Make sure that those who wait still do: the script says who frees whom."""
        for name, session in self.sessions.items():
            if session.task and await self._is_answered(session):
                raise ScriptFailed(f"{name} was answered unseen: {session.task.result()}")

    async def _is_answered(self, session: _Session) -> bool:
        """Wait until a statement is answered, or waits; tell which."""
        assert session.task
        while not session.task.done():
            if await self.watcher.fetchval(_IS_BLOCKED, session.pid):
                return False
            await asyncio.wait({session.task}, timeout=_POLL_SECONDS)
        return True

    async def _break(self, step: Step) -> None:
        session = self.sessions.pop(step.session)
        session.connection.terminate()
        while await self.watcher.fetchval(_IS_CONNECTED, session.pid):
            await asyncio.sleep(_POLL_SECONDS)

    async def _become_victim(self, session: _Session) -> None:
        if self.sets_timeout:
            await session.connection.execute("SET deadlock_timeout = '10ms'")
            return
        waiting = [other.pid for other in self.sessions.values() if other.task]
        while not await self.watcher.fetchval(_FOUND_NO_DEADLOCK, waiting):
            await asyncio.sleep(_POLL_SECONDS)

    async def _session(self, name: str) -> _Session:
        if name not in self.sessions:
            connection = await _connect(self.url)
            self.sessions[name] = _Session(connection, connection.get_server_pid())
            if self.sets_timeout:
                await connection.execute("SET deadlock_timeout = '1h'")
        return self.sessions[name]


async def run_script(script: str, url: str, *, first_line: int = 1) -> None:
    """Run a script on the database at `url`.

    Args:
        script: as `tests.session_script` describes.
        url: of a database that has what the script needs.
        first_line: number of the script's first line in its page.

    Raises:
        ScriptError: the script is not written as scripts are.
        ScriptFailed: the database did not do what it says; names the line.
    """
    steps = parse_script(script, first_line=first_line)
    async with _stage(url) as stage:
        for step in steps:
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await stage.play(step)
            except TimeoutError:
                raise ScriptFailed(f"line {step.line}: nothing came of it") from None
        await stage.end()


@asynccontextmanager
async def _stage(url: str) -> AsyncIterator[_Stage]:
    watcher = await _connect(url)
    stage = _Stage(
        url,
        watcher,
        sets_timeout=await watcher.fetchval(_MAY_SET_TIMEOUT),
        compares_messages=await watcher.fetchval(_SPEAKS_ENGLISH),
    )
    try:
        yield stage
    finally:
        await stage.close()
        await watcher.close()


async def _connect(url: str) -> Connection:
    settings = {"default_transaction_isolation": "read committed"}
    return await asyncpg.connect(url, server_settings=settings)


async def _execute(connection: Connection, statement: str) -> Outcome:
    try:
        prepared = await connection.prepare(statement)
        rows = await prepared.fetch()
    except asyncpg.PostgresError as error:
        return Outcome((error.args[0],), sqlstate=error.sqlstate)
    # A function that returns nothing still gives a row.
    if any(column.type.name != "void" for column in prepared.get_attributes()):
        return Outcome(_lines(rows), returned_rows=True)
    return Outcome((prepared.get_statusmsg() or "",))


def _lines(rows: list[asyncpg.Record]) -> tuple[str, ...]:
    return tuple(" | ".join(map(_text, row)) for row in rows) or ("(no rows)",)


def _text(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else str(value)
