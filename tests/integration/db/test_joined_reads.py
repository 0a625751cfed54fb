"""Reads that travel together are, to each caller, what its own statement would have been."""

from __future__ import annotations

import asyncio
import gc
import traceback
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.db.facade import every_connection_taken, open_database, session, store_labels
from tests.integration.db.opening import until, whole
from tests.integration.db.query.things import make_thing
from tests.postgres import Migrate
from tests.query_models import Label, Person, Project, Task, Thing, create_tables

from drystone.db.connection.connection import Connection
from drystone.db.database import Database
from drystone.db.failures import StatementTimeout, WrongArgument
from drystone.db.joined_reads import join_text
from drystone.db.pool.config import PoolConfig
from drystone.db.pool.stock import PoolMisused
from drystone.db.queries import by_id
from drystone.db.query.change import delete
from drystone.db.query.json_rows import json_row
from drystone.errors import Overloaded, Unavailable
from drystone.schema.model.field import Field
from drystone.schema.model.model import Model

RUNNING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
    AND query LIKE '%unnest%'
"""


class Asked(Model, table="asked"):
    """Tables named as a joined statement might name its own."""

    place: Field[int]


class Wanted(Model, table="wanted"):
    place: Field[int]


class One(Model, table="one"):
    id_: Field[int]


async def create_all(url: str) -> None:
    await create_tables(url)
    kept = (
        "id uuid PRIMARY KEY, version bigint DEFAULT 1, created_at timestamptz DEFAULT now(), "
        "updated_at timestamptz DEFAULT now(), deleted_at timestamptz"
    )
    async with session(url) as connection:
        await connection.execute(
            f"CREATE TABLE asked (place bigint, {kept});"
            f"CREATE TABLE wanted (place bigint, {kept});"
            f"CREATE TABLE one (id_ bigint, {kept})"
        )


@pytest.fixture
def migrate() -> Migrate:
    return create_all


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url, config=PoolConfig(max_size=2)) as database:
        yield database


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that is sent from here on."""
    texts: list[str] = []
    run = Connection._run

    def spy(self: Connection, sql: str, *rest: Any) -> Any:
        texts.append(sql)
        return run(self, sql, *rest)

    monkeypatch.setattr(Connection, "_run", spy)
    return texts


