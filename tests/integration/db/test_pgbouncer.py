"""The data layer through a PgBouncer in transaction mode: all of it, faults included."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.faults.db_load import Writers, create_books
from tests.integration.db.migrations.place import Place
from tests.integration.db.opening import until, whole
from tests.integration.db.pgbouncer import KEEPS_PREPARED, PROGRAM, SERVERS, PgBouncer
from tests.postgres import Migrate
from tests.query_models import Person, Project, Task, create_tables

from drystone.db.connection.connect import connect
from drystone.db.connection.connect_error import NotAdmitted
from drystone.db.database import Database
from drystone.db.dsn.parse import parse_dsn
from drystone.db.failures import DuplicateRow, RefusedValue, StatementTimeout
from drystone.db.migrations.errors import MigrationError
from drystone.db.pool.config import PoolConfig
from drystone.db.query.change import update
from drystone.db.query.select import select
from drystone.db.transaction.transaction import Transaction
from drystone.errors import Unavailable

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")

# What PgBouncer sets on a server for whoever comes next, as that client's login said.
_FOLLOWED = [
    "application_name",
    "client_encoding",
    "DateStyle",
    "IntervalStyle",
    "standard_conforming_strings",
    "TimeZone",
]
_LEFT = """
SELECT pg_backend_pid() AS pid,
       current_setting('search_path') AS search_path,
       (SELECT array_agg(name || '=' || setting) FROM pg_settings
        WHERE source = 'session' AND NOT name = ANY ($1::text[])) AS settings,
       (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())) AS locks,
       (SELECT array_agg(name) FROM pg_prepared_statements
        WHERE name NOT LIKE 'PGBOUNCER%') AS prepared,
       (SELECT count(*) FROM pg_class WHERE relpersistence = 't') AS temporary,
       (SELECT count(*) FROM pg_listening_channels()) AS channels
"""
# Transactions that nobody is in: a pooled connection given back has none.
_OPEN = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
"""


@pytest.fixture
def migrate() -> Migrate:
    return create_tables_and_books


async def create_tables_and_books(url: str) -> None:
    await create_tables(url)
    await create_books(url)


@pytest.fixture
async def bouncer(database_url: str) -> AsyncIterator[PgBouncer]:
    bouncer = PgBouncer(database_url)
    await bouncer.start()
    yield bouncer
    await bouncer.dispose()


@pytest.fixture(params=[0, 200], ids=["unprepared", "prepared"])
def prepared(request: pytest.FixtureRequest, bouncer: PgBouncer) -> int:
    wanted: int = request.param
    if wanted and bouncer.version < KEEPS_PREPARED:
        pytest.skip("this PgBouncer keeps no prepared statements: it is before 1.21")
    return wanted


@asynccontextmanager
async def open_database(
    bouncer: PgBouncer, *, prepared: int = 0, **options: Any
) -> AsyncIterator[Database]:
    """Yield a database through `bouncer`; at the end no connection may be in use (K9)."""
    config = PoolConfig(prepared_statements=prepared, **options)
    database = Database(bouncer.url, config=config)
    try:
        yield database
        await until(lambda: whole(database._pool))
    finally:
        await database.stop(5)
    assert database.statistics().size == 0


@pytest.fixture
async def db(bouncer: PgBouncer, prepared: int) -> AsyncIterator[Database]:
    async with open_database(bouncer, prepared=prepared) as database:
        yield database


