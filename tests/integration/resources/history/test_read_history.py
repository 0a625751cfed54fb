"""`/history`: each change in the API's forms, by page and by cursor."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.integration.resources.history.journals import (
    SHEETS,
    Connection,
    Note,
    Sheet,
    ask_history,
    listing_of,
)

from drystone.db.database import Database
from drystone.db.history.author import Author, AuthoredQueries
from drystone.db.query.change import delete, purge, update
from drystone.errors import InvalidCursor, NotFound


async def changed(db: Database, times: int) -> Note:
    note = await db.insert(Note(text="a"))
    for number in range(1, times):
        await db.execute(update(Note).set(Note.stars, number % 10).where(Note.id == note.id))
    return note


async def test_an_entry_says_who_when_and_what(db: Database, beside: Connection) -> None:
    mine = AuthoredQueries(db, Author(actor="user-1", request_id="req-1"))
    note = await mine.insert(Note(text="a", password="hush"))
    await beside.execute("UPDATE notes SET stars = 4, text = 'b'")
    body = await ask_history(db, note.id)
    newest, oldest = body["data"]
    assert newest["changes"] == {
        "text": {"old": "a", "new": "b"},
        "stars": {"old": 0, "new": 4},
        "loud": {"old": "A", "new": "B"},
    }
    assert (newest["version"], newest["operation"], newest["actor"]) == (2, "update", None)
    assert newest["database_role"] == await beside.fetchval("SELECT session_user::text")
    assert datetime.fromisoformat(oldest["changed_at"]) == note.updated_at
    assert (oldest["actor"], oldest["request_id"], oldest["database_role"]) == (
        "user-1",
        "req-1",
        None,
    )
    assert oldest["changes"]["text"] == {"old": None, "new": "a"}
    assert not {"id", "version", "updated_at", "password"} & {*oldest["changes"]}
    assert body["pagination"] == {
        "page": 1,
        "limit": 20,
        "total": 2,
        "total_pages": 1,
        "has_next": False,
        "has_prev": False,
    }


FULL: dict[str, Any] = {
    "price": Decimal("1.50"),
    "weight": 1e300,
    "written_on": date(2026, 1, 31),
    "at": datetime(2026, 1, 31, 12, 0, 0, 120_000, tzinfo=UTC),
    "clock": time(12, 30),
    "length": timedelta(days=-1, seconds=5),
    "raw": b"\x00\xff",
    "extra": {"a": [1, {"b": None}], "at": "2026-01-31T12:00:00+00:00"},
    "times": [datetime(2026, 1, 31, tzinfo=UTC)],
}


async def test_every_type_has_the_form_that_it_has_in_the_row(db: Database) -> None:
    note = await db.insert(Note(text='"q" \\ é', **FULL))
    shown = msgspec.json.decode(await db.get_json(Note, note.id) or b"")
    (entry,) = (await ask_history(db, note.id))["data"]
    for name, change in entry["changes"].items():
        assert change["new"] == shown[name], name
    assert entry["changes"]["price"]["new"] == "1.50"
    assert entry["changes"]["raw"]["new"] == "AP8="


async def test_values_that_json_has_no_word_for(db: Database, beside: Connection) -> None:
    key: UUID = await beside.fetchval(
        "INSERT INTO notes (text, at, written_on, weight, price, length) VALUES"
        " ('a', 'infinity', '-infinity', 'NaN', 'NaN', '1 year 2 mons -3 days 00:00:01.5')"
        " RETURNING id"
    )
    shown = msgspec.json.decode(await db.get_json(Note, key) or b"")
    (entry,) = (await ask_history(db, key))["data"]
    for name in ("at", "written_on", "weight", "price", "length"):
        assert entry["changes"][name]["new"] == shown[name], name


async def test_pages(db: Database) -> None:
    note = await changed(db, 5)
    seen = []
    for page in (1, 2, 3, 4):
        listing = await listing_of(db, note.id, page=page, limit=2)
        body = json.loads(listing.body)
        seen += [one["version"] for one in body["data"]]
        assert body["pagination"]["total_pages"] == 3
        assert body["pagination"]["has_next"] is (page < 3)
        assert ('rel="next"' in dict(listing.headers)["Link"]) is (page < 3)
    assert seen == [5, 4, 3, 2, 1]
    uncounted = await ask_history(db, note.id, count="none", limit=4)
    assert uncounted["pagination"]["total"] is None
    assert uncounted["pagination"]["has_next"] is True


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_walking_by_cursor_there_and_back(db: Database, limit: int) -> None:
    note = await changed(db, 7)
    asked: dict[str, Any] = {"page": None, "limit": limit, "count": "none"}
    body = await ask_history(db, note.id, cursor="", **asked)
    pages = [body]
    while body["pagination"]["next_cursor"]:
        # What happens meanwhile moves no page.
        await db.execute(update(Note).set(Note.stars, Note.stars + 1).where(Note.stars < 1))
        body = await ask_history(db, note.id, cursor=body["pagination"]["next_cursor"], **asked)
        pages.append(body)
    there = [one["version"] for page in pages for one in page["data"]]
    assert there == [7, 6, 5, 4, 3, 2, 1]
    back = [one["version"] for one in body["data"]]
    while body["pagination"]["prev_cursor"]:
        body = await ask_history(db, note.id, cursor=body["pagination"]["prev_cursor"], **asked)
        back = [one["version"] for one in body["data"]] + back
    assert back[-7:] == there


async def test_a_side_whose_changes_are_gone_leads_back(db: Database, beside: Connection) -> None:
    note = await changed(db, 4)
    asked: dict[str, Any] = {"page": None, "limit": 2, "count": "none"}
    first = await ask_history(db, note.id, cursor="", **asked)
    await beside.execute("DELETE FROM drystone.history WHERE version <= 2")
    behind = await ask_history(db, note.id, cursor=first["pagination"]["next_cursor"], **asked)
    assert (behind["data"], behind["pagination"]["has_next"]) == ([], False)
    back = await ask_history(db, note.id, cursor=behind["pagination"]["prev_cursor"], **asked)
    assert [one["version"] for one in back["data"]] == [4, 3]
    assert back["pagination"]["has_prev"] is False
    await beside.execute("DELETE FROM drystone.history")
    none = await ask_history(db, note.id, cursor="", **asked)
    assert (none["data"], none["pagination"]["has_next"]) == ([], False)


async def test_a_cursor_is_good_for_one_row_alone(db: Database) -> None:
    note, other = await changed(db, 3), await db.insert(Note(text="b"))
    body = await ask_history(db, note.id, page=None, cursor="", limit=1)
    cursor = body["pagination"]["next_cursor"]
    with pytest.raises(InvalidCursor):
        await ask_history(db, other.id, page=None, cursor=cursor, limit=1)
    with pytest.raises(InvalidCursor):
        await ask_history(db, note.id, page=None, cursor=cursor + "A", limit=1)


async def test_a_deleted_row_tells_nothing_unless_asked(db: Database) -> None:
    note = await changed(db, 2)
    with pytest.raises(NotFound):
        await ask_history(db, note.id, deleted="only")
    await db.execute(delete(Note).where(Note.id == note.id))
    with pytest.raises(NotFound):
        await ask_history(db, note.id)
    assert len((await ask_history(db, note.id, deleted="include"))["data"]) == 3
    await db.execute(purge(Note).with_deleted().where(Note.id == note.id))
    with pytest.raises(NotFound):
        await ask_history(db, note.id)
    assert len((await ask_history(db, note.id, deleted="only"))["data"]) == 4
    assert (await ask_history(db, note.id, deleted="only", page=9))["data"] == []
    with pytest.raises(NotFound):
        await ask_history(db, uuid4(), deleted="include")


async def test_a_model_without_soft_deletion(db: Database) -> None:
    note = await db.insert(Note(text="a"))
    sheet = await db.insert(Sheet(note=note.id))
    assert len((await ask_history(db, sheet.id, resource=SHEETS))["data"]) == 1
    with pytest.raises(NotFound):
        await ask_history(db, note.id, resource=SHEETS)


async def test_columns_that_came_and_went(db: Database, beside: Connection) -> None:
    await beside.execute("ALTER TABLE notes ADD COLUMN odd integer DEFAULT 1")
    note = await db.insert(Note(text="a"))
    await beside.execute("UPDATE notes SET odd = 2, stars = 1")
    await beside.execute("ALTER TABLE notes DROP COLUMN odd")
    await beside.execute('UPDATE drystone.history SET new = new || \'{"at": "then"}\'')
    newest, oldest = (await ask_history(db, note.id))["data"]
    assert newest["changes"] == {
        "stars": {"old": 0, "new": 1},
        # What the column of now could not hold is shown as it is stored.
        "at": {"old": None, "new": "then"},
    }
    assert "odd" not in oldest["changes"]
