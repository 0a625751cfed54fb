"""Sections without a transaction: where they stand after a failure, and how they go on."""

from __future__ import annotations

import asyncio

import pytest
from tests.integration.db.migrations.place import Place

from drystone.db.migrations.errors import HistoryError, StatementFailed

TABLE = "CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer);"
BACKFILL = """-- migrate:repeat
UPDATE t SET b = a WHERE id IN (SELECT id FROM t WHERE b IS NULL ORDER BY id LIMIT 10);"""
INVALID = "SELECT NOT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"


@pytest.fixture
async def filled(place: Place) -> Place:
    place.write(1, "t", TABLE + "INSERT INTO t SELECT g, g % 50 FROM generate_series(1, 100) g;")
    await place.up()
    return place


async def test_each_statement_is_kept_and_recorded(filled: Place) -> None:
    filled.write(
        2,
        "many",
        f"CREATE INDEX CONCURRENTLY i ON t (a);\n{BACKFILL}\nVACUUM t;\nCREATE TABLE u ();",
        "DROP TABLE u;\nDROP INDEX CONCURRENTLY i;",
        alone=True,
    )
    assert await filled.up() == ["0002_many"]
    assert filled.said("4 of 4 done: CREATE TABLE u ()")
    assert filled.said("line 4 changed 10 rows, 100 so far")
    assert await filled.value("SELECT count(*) FROM t WHERE b = a") == 100
    row = (await filled.entries())["0002_many"].row
    assert row is not None
    assert (row.state, row.position, row.statement) == ("done", 0, None)
    assert await filled.down() == ["0002_many"]
    assert await filled.value("SELECT to_regclass('i')") is None


async def test_a_failure_keeps_what_is_done_and_says_where_it_stands(filled: Place) -> None:
    path = filled.write(
        2, "two", "CREATE TABLE u ();\nCREATE TABLE t ();\nCREATE TABLE v ();", alone=True
    )
    with pytest.raises(StatementFailed) as caught:
        await filled.up()
    assert str(caught.value).startswith(f'{path}:3: relation "t" already exists')
    assert "state: 1 of its 3 statements are done" in str(caught.value)
    entry = (await filled.entries())["0002_two"]
    assert entry.state == "applying"
    assert entry.row is not None
    assert entry.row.position == 1
    with pytest.raises(HistoryError, match="0002_two is half applied; end that with"):
        await filled.down()
    # What comes after the position may be mended in the file.
    filled.write(
        2, "two", "CREATE TABLE u ();\nCREATE TABLE t2 ();\nCREATE TABLE v ();", alone=True
    )
    filled.events.clear()
    assert await filled.up() == ["0002_two"]
    assert filled.said("applying 0002_two from statement 2 of 3")
    assert await filled.states() == {"0001_t": "applied", "0002_two": "applied"}


@pytest.mark.parametrize(
    ("mended", "alone", "said"),
    [
        ("CREATE TABLE other ();\nCREATE TABLE v ();", True, "those were changed in the file"),
        ("", True, "those were changed in the file"),
        ("CREATE TABLE u ();\nCREATE TABLE v ();", False, "keep 'transaction:false'"),
    ],
)
async def test_what_is_done_may_not_change(
    filled: Place, mended: str, alone: bool, said: str
) -> None:
    filled.write(2, "two", "CREATE TABLE u ();\nCREATE TABLE t ();", alone=True)
    with pytest.raises(StatementFailed):
        await filled.up()
    filled.write(2, "two", mended or "SELECT 1;", alone=alone)
    with pytest.raises(HistoryError, match=said):
        await filled.up()


async def test_a_half_reverted_one_is_ended_by_down(filled: Place) -> None:
    filled.write(2, "u", "CREATE TABLE u ();", "DROP TABLE u;\nDROP TABLE none;", alone=True)
    await filled.up()
    with pytest.raises(StatementFailed, match='table "none" does not exist'):
        await filled.down()
    assert (await filled.states())["0002_u"] == "reverting"
    with pytest.raises(HistoryError, match="half reverted; end that with: drystone migrate down"):
        await filled.up()
    filled.write(2, "u", "CREATE TABLE u ();", "DROP TABLE u;", alone=True)
    assert await filled.down() == ["0002_u"]
    assert (await filled.states())["0002_u"] == "pending"


async def test_a_unique_index_that_failed_is_dropped_and_made_again(filled: Place) -> None:
    filled.write(2, "i", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);", alone=True)
    with pytest.raises(StatementFailed, match="could not create unique index") as caught:
        await filled.up()
    assert "none of its statements is done" in str(caught.value)
    assert await filled.value(INVALID) is True
    entry = (await filled.entries())["0002_i"]
    assert entry.row is not None
    assert entry.row.statement == "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)"
    await filled.run("DELETE FROM t WHERE id > 50")
    assert await filled.up() == ["0002_i"]
    assert filled.said("dropped i, an invalid index of the attempt before")
    assert await filled.value(INVALID) is False


