"""The schema that migration files make, or models: tried out in a database to throw away.

    files ─► scratch database ─► catalogue          as `up` and `down` would leave it
    models ─► the same, rolled back ─► catalogue    as `up` should leave it

PostgreSQL says what a schema is; nothing is worked out from the text of files. Models
are tried in the database that the files have filled, with its tables out of the way, so
that they may use functions, types and extensions that were written by hand.

What PostgreSQL prints of an expression is not always what it prints of that print. So
the models' schema is made a second time, from what was read of it (`changes/settle.py`):
migration files hold what was printed.
"""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.catalog.read import read_catalog
from drystone.db.catalog.scratch import ScratchRefused, scratch_database
from drystone.db.changes import settle
from drystone.db.ddl.statements import create_statements
from drystone.db.embedded.errors import BinariesMissing
from drystone.db.embedded.server import EmbeddedPostgres

from . import ledger
from .errors import DatabaseLost, LedgerUnusable, MigrationError
from .events import ignore
from .lock import hold_lock
from .patience import Patience
from .session import LOST, describe, open_connection, refresh
from .work import Work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

    from drystone.db.catalog.records import Catalog

    from .files import MigrationFile
    from .session import Connection

    ConnectTo = Callable[[str], Awaitable[Connection]]

PLATFORM_SCHEMA = "drystone"
_SHOWN = 200


class ModelsRefused(MigrationError):
    """PostgreSQL refuses the tables that models declare."""


class ScratchSchema:
    """A database to throw away, and what can be done in it.

    Args:
        url: of the database.
        connect: opens a connection to a URL.
    """

    def __init__(self, url: str, connect: ConnectTo) -> None:
        self._url = url
        self._connect_to = connect

    async def apply(self, files: Iterable[MigrationFile]) -> None:
        """Apply migrations that were not applied here yet, in order.

        Raises:
            StatementFailed: PostgreSQL refused; what came before is applied.
        """
        async with hold_lock(self._connect, ignore) as lock, self._open() as connection:
            await ledger.prepare(connection)
            work = Work(connection, lock, patience=Patience(), on_event=ignore)
            for file in files:
                await work.run(file, file.up, None, reverting=False)

    async def revert(self, files: Sequence[MigrationFile]) -> None:
        """Revert migrations that were applied here, the last one first.

        Raises:
            StatementFailed: PostgreSQL refused.
        """
        async with hold_lock(self._connect, ignore) as lock, self._open() as connection:
            rows = await ledger.read(connection)
            work = Work(connection, lock, patience=Patience(), on_event=ignore)
            for file in reversed(files):
                if file.down is not None:
                    await work.run(file, file.down, ledger.find(rows, file), reverting=True)

    async def read(self, schema: str = "public") -> Catalog:
        """Return what a schema holds by now."""
        async with self._open() as connection:
            return await read_catalog(connection, schema=schema)

    async def read_models(self, models: Sequence[type[Any]]) -> Catalog:
        """Return what `public` would hold with the models' tables; nothing of it stays.

        Raises:
            DeclarationError: the models do not go together.
            ModelsRefused: PostgreSQL refuses a statement.
        """
        statements = create_statements(models)
        async with self._open() as connection:
            begun = connection.transaction()
            await begun.start()
            try:
                await connection.execute("SET LOCAL search_path = public")
                printed = await _make(connection, statements)
                again = settle.create_statements(printed, extensions=printed.extensions)
                return await _make(connection, again)
            finally:
                await begun.rollback()

    async def version(self) -> int:
        """Return the major version of its server."""
        async with self._open() as connection:
            return connection.get_server_version().major

    async def _connect(self) -> Connection:
        return await self._connect_to(self._url)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Connection]:
        async with open_connection(self._connect, ignore) as connection:
            await refresh(connection, lock_timeout_seconds=0)
            yield connection


async def _make(connection: Connection, statements: Iterable[str]) -> Catalog:
    """Run the statements where no table is; return what there is then."""
    for table in (await read_catalog(connection)).tables:
        await connection.execute(f"DROP TABLE IF EXISTS {quote_identifier(table.name)} CASCADE")
    for statement in statements:
        try:
            await connection.execute(statement)
        except asyncpg.PostgresError as error:
            if isinstance(error, LOST):
                raise
            shown = " ".join(statement.split())
            raise ModelsRefused(
                f"PostgreSQL refuses what the models declare: {describe(error)}\n"
                f"  statement: {shown[:_SHOWN]}{'…' * (len(shown) > _SHOWN)}"
            ) from error
    return await read_catalog(connection)


@asynccontextmanager
async def open_scratch_schema(
    url: str, *, connect: ConnectTo, tell: Callable[[str], None]
) -> AsyncIterator[ScratchSchema]:
    """Yield an empty scratch database; it is dropped afterwards.

    It is made beside the given database. Where the role may not, an embedded PostgreSQL
    is started for it, and ended afterwards.

    Args:
        url: of a database, past a PgBouncer.
        connect: opens a connection to a URL.
        tell: is told where the scratch database is, when that is not beside the given one.

    Raises:
        LedgerUnusable: there is no server where it could be made.
        EmbeddedError: the embedded PostgreSQL does not start.
        DatabaseLost: a server cannot be reached, or was lost on the way.
    """
    async with AsyncExitStack() as stack:
        try:
            try:
                scratch = await stack.enter_async_context(scratch_database(url, connect=connect))
            except ScratchRefused as refused:
                scratch = await _start_own(stack, connect, refused)
                tell(f"{refused} For now, an embedded PostgreSQL is used.")
            yield ScratchSchema(scratch, connect)
        except (*LOST, asyncpg.PostgresError) as error:
            raise DatabaseLost(f"the scratch database cannot be used: {describe(error)}") from error


async def _start_own(stack: AsyncExitStack, connect: ConnectTo, refused: ScratchRefused) -> str:
    directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="drystone-scratch-"))
    server = EmbeddedPostgres(Path(directory) / "postgres", durable=False)
    try:
        await stack.enter_async_context(server)
    except BinariesMissing:
        raise LedgerUnusable(
            f"{refused}\n  With pip install 'drystone[embedded]', one of its own is used instead."
        ) from None
    return await stack.enter_async_context(scratch_database(server.url(), connect=connect))
