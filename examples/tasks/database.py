"""The connections to PostgreSQL, and what its refusals mean to a caller."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg

from drystone.errors import Unavailable, UniqueViolation, ValidationFailed, Violation

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

# How long one waits for a free connection, and for an answer.
ACQUIRE_SECONDS = 2.0
STATEMENT_SECONDS = 5.0

# The database is away, starting, stopping, full or too slow: all of it passes.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)


class Database:
    """The pool of this process; open while the application runs."""

    def __init__(self) -> None:
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    @asynccontextmanager
    async def open(self, url: str | None) -> AsyncIterator[None]:
        """Keep a pool open. It connects on demand, so the database may come later."""
        if url is None:
            raise RuntimeError("DATABASE_URL is not set; set it, or start with: make run")
        async with asyncpg.create_pool(
            url,
            min_size=0,
            max_size=10,
            timeout=ACQUIRE_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            # Nothing here changes a connection's state, so nothing need be reset.
            reset=_keep,
        ) as self._pool:
            yield

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Connection]:
        """Lend a connection, and turn what PostgreSQL refuses into a problem.

        Raises:
            UniqueViolation, ValidationFailed: what was written does not fit.
            Unavailable: the database is away.
        """
        if self._pool is None:
            raise RuntimeError("the database is opened when the application starts")
        try:
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                yield connection
        except asyncpg.UniqueViolationError as error:
            raise UniqueViolation(f"There is one already: {error.constraint_name}.") from error
        except asyncpg.ForeignKeyViolationError as error:
            raise _unknown_reference(error) from error
        except (asyncpg.DataError, asyncpg.CheckViolationError) as error:
            raise ValidationFailed("A value is outside of what can be stored.") from error
        except AWAY as error:
            raise Unavailable("The database cannot be reached.") from error

    async def ask(self) -> None:
        """Return if the database answers."""
        async with self.connect() as connection:
            await connection.execute("SELECT 1")


async def _keep(_connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Hand a connection back as it is."""


def _unknown_reference(error: asyncpg.ForeignKeyViolationError) -> ValidationFailed:
    # PostgreSQL names a constraint <table>_<column>_fkey.
    name = error.constraint_name or ""
    column = name.removeprefix(f"{error.table_name}_").removesuffix("_fkey")
    fault = Violation(code="not_found", detail="does not exist", pointer=f"/{column}")
    return ValidationFailed(errors=[fault])


database = Database()
