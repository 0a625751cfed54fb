"""One row as bytes, with the version that its ETag needs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

import msgspec
import pytest
from tests.integration.resources.listing.shelves import (
    BOOKS,
    EXPANSIONS,
    SINGLE,
    Book,
    Recorded,
    Room,
    Shelf,
)

from drystone.db.database import Database
from drystone.db.query.change import delete, update
from drystone.errors import NotFound
from drystone.resources.listing.read_row import read_row


async def stored_book(db: Database) -> Book:
    room = await db.insert(Room(name="attic"))
    shelf = await db.insert(Shelf(name="low", room=room.id))
    book = await db.insert(Book(title="x", shelf=shelf.id))
    await db.execute(update(Book).set(Book.rating, 4).where(Book.id == book.id))
    return book


async def test_a_bare_row_has_its_version_as_tag(db: Database) -> None:
    book = await stored_book(db)
    found = await read_row(db, BOOKS, book.id, SINGLE)
    assert found.body == await db.get_json(Book, book.id)
    assert (found.version, found.etag, found.may_be_unchanged) == (2, '"2"', True)


async def test_variants_have_tags_of_their_own(db: Database) -> None:
    book = await stored_book(db)
    fields = replace(SINGLE, fields=("rating", "title"))
    expand = replace(SINGLE, expand=(EXPANSIONS["shelf.room"],))
    shown = await read_row(db, BOOKS, book.id, fields)
    assert shown.body == b'{"rating":4,"title":"x"}'
    whole = await read_row(db, BOOKS, book.id, expand)
    assert msgspec.json.decode(whole.body)["shelf"]["room"]["name"] == "attic"
    other = await read_row(db, BOOKS, book.id, replace(fields, expand=expand.expand))
    assert list(msgspec.json.decode(other.body)) == ["rating", "title", "shelf"]
    assert len({shown.etag, whole.etag, other.etag}) == 3
    assert all(one.etag.startswith('"2;') for one in (shown, whole, other))
    assert (shown.may_be_unchanged, whole.may_be_unchanged) == (True, False)


async def test_a_row_that_is_not_to_be_seen_is_not_found(db: Database) -> None:
    book = await stored_book(db)
    with pytest.raises(NotFound):
        await read_row(db, BOOKS, uuid4(), SINGLE)
    with pytest.raises(NotFound):
        await read_row(db, BOOKS, book.id, SINGLE, scope=Book.rating == 5)
    with pytest.raises(NotFound):
        await read_row(db, BOOKS, book.id, replace(SINGLE, deleted="only"))
    await db.execute(delete(Book).where(Book.id == book.id))
    with pytest.raises(NotFound):
        await read_row(db, BOOKS, book.id, SINGLE)
    for deleted in ("include", "only"):
        found = await read_row(db, BOOKS, book.id, replace(SINGLE, deleted=deleted))
        assert found.version == 3
    assert (
        await read_row(
            db, BOOKS, book.id, replace(SINGLE, deleted="include"), scope=Book.rating == 4
        )
    ).version == 3


async def test_reads_at_the_same_time_travel_together(db: Database) -> None:
    books = [await stored_book(db) for _ in range(5)]
    asked = replace(SINGLE, fields=("title",), expand=(EXPANSIONS["shelf"],))
    ids = [book.id for book in books] * 4
    found = await asyncio.gather(*(read_row(db, BOOKS, id, asked) for id in ids))  # noqa: A001
    assert {one.version for one in found} == {2}
    shelves = [msgspec.json.decode(one.body)["shelf"]["id"] for one in found]
    assert shelves == [str(book.shelf) for book in books] * 4


async def test_a_read_is_one_statement_in_a_transaction_too(db: Database) -> None:
    book = await stored_book(db)
    recorded = Recorded(db)
    asked = replace(SINGLE, expand=tuple(EXPANSIONS.values()))
    await read_row(recorded, BOOKS, book.id, asked)
    assert len(recorded.statements) == 1
    async with db.transaction() as tx:
        assert (await read_row(tx, BOOKS, book.id, asked)).version == 2
