"""Walking by cursor gives the rows of one sorted query, whatever they hold and whoever writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.resources.listing.shelves import (
    SORTS,
    WALK,
    Answer,
    Book,
    Room,
    Shelf,
    ask,
    sorted_by,
)

from drystone.db.database import Database
from drystone.db.query.change import delete
from drystone.db.query.raw import sql
from drystone.resources.asking.list_request import ListRequest

START = datetime(2026, 5, 1, tzinfo=UTC)
ROOMS = [Room(name=name) for name in ("cellar", "attic")]
SHELVES = [
    Shelf(name=name, room=room.id)
    for name, room in zip(("a", None, "b", "a", None), ROOMS * 3, strict=False)
]
# The references that a path follows, for the oracle's SQL.
COLUMNS = {
    "shelf.name": "shelves.name",
    "shelf.room.name": "rooms.name",
} | {name: f"books.{name}" for name in ("id title pages rating read_at created_at".split())}

BOOKS = st.builds(
    Book,
    title=st.sampled_from(["", "a", "B", "b", "ä", 'quote"\\', "100%"]),
    pages=st.none() | st.integers(-1, 1) | st.just(2**62),
    rating=st.integers(0, 2),
    read_at=st.none() | st.sampled_from([START, START + timedelta(microseconds=1)]),
    shelf=st.none() | st.sampled_from([one.id for one in SHELVES]),
)
TERMS = st.lists(st.sampled_from(sorted(SORTS)), max_size=4, unique=True).flatmap(
    lambda names: st.tuples(*(st.sampled_from([name, f"-{name}"]) for name in names)).map(",".join)
)
NONE: st.SearchStrategy[list[Book]] = st.just([])
SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def store(db: Database, books: Sequence[Book]) -> None:
    """Let the books be all that there is."""
    for table in ("books", "shelves", "rooms"):
        await db.execute(sql(f"DELETE FROM {table}"))
    await db.copy(Room, ROOMS)
    await db.copy(Shelf, SHELVES)
    if books:
        await db.copy(Book, books)


async def expected_ids(db: Database, sort: str) -> list[str]:
    """Return the ids of all books in the order that plain SQL gives."""
    terms = [(one.removeprefix("-"), one.startswith("-")) for one in sort.split(",") if one]
    last = terms[-1][1] if terms else True
    order = ", ".join(
        f"{COLUMNS[name]} {'DESC' if descends else 'ASC'}"
        for name, descends in [*terms, ("id", last)]
    )
    rows = await db.all(
        sql(
            "SELECT books.id FROM books LEFT JOIN shelves ON shelves.id = shelf_id "
            f"LEFT JOIN rooms ON rooms.id = room_id WHERE books.deleted_at IS NULL ORDER BY {order}"
        )
    )
    return [str(row[0]) for row in rows]


async def walk(db: Database, asked: ListRequest, *, backward: bool = False) -> list[Answer]:
    """Return the pages from this one on, checking that each tells of its neighbours rightly."""
    pages = [await ask(db, asked)]
    key = "prev_cursor" if backward else "next_cursor"
    while cursor := pages[-1].pagination[key]:
        pages.append(await ask(db, replace(asked, cursor=cursor)))
        assert len(pages) < 200, "the walk does not end"
    return pages


def ids_of(pages: Sequence[Answer]) -> list[str]:
    return [one for page in pages for one in page.names("id")]


@pytest.mark.slow
@SETTINGS
@given(
    books=st.lists(BOOKS, max_size=12, unique_by=lambda one: one.id),
    sort=TERMS,
    limit=st.integers(1, 5),
)
async def test_both_ways_give_the_rows_of_one_query(
    db: Database, books: list[Book], sort: str, limit: int
) -> None:
    await store(db, books)
    expected = await expected_ids(db, sort)
    asked = replace(WALK, sort=sorted_by(sort), limit=limit)
    pages = await walk(db, asked)
    assert ids_of(pages) == expected
    assert [len(page.data) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    for number, page in enumerate(pages):
        assert page.pagination["has_prev"] == (number > 0)
        assert page.pagination["has_next"] == (number < len(pages) - 1)
        assert (page.pagination["prev_cursor"] is None) == (number == 0)
        assert set(page.links) == {
            "first",
            *(["prev"] if number else []),
            *(["next"] if number < len(pages) - 1 else []),
        }
    if len(pages) > 1:
        before = replace(asked, cursor=pages[-1].pagination["prev_cursor"])
        back = await walk(db, before, backward=True)
        assert ids_of([*reversed(back), pages[-1]]) == expected
        assert not back[-1].pagination["has_prev"]
        assert all(page.pagination["has_next"] for page in back)


@pytest.mark.slow
@SETTINGS
@given(data=st.data(), sort=TERMS, limit=st.integers(1, 4))
async def test_rows_that_stay_are_seen_once_while_others_come_and_go(
    db: Database, data: st.DataObject, sort: str, limit: int
) -> None:
    staying = data.draw(st.lists(BOOKS, max_size=8, unique_by=lambda one: one.id), "staying")
    going = data.draw(st.lists(BOOKS, max_size=8, unique_by=lambda one: one.id), "going")
    await store(db, [*staying, *going])
    asked = replace(WALK, sort=sorted_by(sort), limit=limit)
    key, found = "next_cursor", []
    if data.draw(st.booleans(), "backward"):
        last = (await walk(db, asked))[-1]
        if last.pagination["prev_cursor"] is not None:
            key, found = "prev_cursor", last.names("id")
            asked = replace(asked, cursor=last.pagination["prev_cursor"])
    while asked.cursor is not None:
        for gone in data.draw(st.lists(st.sampled_from(going), unique_by=id) if going else NONE):
            await db.execute(delete(Book).where(Book.id == gone.id))
        for come in data.draw(st.lists(BOOKS, max_size=2)):
            await db.insert(come)
        page = await ask(db, asked)
        ids = page.names("id")
        found = ids + found if key == "prev_cursor" else found + ids
        asked = replace(asked, cursor=page.pagination[key])
    kept = {str(one.id) for one in staying}
    expected = [one for one in await expected_ids(db, sort) if one in kept]
    assert [one for one in found if one in kept] == expected
    assert len(set(found)) == len(found)


async def test_one_can_come_back_from_where_everything_is_gone(db: Database) -> None:
    books = [Book(title="x", rating=number) for number in range(6)]
    await store(db, books)
    asked = replace(WALK, sort=sorted_by("rating"), limit=2)
    first, second, _ = await walk(db, asked)
    await remove(db, [one.id for one in books[4:]])
    end = await ask(db, replace(asked, cursor=second.pagination["next_cursor"]))
    assert (end.data, end.pagination["has_next"], end.pagination["has_prev"]) == ([], False, True)
    back = await ask(db, replace(asked, cursor=end.pagination["prev_cursor"]))
    assert back.names("rating") == [2, 3]
    await remove(db, [one.id for one in books[:2]])
    start = await ask(db, replace(asked, cursor=back.pagination["prev_cursor"]))
    assert (start.data, start.pagination["has_prev"]) == ([], False)
    again = await ask(db, replace(asked, cursor=start.pagination["next_cursor"]))
    assert again.names("rating") == [2, 3]
    assert first.names("rating") == [0, 1]


async def remove(db: Database, ids: Sequence[UUID]) -> Any:
    return await db.execute(delete(Book).where(Book.id.in_(ids)))
