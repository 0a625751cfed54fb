"""A PostgreSQL for the tests: one server for a run, one database for a test.

`database_url` is the one to ask for: the URL of a database of the test's own, cloned
from a template. What is in the template is said by the fixture `migrate`, an async
function from a URL to None; a module, class or folder that needs tables overrides it:

    @pytest.fixture
    def migrate() -> Migrate:
        return create_the_tables

The template is made once for a run and function, by whichever worker needs it first.
The server is embedded and without durability, and the workers of pytest-xdist share
it; `DRYSTONE_TEST_POSTGRES_URL` names a running one instead, by a role that may
create databases. Nothing of either is left behind: what a run makes carries its
name, and the process that began the run removes it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio

from drystone.db.embedded.server import EmbeddedPostgres

Migrate = Callable[[str], Awaitable[None]]

_GIVEN_URL = "DRYSTONE_TEST_POSTGRES_URL"
# Set by the process that begins the run, inherited by xdist's workers.
_RUN = "DRYSTONE_TEST_RUN_DIRECTORY"
_PREFIX = "drystone-test-"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server, by a role that may create databases.

    Attributes:
        admin_url: of the database in which they are created.
        run: what the names of this run's databases begin with.
    """

    admin_url: str
    run: str

    def url(self, database: str) -> str:
        """Return the URL of a database of this server."""
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{database}"))

    async def create_template(self, migrate: Migrate) -> str:
        """Return the name of a database that `migrate` has filled, made at the first call."""
        function = f"{migrate.__module__}.{getattr(migrate, '__qualname__', migrate)}"
        name = f"{self.run}_template_{hashlib.sha256(function.encode()).hexdigest()[:12]}"
        async with self._admin() as admin:
            if await _exists(admin, name):
                return name
            # The lock ends with the connection, so a worker that dies frees it.
            await admin.execute("SELECT pg_advisory_lock(hashtext($1))", name)
            if not await _exists(admin, name):
                draft = f"{name}_draft"
                await admin.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
                await admin.execute(f'CREATE DATABASE "{draft}"')
                await migrate(self.url(draft))
                # Renamed when whole: nobody clones half a migration.
                await admin.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
        return name

    @asynccontextmanager
    async def clone(self, template: str) -> AsyncIterator[str]:
        """Yield the URL of a fresh copy of `template`; dropped afterwards."""
        name = f"{self.run}_{secrets.token_hex(6)}"
        async with self._admin() as admin:
            # Measured without fsync: copying files 18 ms, through the log 35 ms. With it, as
            # a server that runs for others has it: 350 ms and 250 ms.
            strategy = "WAL_LOG" if await admin.fetchval("SHOW fsync") == "on" else "FILE_COPY"
            await admin.execute(
                f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY {strategy}'
            )
        try:
            yield self.url(name)
        finally:
            async with self._admin() as admin:
                await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def drop_all(self) -> None:
        """Drop every database of this run."""
        async with self._admin() as admin:
            for row in await admin.fetch("SELECT datname FROM pg_database"):
                if row["datname"].startswith(self.run):
                    await admin.execute(f'DROP DATABASE "{row["datname"]}" WITH (FORCE)')

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        connection = await asyncpg.connect(self.admin_url)
        try:
            yield connection
        finally:
            await connection.close()


async def _exists(admin: asyncpg.Connection[asyncpg.Record], name: str) -> bool:
    found = await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name)
    return found is not None


def _run_name(directory: str) -> str:
    return "test_" + Path(directory).name.removeprefix(_PREFIX).lower()


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run, unless this is a worker in one, and see to its end."""
    if not hasattr(config, "workerinput"):
        os.environ[_RUN] = tempfile.mkdtemp(prefix=_PREFIX)
        # Not pytest_unconfigure, which ends with the first plugin that fails in it.
        config.add_cleanup(_end_run)


def _end_run() -> None:
    directory = os.environ.pop(_RUN)
    if given := os.environ.get(_GIVEN_URL):
        asyncio.run(PostgresServer(given, _run_name(directory)).drop_all())
    shutil.rmtree(directory)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_server() -> AsyncIterator[PostgresServer]:
    """The server of this run: the one given, or an embedded one that the workers share."""
    directory = os.environ[_RUN]
    if given := os.environ.get(_GIVEN_URL):
        yield PostgresServer(given, _run_name(directory))
        return
    async with EmbeddedPostgres(Path(directory) / "postgres", durable=False) as server:
        yield PostgresServer(server.url("postgres"), _run_name(directory))


@pytest.fixture
def migrate() -> Migrate:
    """What fills the template: nothing, unless a test overrides this."""
    return leave_empty


async def leave_empty(url: str) -> None:
    """Fill the database at `url` with nothing."""


@pytest_asyncio.fixture
async def database_url(postgres_server: PostgresServer, migrate: Migrate) -> AsyncIterator[str]:
    """The URL of a database of this test's own, with what `migrate` puts into it."""
    template = await postgres_server.create_template(migrate)
    async with postgres_server.clone(template) as url:
        yield url
