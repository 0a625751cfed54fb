"""From any schema to any other and back, on a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.integration.db.changes.running import run_down, run_up
from tests.integration.db.changes.schemas import Schema, schemas

from drystone.db.catalog.read import read_catalog
from drystone.db.changes.compare import EVERYTHING, compare
from drystone.db.changes.draft import write_migration
from drystone.db.changes.errors import ChangeRefused
from drystone.db.changes.renames import ColumnRename, Renames, TableRename, rename_catalog
from drystone.db.changes.settle import create_statements

if TYPE_CHECKING:
    from tests.integration.db.changes.running import Connection
    from tests.postgres import Migrate

    from drystone.db.catalog.records import Catalog

TOUCH = """
CREATE SCHEMA drystone;
CREATE FUNCTION drystone.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
"""


async def create_touch(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(TOUCH)
    await connection.close()


async def open_public(url: str) -> Connection:
    # A role that is called as the platform's schema would make its tables there.
    return await asyncpg.connect(url, server_settings={"search_path": "public"})


@pytest.fixture
def migrate() -> Migrate:
    return create_touch


async def build(connection: Connection, schema: Schema) -> Catalog:
    """Make a schema and read it, in the form that PostgreSQL's prints settle in."""
    catalog = await remake(connection, schema.ddl)
    return await remake(connection, "\n".join(create_statements(catalog)))


async def remake(connection: Connection, ddl: str) -> Catalog:
    await connection.execute(f"DROP SCHEMA public CASCADE; CREATE SCHEMA public; {ddl}")
    return await read_catalog(connection)


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(old=schemas(), new=schemas())
async def test_up_gives_what_was_wanted_and_down_what_was_there(
    database_url: str, old: Schema, new: Schema
) -> None:
    connection = await open_public(database_url)
    try:
        wanted = await build(connection, new)
        present = await build(connection, old)
        try:
            columns = {(t.name, c.name) for t in wanted.tables for c in t.columns}
            changes = compare(
                present,
                wanted,
                backfills={key: value for key, value in new.fills.items() if key in columns},
                scope=EVERYTHING,
            )
        except ChangeRefused:
            assume(False)
        drafts = write_migration(changes, name="change")
        await run_up(connection, drafts)
        assert await read_catalog(connection) == wanted
        await run_down(connection, drafts)
        assert await read_catalog(connection) == present
    finally:
        await connection.close()


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(schema=schemas(), data=st.data())
async def test_renames_are_foretold_as_postgresql_prints_them(
    database_url: str, schema: Schema, data: st.DataObject
) -> None:
    connection = await open_public(database_url)
    try:
        present = await build(connection, schema)
        assume(present.tables)
        table = data.draw(st.sampled_from(present.tables))
        column = data.draw(st.sampled_from(table.columns))
        table_name = data.draw(st.sampled_from((table.name, "People", "limit")))
        column_name = data.draw(st.sampled_from(("end", "label", "lower")))
        renames = Renames(
            (TableRename(table.name, table_name),) if table_name != table.name else (),
            (ColumnRename(table_name, column.name, column_name),),
        )
        foretold = rename_catalog(present, renames)
        drafts = write_migration(compare(present, foretold, renames=renames), name="rename")
        assert len(drafts) == 1
        await run_up(connection, drafts)
        assert await read_catalog(connection) == foretold
        await run_down(connection, drafts)
        assert await read_catalog(connection) == present
    finally:
        await connection.close()
