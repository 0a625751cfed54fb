"""A folder of migrations and a database, as the tests of migrations need them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import asyncpg

from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.events import Event
from drystone.db.migrations.files import MigrationFile
from drystone.db.migrations.history import Entry
from drystone.db.migrations.patience import Patience
from drystone.db.migrations.runner import down, status, up

ALONE = " transaction:false"
# Nothing here waits for chance or for long; a lock is given up at once and tried again.
QUICK = Patience(
    lock_timeout_seconds=0.1, attempts=100, first_delay_seconds=0.02, longest_delay_seconds=0.05
)


_ACTIVE = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
               AND state = 'active' AND pid <> pg_backend_pid() AND starts_with(query, $1))
"""
_INDEX_WAITS = """
SELECT EXISTS (SELECT FROM pg_stat_progress_create_index
               WHERE datname = current_database() AND phase ~ 'waiting' AND index_relid <> 0)
"""


class Place:
    """One database and the folder that it is migrated from."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.events: list[str] = []

    def write(
        self, number: int, name: str, up: str, down: str = "", *, alone: bool = False
    ) -> Path:
        """Write a migration; `alone` means without a transaction."""
        option = ALONE if alone else ""
        path = self.folder / f"{number:04d}_{name}.sql"
        path.write_text(f"-- migrate:up{option}\n{up}\n-- migrate:down{option}\n{down}\n")
        return path

    async def up(self, **options: object) -> list[str]:
        """Apply what is pending; return the labels of the application's own."""
        return labels(await up(self.connect, self.folder, **self._with(options)))  # type: ignore[arg-type]  # passed on

    async def down(self, **options: object) -> list[str]:
        """Revert; return the labels."""
        return labels(await down(self.connect, self.folder, **self._with(options)))  # type: ignore[arg-type]  # passed on

    def _with(self, options: dict[str, object]) -> dict[str, object]:
        return {"patience": QUICK, "on_event": self.tell} | options

    def tell(self, event: Event) -> None:
        self.events.append(str(event))

    async def entries(self) -> dict[str, Entry]:
        """Return the application's migrations by their labels."""
        found = await status(self.connect, self.folder)
        return {entry.label: entry for entry in found if entry.source == "app"}

    async def states(self) -> dict[str, str]:
        """Return where each of the application's migrations stands."""
        return {label: entry.state for label, entry in (await self.entries()).items()}

    @property
    def connect(self) -> Callable[[], Awaitable[asyncpg.Connection[asyncpg.Record]]]:
        """What opens a connection, as the runner wants it."""
        return partial(connect_direct, self.url)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        """Yield a connection of the test's own."""
        connection = await asyncpg.connect(self.url)
        try:
            yield connection
        finally:
            await connection.close()

    async def value(self, query: str, *arguments: object) -> object:
        """Return what a query gives."""
        async with self.connection() as connection:
            return await connection.fetchval(query, *arguments)

    async def run(self, *statements: str) -> None:
        """Run statements, one after the other."""
        async with self.connection() as connection:
            for statement in statements:
                await connection.execute(statement)

    async def until(self, query: str) -> None:
        """Return as soon as a query gives true."""
        async with self.connection() as connection, asyncio.timeout(30):
            while not await connection.fetchval(query):
                await asyncio.sleep(0.01)

    async def until_active(self, beginning: str) -> None:
        """Return as soon as another connection runs a statement that begins so."""
        async with self.connection() as connection, asyncio.timeout(30):
            while not await connection.fetchval(_ACTIVE, beginning):
                await asyncio.sleep(0.01)

    async def until_index_waits(self) -> None:
        """Return as soon as an index that is made concurrently waits for a transaction."""
        await self.until(_INDEX_WAITS)

    def said(self, *words: str) -> bool:
        """Tell whether an event had all of the words."""
        return any(all(word in event for word in words) for event in self.events)


def labels(files: tuple[MigrationFile, ...]) -> list[str]:
    return [file.label for file in files if file.source == "app"]
