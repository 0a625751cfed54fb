"""What the tables write of themselves, whoever changes them."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.integration.db.facade import session
from tests.integration.resources.history.journals import (
    Connection,
    Journal,
    Note,
    Plain,
    Sheet,
    entries,
)

from drystone.db.database import Database
from drystone.db.history.author import Author, AuthoredQueries, name_author
from drystone.db.query.change import delete, purge, restore, update
from drystone.db.query.insert import insert
from drystone.db.query.json_rows import stored_row
from drystone.db.query.raw import sql
from drystone.db.query.select import select
from drystone.db.transaction.transaction import Transaction


async def test_each_change_is_one_row_with_the_changed_fields_alone(
    db: Database, beside: Connection
) -> None:
    note = await db.insert(Note(text="a", stars=1))
    await db.execute(update(Note).set(Note.stars, 2).where(Note.id == note.id))
    await db.execute(delete(Note).where(Note.id == note.id))
    await db.execute(restore(Note).where(Note.id == note.id))
    await db.execute(purge(Note).where(Note.id == note.id))
    found = await entries(beside, note.id)
    assert [(one["operation"], one["version"]) for one in found] == [
        ("insert", 1),
        ("update", 2),
        ("update", 3),
        ("update", 4),
        ("delete", 5),
    ]
    assert {one["table_name"] for one in found} == {"notes"}
    assert json.loads(found[0]["new"])["stars"] == 1
    assert found[0]["old"] is None
    assert (json.loads(found[1]["old"]), json.loads(found[1]["new"])) == (
        {"stars": 1},
        {"stars": 2},
    )
    assert [*json.loads(found[2]["new"])] == ["deleted_at"]
    assert json.loads(found[3]["new"]) == {"deleted_at": None}
    assert json.loads(found[4]["old"])["text"] == "a"
    assert found[4]["new"] is None


async def test_a_model_without_secrets_is_recorded_alike(db: Database, beside: Connection) -> None:
    journal = await db.insert(Journal(name="a"))
    await db.execute(update(Journal).set(Journal.name, "b").where(Journal.id == journal.id))
    await db.execute(purge(Journal).where(Journal.id == journal.id))
    first, second, third = await entries(beside, journal.id)
    assert json.loads(first["new"])["name"] == "a"
    assert (json.loads(second["old"]), json.loads(second["new"])) == ({"name": "a"}, {"name": "b"})
    assert json.loads(third["old"])["name"] == "b"


async def test_an_update_in_psql_is_recorded_with_the_role(
    db: Database, beside: Connection
) -> None:
    note = await db.insert(Note(text="a"))
    await beside.execute("UPDATE notes SET text = 'b'")
    last = (await entries(beside, note.id))[-1]
    assert json.loads(last["new"]) == {"text": "b", "loud": "B"}
    assert (last["actor"], last["request_id"]) == (None, None)
    assert last["database_role"] == await beside.fetchval("SELECT session_user::text")


async def test_an_update_that_changes_nothing_is_none(db: Database, beside: Connection) -> None:
    note = await db.insert(Note(text="a"))
    await beside.execute("UPDATE notes SET text = text")
    assert len(await entries(beside, note.id)) == 1


async def test_the_time_is_that_of_updated_at(db: Database, beside: Connection) -> None:
    note = await db.insert(Note(text="a"))
    changed = await db.one(update(Note).set(Note.stars, 3).where(Note.id == note.id).returning())
    first, second = await entries(beside, note.id)
    assert (first["changed_at"], second["changed_at"]) == (note.updated_at, changed.updated_at)
    assert second["previous_at"] == note.updated_at


async def test_what_is_rolled_back_leaves_nothing(db: Database, beside: Connection) -> None:
    async def work(tx: Transaction) -> None:
        await tx.insert(Note(text="a"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await db.transaction().run(work)
    assert await beside.fetchval("SELECT count(*) FROM drystone.history") == 0


async def test_secret_columns_are_nowhere(db: Database, beside: Connection) -> None:
    note = await db.insert(Note(text="a", password="hush-1"))
    await db.execute(update(Note).set(Note.password, "hush-2").where(Note.id == note.id))
    await db.execute(
        update(Note).set(Note.password, "hush-3").set(Note.text, "b").where(Note.id == note.id)
    )
    await db.execute(purge(Note).where(Note.id == note.id))
    found = await entries(beside, note.id)
    assert len(found) == 4
    for one in found:
        assert "hush" not in str([*one.values()])
        assert "password" not in str([*one.values()])
    assert [one["version"] for one in found] == [1, 2, 3, 4]


async def test_truncate_is_refused_with_the_mend(db: Database, beside: Connection) -> None:
    await db.insert(Note(text="a"))
    with pytest.raises(asyncpg.FeatureNotSupportedError) as caught:
        await beside.execute("TRUNCATE notes CASCADE")
    assert "DELETE FROM notes" in (caught.value.hint or "")
    assert await db.count(select(Note)) == 1
    await beside.execute("TRUNCATE plains")


async def test_a_model_that_declines_has_none(db: Database, beside: Connection) -> None:
    await db.insert(Plain(name="a"))
    assert await beside.fetchval("SELECT count(*) FROM drystone.history") == 0


async def test_what_follows_from_a_purge_is_recorded_too(db: Database, beside: Connection) -> None:
    journal = await db.insert(Journal(name="j"))
    note = await db.insert(Note(text="a", journal=journal.id))
    sheet = await db.insert(Sheet(note=note.id))
    await db.execute(purge(Journal).where(Journal.id == journal.id))
    assert json.loads((await entries(beside, note.id))[-1]["old"]) == {
        "journal_id": str(journal.id)
    }
    await db.execute(purge(Note).where(Note.id == note.id))
    assert [one["operation"] for one in await entries(beside, sheet.id)] == ["insert", "delete"]


async def test_an_id_stays_what_it_was(db: Database, beside: Connection) -> None:
    await db.insert(Note(text="a"))
    with pytest.raises(asyncpg.RaiseError, match="cannot be changed"):
        await beside.execute("UPDATE notes SET id = gen_random_uuid()")


async def test_values_are_written_alike_whoever_writes(db: Database, beside: Connection) -> None:
    await beside.execute(
        "SET timezone = 'Asia/Kathmandu'; SET intervalstyle = 'postgres_verbose';"
        " SET bytea_output = 'escape'; SET extra_float_digits = -5"
    )
    key = await beside.fetchval(
        "INSERT INTO notes (text, at, length, raw, weight) VALUES"
        " ('a', '2026-01-31 12:00Z', '1 day 2 hours', '\\x00ff', 0.1::float8 + 0.2::float8)"
        " RETURNING id"
    )
    new = json.loads((await entries(beside, key))[0]["new"])
    assert (new["at"], new["length"], new["raw"], new["weight"]) == (
        "2026-01-31T12:00:00+00:00",
        "P1DT2H",
        "\\x00ff",
        0.30000000000000004,
    )


WHO = Author(actor="user-1", request_id="req-1")


async def test_a_statement_by_itself_says_who_makes_it(db: Database, beside: Connection) -> None:
    mine = AuthoredQueries(db, WHO)
    note = await mine.insert(Note(text="a"))
    found = await mine.one(
        stored_row(update(Note).set(Note.stars, 2).where(Note.id == note.id).returning())
    )
    assert (found[1], found[2]) == (note.id, 2)
    assert await mine.execute(update(Note).set(Note.stars, 3).where(Note.stars == 2)) == 1
    assert await mine.execute(update(Note).set(Note.stars, 4).where(Note.stars == 2)) == 0
    gone = await mine.all(purge(Note).where(Note.id == note.id).returning(Note.text))
    assert gone == ["a"]
    written = await entries(beside, note.id)
    assert [(one["actor"], one["request_id"]) for one in written] == [("user-1", "req-1")] * 4


async def test_nothing_of_an_author_is_left_on_the_connection(
    db: Database, beside: Connection
) -> None:
    await AuthoredQueries(db, WHO).insert(Note(text="a"))
    for number in range(12):
        await db.insert(Note(text=f"b{number}"))
    actors = await beside.fetch("SELECT DISTINCT actor FROM drystone.history ORDER BY 1")
    assert [row["actor"] for row in actors] == ["user-1", None]


async def test_reads_pass_as_they_are(db: Database) -> None:
    mine = AuthoredQueries(db, WHO)
    note = await mine.insert(Note(text="a"))
    assert await mine.get(Note, note.id) == note
    assert await mine.count(select(Note)) == 1
    assert await mine.joined(select(Note).where(Note.id == note.id)) == note
    assert await mine.execute(sql("SELECT 1")) == 1
    with pytest.raises(NotImplementedError, match="in a transaction"):
        await mine.copy(Note, [Note(text="b")])


async def test_a_transaction_says_it_once(db: Database, beside: Connection) -> None:
    async with db.transaction() as tx:
        await name_author(tx, WHO)
        note = await tx.insert(Note(text="a"))
        await tx.execute(update(Note).set(Note.stars, 2).where(Note.id == note.id))
    await db.execute(update(Note).set(Note.stars, 3).where(Note.id == note.id))
    written = await entries(beside, note.id)
    assert [one["actor"] for one in written] == ["user-1", "user-1", None]
    assert len({one["changed_at"] for one in written}) == 2


@pytest.mark.parametrize("author", [Author(), Author(actor="", request_id=None)])
async def test_nobody_is_null(db: Database, beside: Connection, author: Author) -> None:
    note = await AuthoredQueries(db, author).insert(Note(text="a"))
    (written,) = await entries(beside, note.id)
    assert (written["actor"], written["request_id"]) == (None, None)


async def test_a_nul_in_a_name_refuses_no_write(db: Database, beside: Connection) -> None:
    note = await AuthoredQueries(db, Author(actor="a\0b")).insert(Note(text="a"))
    assert (await entries(beside, note.id))[0]["actor"] == "ab"


async def test_every_committed_change_is_written_once_and_versions_have_no_gap(
    database_url: str, db: Database, beside: Connection
) -> None:
    notes = [await db.insert(Note(text=f"n{number}")) for number in range(4)]

    async def change(worker: int) -> int:
        committed = 0
        for turn in range(30):
            note = notes[(worker + turn) % len(notes)]
            change = update(Note).set(Note.stars, (worker + turn) % 10).where(Note.id == note.id)
            try:
                async with db.transaction() as tx:
                    changed = await tx.one(change.returning())
                    if turn % 3 == 0:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue
            committed += changed.version > 0
        return committed

    await asyncio.gather(*(change(worker) for worker in range(6)))
    for note in notes:
        present = await db.one(select(Note).where(Note.id == note.id))
        written = await entries(beside, note.id)
        assert [one["version"] for one in written] == [*range(1, present.version + 1)]


async def _partition_of(connection: Connection, key: UUID) -> Any:
    return await connection.fetchval(
        "SELECT tableoid::regclass::text FROM drystone.history WHERE row_id = $1", key
    )


async def test_a_change_finds_its_month_or_the_default(db: Database, beside: Connection) -> None:
    note = await db.insert(Note(text="a"))
    month = f"{note.updated_at:drystone.history_%Y_%m}"
    assert await _partition_of(beside, note.id) == month
    await beside.execute(f"DROP TABLE {month}")
    late = await db.insert(Note(text="b"))
    assert await _partition_of(beside, late.id) == "drystone.history_default"
    await beside.execute(
        "CREATE TABLE drystone.history_2020_01 PARTITION OF drystone.history"
        " FOR VALUES FROM ('2020-01-01Z') TO ('2020-02-01Z');"
        " CREATE TABLE drystone.history_2020_02 PARTITION OF drystone.history"
        " FOR VALUES FROM ('2020-02-01Z') TO ('2020-03-01Z')"
    )
    for moment, partition in (
        (datetime(2020, 1, 31, 23, 59, 59, 999999, tzinfo=UTC), "drystone.history_2020_01"),
        (datetime(2020, 2, 1, tzinfo=UTC), "drystone.history_2020_02"),
    ):
        key = uuid4()
        await beside.execute(
            "INSERT INTO drystone.history (changed_at, sequence, table_name, row_id, version,"
            " operation, database_role) VALUES ($1, 1, 'notes', $2, 1, 'insert', 'x')",
            moment,
            key,
        )
        assert await _partition_of(beside, key) == partition


async def test_the_documented_role_can_write_rows_and_only_read_the_history(
    database_url: str, db: Database, beside: Connection
) -> None:
    if not await beside.fetchval("SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user"):
        pytest.skip("the role of the tests may make no roles")
    role = f"app_{uuid4().hex[:12]}"
    page = (Path(__file__).parents[4] / "docs/history.md").read_text()
    script = re.sub(r"\bapp\b", role, page.rpartition("```sql")[2].partition("```")[0])
    try:
        await beside.execute(script)
        async with session(database_url) as connection, connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {role}")
            key = await connection.fetchval("INSERT INTO notes (text) VALUES ('a') RETURNING id")
            assert len(await entries(connection, key)) == 1
            for refused in (
                "DELETE FROM drystone.history",
                "INSERT INTO drystone.history SELECT * FROM drystone.history",
                "DROP TABLE drystone.history",
                "ALTER TABLE notes DISABLE TRIGGER history",
                "SET session_replication_role = replica",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    async with connection.transaction():
                        await connection.execute(refused)
    finally:
        await beside.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


async def test_many_rows_of_one_statement_are_each_written(
    db: Database, beside: Connection
) -> None:
    await db.all(insert(*(Note(text=f"n{number}") for number in range(50))).returning())
    await db.execute(update(Note).set(Note.stars, 5).everywhere())
    counts = await beside.fetch(
        "SELECT operation, count(*) AS count FROM drystone.history GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in counts] == [("insert", 50), ("update", 50)]
