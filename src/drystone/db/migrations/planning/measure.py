"""What a statement locks, rewrites and scans, found out by running it.

All files are replayed in an empty database on the same server. Each pending statement
runs in a transaction of its own there, and before it commits PostgreSQL is asked: which
table locks this server process holds (`pg_locks`), whether a table's storage is another
one (`pg_relation_filenode`: it was rewritten), and how many scans were begun on it
(`pg_stat_get_xact_numscans`, which counts those of DDL too). That a table is empty
changes none of the three; verified on 15 and 18.

What PostgreSQL will not have in a transaction is known by its form: CONCURRENTLY takes
SHARE UPDATE EXCLUSIVE on the table. Only tables that were there before the first
pending file count: nobody waits for one that is new.

Source: PostgreSQL chapters 13.3.1, 54.12 (`pg_locks`), 9.28.7, 28.2.26.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import asyncpg

from drystone.db.migrations.errors import StatementFailed
from drystone.db.migrations.execute import NEEDS_NO_TRANSACTION, execute, explain
from drystone.db.migrations.form import concurrent_index
from drystone.db.migrations.session import LOST, transaction

from .lock_mode import LockMode, parse_mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from drystone.db.migrations.files import MigrationFile
    from drystone.db.migrations.form import ConcurrentIndex
    from drystone.db.migrations.session import Connection
    from drystone.db.migrations.statements import Statement

How = Literal["measured", "known", "unknown"]

# What means something only within the transaction of the whole file.
_BOUND: Final = frozenset({"SAVEPOINT", "RELEASE", "ROLLBACK", "DECLARE", "FETCH", "MOVE", "CLOSE"})

_TABLES = """
SELECT c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_' AND c.oid <> ALL (
    SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype = 'e')
"""
_STATE = """
SELECT t.oid, pg_relation_filenode(t.oid) AS filenode,
       coalesce(pg_stat_get_xact_numscans(t.oid), 0) AS scans,
       ARRAY(SELECT l.mode FROM pg_locks l
             WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
               AND l.relation = t.oid
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       ) AS modes
FROM unnest($1::oid[]) AS t(oid)
"""
_TABLE_OF_INDEX = """
SELECT coalesce(i.indrelid, to_regclass($1)::oid)
FROM (SELECT 1) AS one LEFT JOIN pg_index i ON i.indexrelid = to_regclass($1)::oid
"""


@dataclass(frozen=True, slots=True)
class Touch:
    """What a statement does to a table that was there before.

    Attributes:
        table: qualified with its schema, as SQL writes it.
        lock: the strongest that it takes.
        rewrites: whether every row is written anew.
        scans: whether every row is read.
    """

    table: str
    lock: LockMode
    rewrites: bool = False
    scans: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a statement.

    Attributes:
        how: by measuring, by its form, or not at all.
        touches: the tables concerned, by name.
    """

    how: How
    touches: tuple[Touch, ...]


@dataclass(frozen=True, slots=True)
class _State:
    filenode: int | None
    scans: int
    lock: LockMode | None


class Meter:
    """Runs pending statements in the scratch database, and takes their measure.

    Args:
        connection: to the scratch database, outside of a transaction.
        tables: those that count, by their object ids.
    """

    def __init__(self, connection: Connection, tables: Mapping[int, str]) -> None:
        self._connection = connection
        self._tables = tables

    @classmethod
    async def start(cls, connection: Connection) -> Meter:
        """Return one for which the tables count that are there now."""
        rows = await connection.fetch(_TABLES)
        return cls(connection, {row["oid"]: row["name"] for row in rows})

    async def measure(self, file: MigrationFile) -> list[Measured]:
        """Run a file's statements; return what each did.

        Raises:
            StatementFailed: PostgreSQL refused one; `up` would fail there as well.
            DatabaseLost: the connection ended.
        """
        statements = file.up.statements
        try:
            if not file.up.transactional:
                return [await self._measure_alone(file, one) for one in statements]
            if any(one.keys[0] in _BOUND for one in statements):
                return await self._measure_together(file, statements)
            return await self._measure_apart(file, statements)
        except (*LOST, asyncpg.PostgresError) as error:
            raise explain(error, file, line=file.up.line) from error

    async def _measure_apart(
        self, file: MigrationFile, statements: Iterable[Statement]
    ) -> list[Measured]:
        """Measure each in a transaction of its own: locks end with it, so none hides another."""
        measured = []
        settings: list[Statement] = []
        for statement in statements:
            async with transaction(self._connection):
                for setting in settings:
                    await execute(self._connection, file, setting)
                measured.append(await self._measure_one(file, statement))
            if statement.keys[:2] == ("SET", "LOCAL"):
                settings.append(statement)
        return measured

    async def _measure_together(
        self, file: MigrationFile, statements: Iterable[Statement]
    ) -> list[Measured]:
        """Measure all in one transaction, each with the locks that are held by then."""
        async with transaction(self._connection):
            return [await self._measure_one(file, statement) for statement in statements]

    async def _measure_alone(self, file: MigrationFile, statement: Statement) -> Measured:
        if index := concurrent_index(statement):
            return await self._run_on_index(file, statement, index)
        try:
            async with transaction(self._connection):
                return await self._measure_one(file, statement)
        except StatementFailed as error:
            if error.sqlstate not in NEEDS_NO_TRANSACTION:
                raise
        before = await self._read()
        await execute(self._connection, file, statement)
        # No lock outlives the statement. A rewrite needs the strongest, and is seen.
        touches = [
            Touch(self._tables[oid], LockMode.ACCESS_EXCLUSIVE, rewrites=True, scans=True)
            for oid, after in (await self._read()).items()
            if _is_rewritten(before[oid], after)
        ]
        return Measured("known" if touches else "unknown", _sort(touches))

    async def _run_on_index(
        self, file: MigrationFile, statement: Statement, index: ConcurrentIndex
    ) -> Measured:
        name = index.table or index.name
        found = None
        if name is not None:
            found = await self._connection.fetchval(_TABLE_OF_INDEX, name.written)
        await execute(self._connection, file, statement)
        if found is None or found not in self._tables:
            return Measured("known", ())
        scans = index.action != "drop"
        touch = Touch(self._tables[found], LockMode.SHARE_UPDATE_EXCLUSIVE, scans=scans)
        return Measured("known", (touch,))

    async def _measure_one(self, file: MigrationFile, statement: Statement) -> Measured:
        before = await self._read()
        await execute(self._connection, file, statement)
        after = await self._read()
        touches = [
            Touch(
                self._tables[oid],
                lock,
                rewrites=_is_rewritten(before[oid], state),
                scans=state.scans > before[oid].scans,
            )
            for oid, state in after.items()
            if (lock := state.lock) is not None
        ]
        return Measured("measured", _sort(touches))

    async def _read(self) -> dict[int, _State]:
        rows = await self._connection.fetch(_STATE, list(self._tables))
        return {
            row["oid"]: _State(
                row["filenode"],
                row["scans"],
                max(map(parse_mode, row["modes"]), default=None),
            )
            for row in rows
        }


def _is_rewritten(before: _State, after: _State) -> bool:
    # A table that was dropped has none.
    return after.filenode is not None and before.filenode != after.filenode


def _sort(touches: Sequence[Touch]) -> tuple[Touch, ...]:
    return tuple(sorted(touches, key=lambda touch: (-touch.lock, touch.table)))
