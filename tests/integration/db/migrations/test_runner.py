"""Applying and reverting: what is done once, what is refused, what a failure leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from tests.integration.db.migrations.place import Place

from drystone.db.dsn.renaming import with_database
from drystone.db.migrations.errors import (
    DatabaseLost,
    FileError,
    HistoryError,
    Irreversible,
    LedgerUnusable,
    MigrationError,
    StatementFailed,
)
from drystone.db.migrations.lock import LOCK_KEY
from drystone.db.migrations.patience import Patience
from drystone.db.migrations.planning.plan import make_plan
from drystone.db.migrations.runner import status, up
from drystone.db.migrations.session import Connection

TABLE = "CREATE TABLE t (id integer PRIMARY KEY, a integer);"


async def test_migrations_are_applied_once_in_order_and_reverted_in_reverse(place: Place) -> None:
    place.write(1, "t", TABLE, "DROP TABLE t;")
    place.write(
        2,
        "b",
        "ALTER TABLE t ADD b text;\nINSERT INTO t VALUES (1, 2, 'x');",
        "DELETE FROM t; ALTER TABLE t DROP b;",
    )
    assert await place.up() == ["0001_t", "0002_b"]
    assert await place.up() == []
    assert await place.value("SELECT b FROM t") == "x"
    assert await place.states() == {"0001_t": "applied", "0002_b": "applied"}
    assert place.said("applied 0002_b", "ms")
    assert await place.down() == ["0002_b"]
    assert await place.states() == {"0001_t": "applied", "0002_b": "pending"}
    assert await place.up() == ["0002_b"]
    assert await place.down(to=0) == ["0002_b", "0001_t"]
    assert await place.value("SELECT to_regclass('t')") is None


async def test_the_record_says_who_when_and_how_long(place: Place) -> None:
    path = place.write(1, "t", TABLE + "SELECT pg_sleep(0.05);")
    await place.up()
    row = (await place.entries())["0001_t"].row
    assert row is not None
    assert row.duration_ms >= 50
    assert row.applied_by == await place.value("SELECT session_user::text")
    assert (row.state, row.position, row.statement) == ("done", 0, None)
    assert abs((await place.value("SELECT now()") - row.applied_at).total_seconds()) < 60  # type: ignore[operator]  # a time
    assert path.exists()


async def test_up_goes_as_far_as_it_is_told(place: Place) -> None:
    for number in (1, 2, 3):
        place.write(number, "n", f"CREATE TABLE t{number} ();", f"DROP TABLE t{number};")
    assert await place.up(dry_run=True, to=2) == ["0001_n", "0002_n"]
    assert await place.value("SELECT to_regnamespace('drystone')") is None
    assert await place.up(to=2) == ["0001_n", "0002_n"]
    assert await place.up(dry_run=True) == ["0003_n"]
    with pytest.raises(MigrationError, match="no migration 0009; the last one is 0003"):
        await place.up(to=9)
    assert await place.down(dry_run=True, steps=5) == ["0002_n", "0001_n"]
    assert await place.down(to=1) == ["0002_n"]
    assert await place.down(steps=2) == ["0001_n"]
    with pytest.raises(ValueError, match="either steps or to"):
        await place.down(steps=1, to=1)


async def test_the_platform_alone_can_be_applied(place: Place) -> None:
    applied = await up(place.connect, None)
    assert [file.source for file in applied] == ["drystone"] * len(applied)
    assert {entry.state for entry in await status(place.connect, None)} == {"applied"}
    assert await place.down() == []


async def test_a_failed_file_leaves_nothing_and_names_the_line(place: Place) -> None:
    place.write(1, "t", TABLE)
    path = place.write(
        2, "bad", "INSERT INTO t VALUES (1, 1);\n\nALTER TABLE t\n  ADD b text,\n  ADD c nonsense;"
    )
    with pytest.raises(StatementFailed) as caught:
        await place.up()
    first, *rest = str(caught.value).splitlines()
    assert first == f'{path}:6: type "nonsense" does not exist'
    assert "  statement: ALTER TABLE t ADD b text, ADD c nonsense" in rest
    assert caught.value.sqlstate == "42704"
    assert await place.value("SELECT count(*) FROM t") == 0
    assert await place.states() == {"0001_t": "applied", "0002_bad": "pending"}
    place.write(2, "bad", "ALTER TABLE t ADD c text;")
    assert await place.up() == ["0002_bad"]


async def test_what_is_deferred_to_the_commit_fails_as_a_whole(place: Place) -> None:
    path = place.write(
        1,
        "t",
        TABLE
        + "CREATE TABLE u (t_id int REFERENCES t DEFERRABLE INITIALLY DEFERRED);"
        + "INSERT INTO u VALUES (7);",
    )
    with pytest.raises(StatementFailed, match="violates foreign key") as caught:
        await place.up()
    assert str(caught.value).startswith(f"{path}:1: ")
    first, *rest = str(caught.value).splitlines()
    assert first.endswith('violates foreign key constraint "u_t_id_fkey"')
    # Once, and on a line of its own.
    assert rest == ['  detail: Key (t_id)=(7) is not present in table "t".']
    assert await place.value("SELECT to_regclass('t')") is None


async def test_a_detail_and_a_hint_are_told_once(place: Place) -> None:
    path = place.write(
        1,
        "t",
        "DO $$ BEGIN RAISE EXCEPTION 'no' USING DETAIL = 'why', HINT = 'how'; END $$;",
    )
    with pytest.raises(StatementFailed) as caught:
        await place.up()
    told = str(caught.value).splitlines()
    assert told[0] == f"{path}:2: no"
    assert [line for line in told if "why" in line and "DO" not in line] == ["  detail: why"]
    assert [line for line in told if "how" in line and "DO" not in line] == ["  hint: how"]


async def test_a_statement_that_needs_no_transaction_says_so(place: Place) -> None:
    place.write(1, "v", "VACUUM;")
    with pytest.raises(StatementFailed, match="write 'transaction:false' after"):
        await place.up()


async def test_a_change_to_an_applied_file_is_refused_before_anything_runs(place: Place) -> None:
    place.write(1, "t", TABLE, "DROP TABLE t;")
    await place.up()
    path = place.write(1, "t", TABLE + " -- mended", "DROP TABLE t;")
    place.write(2, "u", "CREATE TABLE u ();")
    with pytest.raises(HistoryError, match="was changed after it was applied") as caught:
        await place.up()
    assert str(path) in str(caught.value)
    with pytest.raises(HistoryError, match="was changed"):
        await place.down()
    assert await place.states() == {"0001_t": "changed", "0002_u": "pending"}
    assert await place.value("SELECT to_regclass('u')") is None


async def test_a_file_that_is_gone_is_named(place: Place) -> None:
    place.write(1, "t", TABLE)
    place.write(2, "u", "CREATE TABLE u ();").rename(place.folder / "kept")
    (place.folder / "kept").rename(place.folder / "0002_u.sql")
    await place.up()
    (place.folder / "0002_u.sql").unlink()
    with pytest.raises(HistoryError, match="0002_u was applied, but its file is gone; restore"):
        await place.up()
    assert (await place.states())["0002_u"] == "missing"


async def test_a_newer_platform_is_named_as_such(place: Place) -> None:
    await place.up()
    await place.run(
        "INSERT INTO drystone.migration (source, number, name, checksum, state)"
        " VALUES ('drystone', 9999, 'later', '', 'done')"
    )
    with pytest.raises(HistoryError, match="drystone/9999_later was applied by a newer release"):
        await place.up()


async def test_merged_branches_are_told_and_can_be_allowed(place: Place) -> None:
    place.write(1, "t", TABLE)
    place.write(2, "u", "CREATE TABLE u ();")
    place.write(3, "v", "CREATE TABLE v ();")
    await place.up()
    await place.run(
        "DELETE FROM drystone.migration WHERE number = 2 AND source = 'app'", "DROP TABLE u"
    )
    with pytest.raises(HistoryError, match=r"0002_u was never applied.*--allow-out-of-order"):
        await place.up()
    assert (await place.states())["0002_u"] == "out of order"
    assert await place.up(allow_out_of_order=True) == ["0002_u"]


async def test_a_renumbered_file_is_recognised(place: Place) -> None:
    place.write(1, "t", TABLE)
    mine = place.write(2, "mine", "CREATE TABLE mine ();")
    await place.up()
    mine.rename(place.folder / "0003_mine.sql")
    place.write(2, "theirs", "CREATE TABLE theirs ();")
    with pytest.raises(
        HistoryError, match=r"0002 was applied as mine, which is 0003_mine\.sql by now"
    ):
        await place.up()
    (place.folder / "0003_mine.sql").unlink()
    with pytest.raises(HistoryError, match="the number 0002 was applied as mine; give"):
        await place.up()


async def test_a_renamed_file_is_told_its_old_name(place: Place) -> None:
    path = place.write(1, "t", TABLE)
    await place.up()
    path.rename(place.folder / "0001_tables.sql")
    with pytest.raises(HistoryError, match="applied under the name t; give the file its old name"):
        await place.up()


async def test_what_has_no_way_back_is_known_before_anything_is_reverted(place: Place) -> None:
    place.write(1, "t", TABLE)
    place.write(2, "u", "CREATE TABLE u ();", "DROP TABLE u;")
    await place.up()
    with pytest.raises(Irreversible, match=r"0001_t.sql: has no statements under"):
        await place.down(steps=2)
    assert await place.value("SELECT to_regclass('u')") is not None
    assert await place.down() == ["0002_u"]


async def test_faulty_files_stop_everything(place: Place) -> None:
    place.write(1, "t", TABLE)
    place.write(2, "bad", "COMMIT;")
    with pytest.raises(FileError, match=r"0002_bad\.sql:2: COMMIT"):
        await place.up()
    assert await place.value("SELECT to_regnamespace('drystone')") is None


async def test_what_a_file_sets_does_not_reach_the_next_one(place: Place) -> None:
    place.write(
        1,
        "sets",
        "SET search_path = pg_catalog; SELECT set_config('lock_timeout', '1h', false);",
    )
    place.write(2, "t", TABLE)
    await place.up()
    assert await place.value("SELECT to_regclass('public.t')") is not None


async def test_tables_are_public_whatever_the_role_is_called(place: Place) -> None:
    # Where the role is named drystone, "$user" is the platform's own schema.
    place.write(1, "t", TABLE)
    place.write(2, "i", "CREATE INDEX CONCURRENTLY i ON t (a);", alone=True)
    await place.up()
    assert await place.value("SELECT to_regclass('public.i')") is not None


async def test_a_file_may_set_a_role_and_a_timeout_of_its_own(place: Place) -> None:
    place.write(
        1,
        "t",
        "SET LOCAL ROLE pg_monitor; SET LOCAL lock_timeout = '7s';"
        "SELECT 1 / (current_setting('lock_timeout') = '7s')::int;",
    )
    assert await place.up() == ["0001_t"]


async def test_notices_are_told(place: Place) -> None:
    place.write(1, "t", "DO $$ BEGIN RAISE WARNING 'look here'; END $$;")
    await place.up()
    assert place.said("warning: look here")


async def test_two_migrators_at_once_apply_everything_once(place: Place) -> None:
    place.write(1, "t", TABLE + "SELECT pg_sleep(0.3);")
    for number in range(2, 6):
        place.write(number, "n", f"INSERT INTO t VALUES ({number}, 1);")
    outcomes = await asyncio.gather(*(place.up() for _ in range(3)))
    assert sorted(map(len, outcomes)) == [0, 0, 5]
    assert place.said("waiting for another migrator")
    assert await place.value("SELECT count(*) FROM t") == 4


async def test_even_without_the_lock_a_migration_is_applied_once(place: Place) -> None:
    # The record's key is a second line of defence: here another transaction has it.
    place.write(1, "t", TABLE)
    await up(place.connect, None)
    async with place.connection() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute(
            "INSERT INTO drystone.migration (source, number, name, checksum, state)"
            " VALUES ('app', 1, 't', '', 'done')"
        )
        with pytest.raises(StatementFailed, match="lock timeout"):
            await place.up(
                patience=Patience(lock_timeout_seconds=0.05, attempts=2, first_delay_seconds=0.01)
            )
        await transaction.rollback()
    assert await place.up() == ["0001_t"]


async def test_the_loser_waits_without_a_snapshot(place: Place) -> None:
    # CREATE INDEX CONCURRENTLY waits for every older snapshot: a waiting migrator that
    # had one would be waited for by the one that it waits for.
    place.write(1, "t", TABLE)
    await place.up()
    place.write(2, "i", "CREATE INDEX CONCURRENTLY i ON t (a);", alone=True)
    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(place.up(), place.up())
    assert sorted(map(len, outcomes)) == [0, 1]


async def test_a_lock_that_others_hold_is_tried_again(place: Place) -> None:
    place.write(1, "t", TABLE)
    await place.up()
    place.write(2, "b", "INSERT INTO t VALUES (1, 1);\nALTER TABLE t ADD b text;")
    async with place.connection() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("LOCK TABLE t IN ACCESS SHARE MODE")
        migrating = asyncio.create_task(place.up())
        while not place.said("0002_b", "lock timeout", "attempt 3 of 100"):
            await asyncio.sleep(0.01)
        # Between two attempts nobody queues: reads and writes go through.
        await place.run("INSERT INTO t VALUES (2, 2)")
        assert not migrating.done()
        await transaction.commit()
        assert await migrating == ["0002_b"]
    assert await place.value("SELECT count(*) FROM t") == 2


async def test_a_lock_that_is_never_free_ends_the_run_and_leaves_nothing(place: Place) -> None:
    place.write(1, "t", TABLE)
    await place.up()
    path = place.write(2, "b", "INSERT INTO t VALUES (1, 1);\nALTER TABLE t ADD b text;")
    async with place.connection() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("LOCK TABLE t IN ACCESS SHARE MODE")
        with pytest.raises(StatementFailed) as caught:
            await place.up(
                patience=Patience(lock_timeout_seconds=0.05, attempts=2, first_delay_seconds=0.01)
            )
        await transaction.rollback()
    assert str(caught.value).startswith(f"{path}:3: canceling statement due to lock timeout")
    assert await place.value("SELECT count(*) FROM t") == 0


async def test_a_migrator_whose_connection_ends_says_so_and_leaves_nothing(place: Place) -> None:
    path = place.write(1, "t", TABLE + "\nSELECT pg_sleep(60);")
    migrating = asyncio.create_task(place.up())
    await place.until_active("SELECT pg_sleep(60)")
    await place.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"
    )
    with pytest.raises(DatabaseLost, match=f"{path}:3: the connection to the database was lost"):
        await migrating
    assert await place.value("SELECT to_regclass('t')") is None


async def test_a_migrator_that_lost_its_lock_stops(place: Place) -> None:
    place.write(1, "a", "SELECT pg_sleep(0.5);")
    place.write(2, "b", "CREATE TABLE b ();")
    migrating = asyncio.create_task(place.up())
    await place.until_active("SELECT pg_sleep(0.5)")
    await place.run(
        "SELECT pg_terminate_backend(pid) FROM pg_locks l JOIN pg_database d ON d.oid = database"
        " WHERE d.datname = current_database() AND l.locktype = 'advisory'"
        f" AND l.objid::bigint = {LOCK_KEY & 0xFFFFFFFF}"
    )
    with pytest.raises(DatabaseLost, match="holds the migrators' lock was lost"):
        await migrating
    assert await place.states() == {"0001_a": "applied", "0002_b": "pending"}


async def test_a_database_that_is_not_there_is_named(place: Place) -> None:
    lost = Place(with_database(place.url, "missing"), place.folder)
    with pytest.raises(DatabaseLost, match="cannot be reached"):
        await lost.up()


@pytest.fixture
async def outsider(place: Place) -> AsyncIterator[Callable[..., Awaitable[Connection]]]:
    """What connects as a role that may do nothing; only a superuser can make one."""
    if not await place.value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        pytest.skip("the role may make no others")
    role = f"outsider_{place.url.rpartition('_')[2]}"
    await place.run(f"CREATE ROLE {role}")

    async def connect(_url: str = "") -> Connection:
        connection = await asyncpg.connect(place.url, statement_cache_size=0)
        await connection.execute(f"SET SESSION AUTHORIZATION {role}")
        return connection

    yield connect
    await place.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


async def test_a_role_that_may_not_make_the_record_is_told_the_mend(
    place: Place, outsider: Callable[..., Awaitable[Connection]]
) -> None:
    with pytest.raises(LedgerUnusable, match="CREATE SCHEMA drystone AUTHORIZATION outsider_"):
        await up(outsider, None)
    await place.run("CREATE SCHEMA drystone")
    with pytest.raises(LedgerUnusable, match="permission denied for schema drystone"):
        await up(outsider, None)
    await place.run("GRANT USAGE ON SCHEMA drystone TO public")
    with pytest.raises(LedgerUnusable, match="GRANT CREATE, USAGE ON SCHEMA drystone TO outsider_"):
        await up(outsider, None)


async def test_a_role_that_may_not_read_the_record_is_told_the_mend(
    place: Place, outsider: Callable[..., Awaitable[Connection]]
) -> None:
    await place.up()
    with pytest.raises(LedgerUnusable, match=r"cannot be read .*GRANT USAGE"):
        await status(outsider, None)


async def test_a_plan_needs_a_role_that_may_create_databases(
    place: Place, outsider: Callable[..., Awaitable[Connection]]
) -> None:
    with pytest.raises(LedgerUnusable, match="may not create the database"):
        await make_plan(place.url, None, connect=outsider)


async def test_the_record_is_made_in_a_schema_that_is_there(place: Place) -> None:
    await place.run("CREATE SCHEMA drystone")
    await place.up()
    assert await place.value("SELECT to_regclass('drystone.migration')") is not None


def test_the_platforms_files_are_part_of_the_package() -> None:
    folder = Path(__file__).parents[4] / "src/drystone/db/migrations"
    assert (folder / "ledger.sql").is_file()
    assert list((folder / "platform").glob("*.sql"))