async def ask(url: str, query: str, *args: object) -> Any:
    """Return the first value of a query, past PgBouncer."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query, *args)
    finally:
        await connection.close()


async def add_tasks(db: Database, count: int) -> list[Task]:
    ann = await db.insert(Person(name="Ann"))
    project = await db.insert(Project(name="House", owner=ann.id))
    tasks = [Task(project=project.id, title=f"task {n}", priority=n) for n in range(count)]
    assert await db.copy(Task, tasks) == count
    return await db.all(select(Task).order_by(Task.priority))


async def test_what_is_sent_at_login_is_taken(bouncer: PgBouncer, prepared: int) -> None:
    async with open_database(bouncer, prepared=prepared, application_name="tested") as db:
        await db.start()
        await db.ping()
        settings = "SELECT current_setting('TimeZone'), current_setting('application_name')"
        row = await db.session().fetchrow(settings)
        assert row is not None
        assert tuple(row) == ("UTC", "tested")
    dsn = parse_dsn(f"{bouncer.url}&target_session_attrs=read-write")
    connection = await connect(dsn, timeout_seconds=20, prepared_statements=0)
    await connection.close()


async def test_a_limit_of_the_server_is_refused_at_login_and_named(bouncer: PgBouncer) -> None:
    with pytest.raises(NotAdmitted, match="statement_timeout"):
        await connect(parse_dsn(bouncer.url), timeout_seconds=20, statement_timeout_seconds=5)


async def test_statements_and_json(db: Database) -> None:
    tasks = await add_tasks(db, 30)
    assert await db.get(Task, tasks[3].id) == tasks[3]
    assert await db.count(select(Task).where(Task.priority >= 10)) == 20
    assert await db.exists(select(Task).where(Task.title == "task 7"))
    await db.execute(update(Task).set(Task.status, "done").where(Task.priority < 5))
    assert await db.count(select(Task).where(Task.status == "done")) == 5
    assert b'"task 29"' in await db.json(select(Task).order_by(Task.priority))
    body = await db.get_json(Task, tasks[0].id)
    assert body is not None
    assert b'"done"' in body
    value = {"a": [1, None, {"b": "ö"}]}
    row = await db.session().fetchrow("SELECT $1::jsonb, $1::json", (value,))
    assert row is not None
    assert tuple(row) == (value, value)


async def test_transactions_savepoints_and_locks(bouncer: PgBouncer, db: Database) -> None:
    async with db.transaction(isolation="serializable") as tx:
        await tx.insert(Person(name="kept"))
        with pytest.raises(DuplicateRow):  # noqa: PT012  (where it leaves is the point)
            async with tx.savepoint():
                await tx.insert(Person(name="undone"))
                await tx.session().execute("INSERT INTO account VALUES (1, 0)")
        await tx.lock("invoice", 17)
        async with open_database(bouncer) as other, other.transaction() as second:
            assert not await second.try_lock("invoice", 17)
            assert await second.try_lock("invoice", 18)
    with pytest.raises(KeyError):  # noqa: PT012  (as above)
        async with db.transaction() as tx:
            await tx.insert(Person(name="undone"))
            raise KeyError
    assert [person.name for person in await db.all(select(Person))] == ["kept"]
    async with db.transaction() as tx:
        assert await tx.try_lock("invoice", 17)


async def test_rows_are_streamed(db: Database) -> None:
    tasks = await add_tasks(db, 1_000)
    async with db.transaction(read_only=True) as tx:
        query = select(Task).order_by(Task.priority)
        seen = [task.id async for task in tx.stream(query, prefetch=70)]
    assert seen == [task.id for task in tasks]


async def test_two_hundred_at_a_time_over_five_servers(bouncer: PgBouncer, prepared: int) -> None:
    """Each gets its own answer, whichever server it comes from; reads are joined meanwhile."""
    async with (
        open_database(bouncer, prepared=prepared, max_size=30, acquire_timeout_seconds=20) as one,
        open_database(bouncer, prepared=prepared, max_size=3, acquire_timeout_seconds=20) as two,
    ):
        tasks = await add_tasks(one, 100)

        async def ask_number(db: Database, number: int) -> None:
            # Many texts, told apart by what they say: none may answer for another.
            text = f"SELECT {number % 17} AS text, $1::int AS value, pg_sleep(0.002)"
            row = await db.session().fetchrow(text, (number,))
            assert row is not None
            assert (row["text"], row["value"]) == (number % 17, number)

        async def read(db: Database, number: int) -> None:
            assert await db.get(Task, tasks[number % 100].id) == tasks[number % 100]

        async def change(db: Database, number: int) -> None:
            async with db.transaction() as tx:
                await tx.insert(Person(name=f"person {number}"))
                assert await tx.exists(select(Person).where(Person.name == f"person {number}"))

        for _ in range(3):
            await asyncio.gather(
                *(
                    work(db, number)
                    for number in range(33)
                    for db in (one, two)
                    for work in (ask_number, read, change)
                )
            )
        assert await one.count(select(Person)) == 1 + 3 * 2 * 33
    servers = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    assert await ask(bouncer.direct_url, servers) <= SERVERS + 1


async def test_a_statement_that_takes_too_long_is_ended_in_the_server(
    bouncer: PgBouncer, db: Database
) -> None:
    with pytest.raises(StatementTimeout):
        await db.session().fetch("SELECT pg_sleep(60)", timeout_seconds=0.3)
    await db.ping()
    assert await ask(bouncer.direct_url, _OPEN) == 0


async def test_a_refused_parameter_leaves_no_server_behind(
    bouncer: PgBouncer, prepared: int
) -> None:
    """What was prepared and never run holds its server, until PgBouncer is told."""
    async with open_database(bouncer, prepared=prepared, max_size=SERVERS) as db:

        async def refuse() -> None:
            with pytest.raises(RefusedValue):
                await db.session().fetch("SELECT id FROM account WHERE id = $1", (2**40,))

        await asyncio.gather(*(refuse() for _ in range(2 * SERVERS)))
        assert db.statistics().evicted == 0
        assert await ask(bouncer.direct_url, _OPEN) == 0
        async with open_database(bouncer) as other:
            await other.ping()


@pytest.mark.parametrize("held", [0, 200])
async def test_no_statement_answers_for_another(bouncer: PgBouncer, held: int) -> None:
    """Held statements behind a PgBouncer that keeps none may fail; never run as another."""
    async with (
        open_database(bouncer, prepared=held, max_size=8) as one,
        open_database(bouncer, prepared=held, max_size=8) as two,
    ):

        async def check(db: Database, said: str, number: int) -> None:
            row = None
            try:
                if number % 3:
                    row = await db.session().fetchrow(f"SELECT '{said}', $1::int", (number,))
                else:
                    async with db.transaction() as tx:
                        row = await tx.session().fetchrow(f"SELECT '{said}', $1::int", (number,))
            except (Unavailable, asyncpg.InvalidSQLStatementNameError):
                assert held
                assert bouncer.version < KEEPS_PREPARED
            assert row is None or tuple(row) == (said, number)

        for _ in range(5):
            await asyncio.gather(
                *(check(db, said, n) for n in range(30) for db, said in ((one, "a"), (two, "b")))
            )


async def test_no_session_state_is_left(bouncer: PgBouncer, prepared: int) -> None:
    async with open_database(bouncer, prepared=prepared) as db:
        await add_tasks(db, 50)

        async def work(tx: Transaction) -> None:
            await tx.lock("a lock")
            await tx.session().execute("SET LOCAL search_path = pg_temp")
            await tx.session().fetch("SELECT set_config('work_mem', '9MB', true)")

        await asyncio.gather(*(db.transaction().run(work) for _ in range(20)))
        # A type that the driver has to look up first.
        await db.session().execute("CREATE TYPE mood AS ENUM ('good')")
        mood = "SELECT 'good'::mood, pg_sleep(0.02)"
        await asyncio.gather(*(db.session().fetchrow(mood) for _ in range(10)))
        async with db.transaction() as tx:
            await tx.session().execute("CREATE TYPE place AS ENUM ('here')")
            await tx.session().fetchrow("SELECT 'here'::place")
        rows = await _look_into_every_server(bouncer)
        ordinary = await ask(bouncer.direct_url, "SELECT current_setting('search_path')")
    assert len({row["pid"] for row in rows}) == SERVERS
    for row in rows:
        assert row["settings"] is None
        assert row["prepared"] is None
        assert (row["locks"], row["temporary"], row["channels"]) == (0, 0, 0)
        assert row["search_path"] == ordinary


async def _look_into_every_server(bouncer: PgBouncer) -> list[asyncpg.Record]:
    """Return what another client finds, in as many transactions as there are servers."""
    clients = [await asyncpg.connect(bouncer.url, statement_cache_size=0) for _ in range(SERVERS)]
    try:
        for client in clients:
            await client.execute("BEGIN")
        rows = [await client.fetchrow(_LEFT, _FOLLOWED) for client in clients]
    finally:
        for client in clients:
            client.terminate()
    return [row for row in rows if row is not None]


async def test_pgbouncer_is_restarted_under_load(bouncer: PgBouncer, prepared: int) -> None:
    """503 and nothing else, and back within five seconds (K1 to K4, K9)."""
    async with open_database(bouncer, prepared=prepared, max_size=12) as db:
        writers = Writers(db._pool)
        async with writers.working(24) as books:
            for _ in range(3):
                done = len(books.kept)
                await until(lambda done=done: len(books.kept) > done + 20)  # type: ignore[misc]
                await bouncer.stop()
                await until(lambda: db.statistics().away)
                with pytest.raises(Unavailable):
                    await db.ping()
                await bouncer.start()
                began, done = time.monotonic(), len(books.kept)
                await until(lambda done=done: len(books.kept) > done)  # type: ignore[misc]
                # Five seconds, and what a busy machine may add.
                assert time.monotonic() - began < 15
        await books.check(bouncer.direct_url)


async def test_servers_that_are_ended_are_made_up_for(bouncer: PgBouncer, prepared: int) -> None:
    async with open_database(bouncer, prepared=prepared, max_size=12) as db:
        writers = Writers(db._pool)
        async with writers.working(24) as books:
            for _ in range(5):
                await asyncio.sleep(0.1)
                await ask(
                    bouncer.direct_url,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                    "current_database() AND pid <> pg_backend_pid() LIMIT 1",
                )
            done = len(books.kept)
            await until(lambda: len(books.kept) > done + 20)
        await books.check(bouncer.direct_url)


async def test_a_pause_is_waited_out(bouncer: PgBouncer, db: Database) -> None:
    await db.ping()
    await bouncer.command("PAUSE")
    waiting = [asyncio.create_task(db.session().fetchrow("SELECT 1")) for _ in range(20)]
    done, _ = await asyncio.wait(waiting, timeout=0.3)
    assert not done
    await bouncer.command("RESUME")
    rows = await asyncio.gather(*waiting)
    assert [row and row[0] for row in rows] == [1] * 20


async def test_a_pause_that_is_too_long_is_503_or_504(bouncer: PgBouncer, db: Database) -> None:
    await db.ping()
    await bouncer.command("PAUSE")

    async def fail() -> None:
        with pytest.raises((Unavailable, StatementTimeout)):
            await db.session().fetch("SELECT 1", timeout_seconds=0.5)

    await asyncio.gather(*(fail() for _ in range(20)))
    await bouncer.command("RESUME")
    async with asyncio.timeout(20):
        while True:
            try:
                await db.ping()
                break
            except Unavailable:
                await asyncio.sleep(0.05)


async def test_a_column_changes_its_type_meanwhile(bouncer: PgBouncer, prepared: int) -> None:
    """PgBouncer would go on giving out the statement that PostgreSQL prepared before.

    On a server where it prepares it only now, the answer has other types than we know.
    """
    query = "SELECT id, balance FROM account WHERE id = $1"

    async def read(tx: Transaction) -> asyncpg.Record | None:
        return await tx.session().fetchrow(query, (1,))

    async def read_alone(database: Database) -> None:
        row = None
        for _ in range(3):
            try:
                row = await database.session().fetchrow(query, (1,))
                break
            except Unavailable:
                assert prepared
        assert row is not None
        assert str(row["balance"]) == "1000"

    async with (
        open_database(bouncer, prepared=prepared, max_size=2) as db,
        open_database(bouncer, prepared=prepared, max_size=2) as other,
    ):
        for kind in ("bigint", "numeric", "text"):
            await asyncio.gather(*(read_alone(db) for _ in range(20)), read_alone(other))
            await ask(bouncer.direct_url, f"ALTER TABLE account ALTER balance TYPE {kind}")
            for database in (db, other):
                await read_alone(database)
                assert await database.transaction().run(read) is not None
        async with open_database(bouncer, prepared=prepared) as newcomer:
            assert await newcomer.transaction(attempts=5).run(read) is not None


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Place:
    place = Place(database_url, tmp_path)
    place.write(1, "notes", "CREATE TABLE note (id int);", "DROP TABLE note;")
    place.write(
        2,
        "index",
        "CREATE INDEX CONCURRENTLY note_id ON note (id);",
        "DROP INDEX note_id;",
        alone=True,
    )
    return place


async def test_migrations_go_past_it_while_it_is_used(
    bouncer: PgBouncer, db: Database, place: Place
) -> None:
    await db.ping()
    assert len(await place.up()) == 2
    assert await db.session().execute("INSERT INTO note VALUES (1)") == 1


async def test_migrations_through_it_are_refused(bouncer: PgBouncer, place: Place) -> None:
    mistaken = Place(bouncer.url, place.folder)
    with pytest.raises(MigrationError, match="DRYSTONE_DATABASE_DIRECT_URL"):
        await mistaken.up()
    assert await place.value("SELECT to_regclass('drystone.migration')") is None
    await place.up()
    with pytest.raises(MigrationError, match="DRYSTONE_DATABASE_DIRECT_URL"):
        await mistaken.down()
    assert set((await place.states()).values()) == {"applied"}
    for row in await _look_into_every_server(bouncer):
        assert (row["settings"], row["locks"]) == (None, 0)


async def test_migrations_through_one_that_keeps_sessions_apart(
    database_url: str, place: Place
) -> None:
    bouncer = PgBouncer(database_url, mode="session")
    try:
        await bouncer.start()
        assert len(await Place(bouncer.url, place.folder).up()) == 2
    finally:
        await bouncer.dispose()