async def test_if_not_exists_does_not_take_an_invalid_index_for_done(filled: Place) -> None:
    text = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);"
    filled.write(2, "i", text, alone=True)
    with pytest.raises(StatementFailed):
        await filled.up()
    await filled.run("DELETE FROM t WHERE id > 50")
    await filled.up()
    assert await filled.value(INVALID) is False


async def test_the_file_may_be_mended_to_another_index(filled: Place) -> None:
    filled.write(2, "i", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);", alone=True)
    with pytest.raises(StatementFailed):
        await filled.up()
    filled.write(2, "i", "CREATE INDEX CONCURRENTLY j ON t (a);", alone=True)
    assert await filled.up() == ["0002_i"]
    assert await filled.value("SELECT to_regclass('i')") is None
    assert await filled.value("SELECT to_regclass('j')") is not None


async def test_an_invalid_index_of_somebody_else_is_not_touched(filled: Place) -> None:
    with pytest.raises(Exception, match="could not create unique"):
        await filled.run("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)")
    filled.write(2, "i", "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);", alone=True)
    with pytest.raises(StatementFailed, match="invalid index i, which no migration left; DROP"):
        await filled.up()
    assert await filled.value(INVALID) is True
    await filled.run("DROP INDEX CONCURRENTLY i")
    assert await filled.up() == ["0002_i"]


@pytest.mark.parametrize("exists", ["", "IF NOT EXISTS "])
async def test_a_valid_index_of_somebody_else_is_postgresqls_to_judge(
    filled: Place, exists: str
) -> None:
    await filled.run("CREATE INDEX i ON t (b)")
    filled.write(2, "i", f"CREATE INDEX CONCURRENTLY {exists}i ON t (a);", alone=True)
    for _ in range(2):
        if exists:
            await filled.up()
            assert filled.said('notice: relation "i" already exists, skipping')
        else:
            with pytest.raises(StatementFailed, match="already exists"):
                await filled.up()
    assert (
        await filled.value("SELECT pg_get_indexdef('i'::regclass)")
        == "CREATE INDEX i ON public.t USING btree (b)"
    )


async def begin(place: Place, statement: str) -> None:
    """Leave the record as a migrator leaves it that dies in its second migration's statement."""
    await place.run(
        "INSERT INTO drystone.migration (source, number, name, checksum, state, statement)"
        f" VALUES ('app', 2, 'i', '', 'applying', $${statement}$$)"
    )


async def test_an_index_that_was_finished_unrecorded_is_not_made_again(filled: Place) -> None:
    text = "CREATE INDEX CONCURRENTLY i ON t (a)"
    filled.write(2, "i", f"{text};\nCREATE TABLE u ();", alone=True)
    await filled.run(text)
    await begin(filled, text)
    oid = await filled.value("SELECT 'i'::regclass::oid")
    assert await filled.up() == ["0002_i"]
    assert filled.said("index i was finished by the attempt before")
    assert await filled.value("SELECT 'i'::regclass::oid") == oid
    assert await filled.value("SELECT to_regclass('u')") is not None


async def test_an_index_that_was_never_begun_is_made(filled: Place) -> None:
    text = "CREATE INDEX CONCURRENTLY i ON t (a)"
    filled.write(2, "i", f"{text};", alone=True)
    await begin(filled, text)
    assert await filled.up() == ["0002_i"]
    assert await filled.value(INVALID) is False


async def test_an_index_that_was_dropped_unrecorded_is_not_dropped_again(filled: Place) -> None:
    text = "DROP INDEX CONCURRENTLY i"
    filled.write(2, "i", f"{text};", alone=True)
    await begin(filled, text)
    assert await filled.up() == ["0002_i"]
    await filled.run(
        "CREATE INDEX i ON t (a)",
        "DELETE FROM drystone.migration WHERE source = 'app' AND number = 2",
    )
    await begin(filled, text)
    assert await filled.up() == ["0002_i"]
    assert await filled.value("SELECT to_regclass('i')") is None


async def test_what_reindex_left_is_dropped(filled: Place) -> None:
    await filled.run("CREATE UNIQUE INDEX i ON t (id)", "CREATE INDEX i_ccnew ON t (a)")
    if not await filled.value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        pytest.skip("only a superuser can spoil an index on purpose")
    await filled.run(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i_ccnew'::regclass"
    )
    text = "REINDEX INDEX CONCURRENTLY i"
    filled.write(2, "i", f"{text};", alone=True)
    await begin(filled, text)
    assert await filled.up() == ["0002_i"]
    assert await filled.value("SELECT to_regclass('i_ccnew')") is None
    assert await filled.value("SELECT to_regclass('i')") is not None


