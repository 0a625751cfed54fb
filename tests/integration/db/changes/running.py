"""Run drafts as the migrator does: in a transaction, or statement by statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.migrations.sections import read_sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from drystone.db.changes.draft import MigrationDraft
    from drystone.db.migrations.sections import Section

    Connection = asyncpg.Connection[asyncpg.Record]


async def run_up(connection: Connection, drafts: Sequence[MigrationDraft]) -> None:
    for draft in drafts:
        await _run(connection, read_sections(draft.render())[0])


async def run_down(connection: Connection, drafts: Sequence[MigrationDraft]) -> None:
    for draft in reversed(drafts):
        section = read_sections(draft.render())[1]
        assert section is not None, "no way back"
        await _run(connection, section)


async def _run(connection: Connection, section: Section) -> None:
    if section.transactional:
        async with connection.transaction():
            for statement in section.statements:
                await connection.execute(statement.text)
        return
    for statement in section.statements:
        while await connection.execute(statement.text) != "UPDATE 0" and statement.repeat:
            pass