async def turns(count: int = 5) -> None:
    """Let whatever was begun go as far as it can by itself."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_reads_that_wait_go_as_one(db: Database, sent: list[str]) -> None:
    ids = await store_labels(db, "abc")
    async with every_connection_taken(db):
        sent.clear()
        reads = [asyncio.create_task(db.get(Label, one)) for one in [*ids, uuid4(), ids[0]]]
        others = [asyncio.create_task(db.get(Person, uuid4())) for _ in range(3)]
        await turns()
        assert sent == []
    names = [row and row.name for row in await asyncio.gather(*reads)]
    assert names == ["a", "b", "c", None, "a"]
    assert await asyncio.gather(*others) == [None, None, None]
    assert Counter("unnest" in text for text in sent) == {True: 2}


async def test_a_read_that_need_not_wait_goes_by_itself(db: Database, sent: list[str]) -> None:
    (label,) = await store_labels(db, "a")
    sent.clear()
    assert await db.get(Label, label) is not None
    assert sent == [by_id(Label, label).sql]


async def test_reads_of_one_turn_go_as_two_statements(db: Database, sent: list[str]) -> None:
    """Though a connection is idle; and the next turn begins anew."""
    ids = await store_labels(db, "abc")
    for _ in range(2):
        sent.clear()
        rows = await asyncio.gather(*(db.get(Label, one) for one in ids))
        assert [row and row.name for row in rows] == ["a", "b", "c"]
        alone = by_id(Label, ids[0]).sql
        assert sent == [alone, join_text(alone)]


async def test_reads_of_other_texts_do_not_wait_for_the_turn_s_end(
    db: Database, sent: list[str]
) -> None:
    await asyncio.gather(db.get(Label, uuid4()), db.get(Person, uuid4()))
    assert sent == [by_id(Label, uuid4()).sql, by_id(Person, uuid4()).sql]


async def test_a_read_that_waits_alone_goes_by_itself(db: Database, sent: list[str]) -> None:
    (label,) = await store_labels(db, "a")
    async with every_connection_taken(db):
        sent.clear()
        read = asyncio.create_task(db.get(Label, label))
        await turns()
    assert await read is not None
    assert sent == [by_id(Label, label).sql]


async def test_no_statement_reads_for_more_than_two_hundred(db: Database, sent: list[str]) -> None:
    async with every_connection_taken(db):
        reads = [asyncio.create_task(db.get(Label, uuid4())) for _ in range(401)]
        await turns()
    assert await asyncio.gather(*reads) == [None] * 401
    assert 2 <= len([text for text in sent if "unnest" in text]) <= 3


async def test_a_row_is_the_same_as_read_alone(db: Database) -> None:
    """One column more in the record, and JSON, enumerations and arrays in it."""
    thing = await db.insert(make_thing())
    alone, alone_json = await db.get(Thing, thing.id), await db.get_json(Thing, thing.id)
    async with every_connection_taken(db):
        read, _ = [asyncio.create_task(db.get(Thing, one)) for one in (thing.id, uuid4())]
        read_json = asyncio.create_task(db.get_json(Thing, thing.id))
        missing = asyncio.create_task(db.get_json(Thing, uuid4()))
        await turns()
    assert await read == alone == thing
    shown = await read_json
    assert shown is not None
    assert shown == alone_json
    assert msgspec.json.decode(shown)["id"] == str(thing.id)
    assert await missing is None


@pytest.mark.parametrize("model", [Asked, Wanted])
async def test_no_table_s_name_is_mistaken_for_one_of_the_statement(
    db: Database, model: type[Asked | Wanted]
) -> None:
    rows = [await db.insert(model(place=number * 10)) for number in range(3)]
    async with every_connection_taken(db):
        reads = [asyncio.create_task(db.get(model, row.id)) for row in reversed(rows)]
        await turns()
    found = await asyncio.gather(*reads)
    assert [row and row.place for row in found] == [20, 10, 0]


async def test_a_table_and_column_that_look_like_the_statement_s_own(db: Database) -> None:
    row = await db.insert(One(id_=7))
    async with every_connection_taken(db):
        reads = [asyncio.create_task(db.get(One, one)) for one in (uuid4(), row.id)]
        await turns()
    assert await asyncio.gather(*reads) == [None, row]


def test_every_mention_of_the_parameter_becomes_the_id() -> None:
    text = join_text("SELECT $1 FROM t WHERE a = $1 OR b = $10")
    assert text.count('"Asked".id') == 2
    assert text.count("$1:") == 1
    assert "$10" in text


async def test_a_deleted_row_is_missing_as_soon_as_that_is_committed(db: Database) -> None:
    (label, _) = [await db.insert(Person(name=name)) for name in "ab"]
    async with every_connection_taken(db):
        early = asyncio.create_task(db.get(Person, label.id))
        await turns()
        taken = next(iter(db._pool._in_use))
        await taken.execute("UPDATE people SET deleted_at = now() WHERE id = $1", (label.id,))
        late = asyncio.create_task(db.get(Person, label.id))
        await turns()
    assert await early is None
    assert await late is None


async def test_an_error_is_each_caller_s_own(db: Database) -> None:
    async with every_connection_taken(db):
        reads = [asyncio.create_task(db.get(Label, uuid4())) for _ in range(5)]
        await turns()
        taken = next(iter(db._pool._in_use))
        await taken.script("ALTER TABLE labels RENAME TO gone")
    errors = await asyncio.gather(*reads, return_exceptions=True)
    assert {type(error) for error in errors} == {asyncpg.UndefinedTableError}
    assert len({id(error) for error in errors}) == 5
    depths = {
        len(traceback.extract_tb(e.__traceback__)) for e in errors if isinstance(e, Exception)
    }
    assert len(depths) == 1


async def test_what_is_no_id_fails_for_its_caller_alone(db: Database) -> None:
    (label,) = await store_labels(db, "a")
    async with every_connection_taken(db):
        good = asyncio.create_task(db.get(Label, label))
        bad = asyncio.create_task(db.get(Label, 17))  # type: ignore[arg-type]  # what is tested
        text = asyncio.create_task(db.get(Label, str(label)))  # type: ignore[arg-type]  # what is tested
        await turns()
    assert await good is not None
    assert await text == await good
    with pytest.raises(WrongArgument):
        await bad


async def test_a_caller_that_leaves_takes_nobody_with_it(db: Database) -> None:
    ids = await store_labels(db, "ab")
    async with every_connection_taken(db):
        first, second = (asyncio.create_task(db.get(Label, one)) for one in ids)
        await turns()
        first.cancel()
        await turns()
        assert first.cancelled()
    row = await second
    assert row is not None
    assert row.name == "b"


async def test_no_statement_is_sent_for_those_who_have_all_left(
    db: Database, sent: list[str]
) -> None:
    async with every_connection_taken(db):
        sent.clear()
        reads = [asyncio.create_task(db.get(Label, uuid4())) for _ in range(3)]
        await turns()
        for read in reads:
            read.cancel()
        late = asyncio.create_task(db.get(Label, uuid4()))  # joins none of them
        await turns()
        assert db.statistics().waiting == 1
    assert await late is None
    assert len(sent) == 1


async def test_the_statement_ends_when_the_last_caller_leaves(
    db: Database, database_url: str
) -> None:
    """Within a second, and the connection can be used again."""
    async with session(database_url) as holder, session(database_url) as watcher:
        await holder.execute("BEGIN; LOCK TABLE labels")
        async with every_connection_taken(db):
            reads = [asyncio.create_task(db.get(Label, uuid4())) for _ in range(20)]
            await turns()
        while not await watcher.fetchval(RUNNING):
            await asyncio.sleep(0.01)
        for read in reads[:-1]:
            read.cancel()
        await asyncio.wait(reads[:-1])
        assert await watcher.fetchval(RUNNING) == 1  # somebody waits still
        reads[-1].cancel()
        began = asyncio.get_running_loop().time()
        while await watcher.fetchval(RUNNING):
            await asyncio.sleep(0.01)
        assert asyncio.get_running_loop().time() - began < 4  # the deadline would be 5
        await holder.execute("ROLLBACK")
    await until(lambda: whole(db._pool))
    assert db.statistics().evicted == 0
    assert await db.get(Label, uuid4()) is None


async def test_a_storm_of_callers_that_leave(db: Database) -> None:
    ids = await store_labels(db, "abc")
    for round_ in range(60):
        reads = [asyncio.create_task(db.get(Label, ids[n % 3])) for n in range(20)]
        await turns(round_ % 7)
        for read in reads[round_ % 4 :: 2]:
            read.cancel()
        results = await asyncio.gather(*reads, return_exceptions=True)
        for number, result in enumerate(results):
            if isinstance(result, Label):
                assert result.id == ids[number % 3]
            else:
                assert isinstance(result, asyncio.CancelledError)
    await until(lambda: whole(db._pool))
    gc.collect()
    assert not db._joined._open
    assert not db._joined._tasks


async def test_too_long_a_wait_is_refused_to_all(database_url: str) -> None:
    config = PoolConfig(max_size=1, acquire_timeout_seconds=0.1)
    async with open_database(database_url, config=config) as db:
        async with every_connection_taken(db):
            reads = [asyncio.create_task(db.get(Label, uuid4())) for _ in range(3)]
            errors = await asyncio.gather(*reads, return_exceptions=True)
        assert {type(error) for error in errors} == {Overloaded}
        assert await db.get(Label, uuid4()) is None


async def test_a_statement_that_takes_too_long(database_url: str) -> None:
    config = PoolConfig(max_size=1, statement_timeout_seconds=0.2)
    async with open_database(database_url, config=config) as db, session(database_url) as admin:
        await admin.execute("BEGIN; LOCK TABLE labels")
        async with every_connection_taken(db):
            reads = [asyncio.create_task(db.get(Label, uuid4())) for _ in range(3)]
            await turns()
        errors = await asyncio.gather(*reads, return_exceptions=True)
        assert {type(error) for error in errors} == {StatementTimeout}
        await admin.execute("ROLLBACK")


async def test_those_who_wait_when_it_stops_are_told(database_url: str) -> None:
    db = Database(database_url, config=PoolConfig(max_size=1))
    async with every_connection_taken(db):
        reads = [asyncio.create_task(db.get(Label, uuid4())) for _ in range(3)]
        await turns()
        stopping = asyncio.create_task(db.stop())
        errors = await asyncio.gather(*reads, return_exceptions=True)
        assert {type(error) for error in errors} == {Unavailable}
    await stopping
    with pytest.raises(Unavailable):
        await db.get(Label, uuid4())
    assert db.statistics().size == 0


async def test_a_loop_that_ends_leaves_nobody_waiting(db: Database) -> None:
    async with every_connection_taken(db):
        read = asyncio.create_task(db.get(Label, uuid4()))
        await turns()
        (sending,) = db._joined._tasks
        sending.cancel()
        with pytest.raises(Unavailable):
            await read


async def test_a_task_that_holds_a_connection_is_told_that_it_waits_for_itself(
    database_url: str,
) -> None:
    async with (
        open_database(database_url, config=PoolConfig(max_size=1)) as db,
        db.transaction(),
    ):
        with pytest.raises(PoolMisused):
            await db.get(Label, uuid4())


async def test_a_read_beside_a_transaction_does_not_depend_on_what_others_read(
    database_url: str,
) -> None:
    """There is a connection for it, also where somebody reads in the same turn."""
    async with open_database(database_url, config=PoolConfig(max_size=3)) as db:
        async with every_connection_taken(db):
            pass
        async with db.transaction():
            other = asyncio.create_task(db.get(Label, uuid4()))
            await asyncio.sleep(0)
            assert await db.get(Label, uuid4()) is None
        assert await other is None


async def test_in_a_transaction_nothing_is_joined(database_url: str, sent: list[str]) -> None:
    async with open_database(database_url, config=PoolConfig(max_size=1)) as db:
        async with db.transaction() as tx:
            mine = await tx.insert(Label(name="mine"))
            sent.clear()
            other = asyncio.create_task(db.get(Label, mine.id))
            await turns()
            assert await tx.get(Label, mine.id) == mine
            assert await tx.get_json(Label, mine.id) is not None
            assert sent == [by_id(Label, mine.id).sql, json_row(by_id(Label, mine.id)).sql]
        assert await other == mine  # waited, and saw what was committed by then


async def test_under_load_the_statements_are_fewer_by_far(
    database_url: str, sent: list[str]
) -> None:
    async with open_database(database_url, config=PoolConfig(max_size=4)) as db:
        ids = await store_labels(db, "abcdefgh")
        sent.clear()

        async def read() -> None:
            for _ in range(25):
                assert await asyncio.gather(*(db.get(Label, one) for one in ids[:2]))

        await asyncio.gather(*(read() for _ in range(64)))
        assert len(sent) < 64 * 25 * 2 / 5


KINDS = st.sampled_from(
    ["there", "deleted", "missing", "json", "cancelled", "insert", "transaction"]
)


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(st.tuples(KINDS, st.integers(0, 3), st.integers(0, 3)), max_size=40),
    size=st.integers(1, 3),
)
async def test_any_interleaving_gives_what_single_reads_give(
    database_url: str, steps: list[tuple[str, int, int]], size: int
) -> None:
    async with open_database(database_url, config=PoolConfig(max_size=size)) as db:
        people = [await db.insert(Person(name=str(number))) for number in range(4)]
        gone = [await db.insert(Person(name="gone")) for _ in range(4)]
        await db.execute(delete(Person).where(Person.id.in_([one.id for one in gone])))
        missing = uuid4()

        async def step(kind: str, number: int) -> None:
            if kind in {"there", "cancelled"}:
                assert await db.get(Person, people[number].id) == people[number]
            elif kind == "deleted":
                assert await db.get(Person, gone[number].id) is None
            elif kind == "missing":
                assert await db.get(Person, missing) is None
            elif kind == "json":
                shown = await db.get_json(Person, people[number].id)
                assert msgspec.json.decode(shown or b"{}")["name"] == str(number)
            elif kind == "insert":
                row = await db.insert(Person(name="new"))
                assert await db.get(Person, row.id) == row
            else:
                async with db.transaction() as tx:
                    assert await tx.get(Person, people[number].id) == people[number]

        tasks = []
        for kind, number, pause in steps:
            task = asyncio.create_task(step(kind, number))
            tasks.append((kind, task))
            await turns(pause)
            if kind == "cancelled":
                task.cancel()
        for kind, task in tasks:
            try:
                await task
            except asyncio.CancelledError:
                assert kind == "cancelled"


async def test_a_projection_joins_as_well(db: Database) -> None:
    """Every model's own text: references, arrays, choices."""
    ann = await db.insert(Person(name="Ann"))
    project = await db.insert(Project(name="p", owner=ann.id))
    tasks = [await db.insert(Task(project=project.id, title=t, tags=["x"])) for t in "ab"]
    async with every_connection_taken(db):
        reads = [asyncio.create_task(db.get(Task, one.id)) for one in tasks]
        await turns()
    assert await asyncio.gather(*reads) == tasks
    assert UUID(str(tasks[0].project)) == project.id