async def test_a_procedure_that_commits_stands_alone_and_is_called_again(filled: Place) -> None:
    await filled.run(
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET b = 1; COMMIT; END $$"
    )
    filled.write(2, "i", "CALL p();", alone=True)
    await begin(filled, "CALL p()")
    assert await filled.up() == ["0002_i"]
    assert await filled.value("SELECT count(*) FROM t WHERE b = 1") == 100


async def test_a_repeated_statement_goes_on_where_it_was(filled: Place) -> None:
    # The 60th row cannot be written until somebody mends it.
    await filled.run(
        "UPDATE t SET a = NULL WHERE id = 60", "ALTER TABLE t ADD CHECK (id <> 60 OR b IS NULL)"
    )
    filled.write(2, "fill", BACKFILL.replace("b = a", "b = coalesce(a, 0)"), alone=True)
    with pytest.raises(StatementFailed, match="violates check constraint"):
        await filled.up()
    assert await filled.value("SELECT count(*) FROM t WHERE b IS NOT NULL") == 50
    await filled.run("ALTER TABLE t DROP CONSTRAINT t_check")
    filled.events.clear()
    assert await filled.up() == ["0002_fill"]
    assert filled.said("changed 10 rows, 50 so far")
    assert await filled.value("SELECT count(*) FROM t WHERE b IS NULL") == 0


async def test_each_round_retries_its_locks(filled: Place) -> None:
    filled.write(2, "fill", BACKFILL, alone=True)
    async with filled.connection() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("SELECT FROM t WHERE id = 25 FOR UPDATE")
        migrating = asyncio.create_task(filled.up())
        while not filled.said("lock timeout", "attempt 2"):
            await asyncio.sleep(0.01)
        assert await filled.value("SELECT count(*) FROM t WHERE b IS NOT NULL") == 20
        await transaction.commit()
        assert await migrating == ["0002_fill"]
    assert await filled.value("SELECT count(*) FROM t WHERE b IS NULL") == 0


async def test_concurrently_waits_for_others_without_an_end(filled: Place) -> None:
    filled.write(
        2, "i", "CREATE INDEX CONCURRENTLY i ON t (a);\nALTER TABLE t ADD c int;", alone=True
    )
    async with filled.connection() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("INSERT INTO t VALUES (1000)")
        migrating = asyncio.create_task(filled.up())
        await filled.until_index_waits()
        # Longer than the timeout of a lock here, which would have left it invalid.
        await asyncio.sleep(0.3)
        assert not migrating.done()
        await transaction.commit()
        # The next statement waits for its lock as bounded as ever.
        blocked = other.transaction()
        await blocked.start()
        await other.execute("LOCK TABLE t IN ROW SHARE MODE")
        while not filled.said("lock timeout"):
            await asyncio.sleep(0.01)
        await blocked.rollback()
        assert await migrating == ["0002_i"]
    assert not filled.said("dropped")


async def test_an_index_that_a_dead_migrators_server_still_builds_is_waited_for(
    filled: Place,
) -> None:
    text = "CREATE INDEX CONCURRENTLY i ON t (a)"
    filled.write(2, "i", f"{text};", alone=True)
    async with filled.connection() as writer, filled.connection() as orphan:
        transaction = writer.transaction()
        await transaction.start()
        await writer.execute("INSERT INTO t VALUES (1000)")
        building = asyncio.create_task(orphan.execute(text))
        await filled.until_index_waits()
        await begin(filled, text)
        migrating = asyncio.create_task(filled.up())
        while not filled.said("waiting for i, which is still being built"):
            await asyncio.sleep(0.01)
        await transaction.commit()
        await building
        assert await migrating == ["0002_i"]
    assert filled.said("index i was finished by the attempt before")


async def test_the_files_own_lock_timeout_holds(filled: Place) -> None:
    filled.write(
        2,
        "i",
        "SET lock_timeout = '1234ms';\nCREATE INDEX CONCURRENTLY i ON t (a);\n"
        "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS it;",
        alone=True,
    )
    await filled.up()
    assert await filled.value("SELECT it FROM seen") == "1234ms"


async def test_two_migrators_walk_the_steps_once(filled: Place) -> None:
    filled.write(
        2,
        "steps",
        "INSERT INTO t VALUES (1001);\nSELECT pg_sleep(0.2);\nINSERT INTO t VALUES (1002);",
        alone=True,
    )
    outcomes = await asyncio.gather(*(filled.up() for _ in range(3)))
    assert sorted(map(len, outcomes)) == [0, 0, 1]
