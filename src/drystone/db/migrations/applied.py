"""Whether the tables are those that the code was written for: a question of `/readyz`.

A process whose migrations are not applied must get no traffic yet. One whose database is
further on may: nodes of the old version run beside those of the new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import asyncpg

from drystone.db.query.raw import sql

from .files import label_of
from .runner import read_files

if TYPE_CHECKING:
    from pathlib import Path

    from drystone.db.queries import Queries

_DONE: Final = sql("SELECT source, number FROM drystone.migration WHERE state = 'done'")


class MigrationsPending(Exception):
    """Not every migration is applied; the text names those that are not."""


class AppliedCheck:
    """Asks the database until every migration is applied, and not again.

    Args:
        folder: of the application's migrations; None for the platform's alone.

    Raises:
        FileError: the files cannot be read.
    """

    def __init__(self, folder: Path | None) -> None:
        self._pending = {
            (file.source, file.number): label_of(file.source, file.number, file.name)
            for file in read_files(folder)
        }

    async def run(self, database: Queries) -> None:
        """Return if every migration is applied.

        Raises:
            MigrationsPending: not every one is.
            Unavailable: the database does not answer.
        """
        if not self._pending:
            return
        try:
            done = await database.all(_DONE)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            done = []
        for source, number in done:
            self._pending.pop((source, number), None)
        if self._pending:
            raise MigrationsPending(
                f"to be applied: {', '.join(self._pending.values())}; run: drystone migrate up"
            )
