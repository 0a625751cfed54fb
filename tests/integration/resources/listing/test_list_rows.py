"""Pages by number and by cursor: envelope, totals, links, shapes, statements sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from tests.integration.resources.listing.shelves import (
    EXPANSIONS,
    LABELS,
    PLAIN,
    WALK,
    Book,
    Label,
    Recorded,
    Room,
    Shelf,
    ask,
    sorted_by,
)

from drystone.db.database import Database
from drystone.db.query.change import delete
from drystone.errors import InvalidCursor, InvalidParameter
from drystone.resources.asking.list_request import ListRequest

ROOM = Room(name="cellar")
SHELF = Shelf(name='top "left"', room=ROOM.id)
GONE = Shelf(name="gone", room=ROOM.id)


@pytest_asyncio.fixture
async def books(db: Database) -> AsyncIterator[list[Book]]:
    """Seven books, the newest the last one: two on a shelf, one on a shelf that is deleted."""
    await db.copy(Room, [ROOM])
    await db.copy(Shelf, [SHELF, GONE])
    shelves = [SHELF.id, GONE.id, None, None, SHELF.id, None, None]
    stored = [
        await db.insert(Book(title=f"book {number}", rating=number, shelf=shelf))
        for number, shelf in enumerate(shelves)
    ]
    await db.execute(delete(Shelf).where(Shelf.id == GONE.id))
    yield stored


async def test_a_page_is_counted_and_linked(db: Database, books: list[Book]) -> None:
    target = "/api/v1/books?rating%5Bgte%5D=0&page=2&limit=3&search=a+b"
    found = await ask(db, replace(PLAIN, page=2, limit=3), target=target)
    assert found.names() == ["book 3", "book 2", "book 1"]
    assert found.pagination == {
        "page": 2,
        "limit": 3,
        "total": 7,
        "total_pages": 3,
        "has_next": True,
        "has_prev": True,
    }
    kept = "/api/v1/books?rating%5Bgte%5D=0&limit=3&search=a+b&page="
    assert found.links == {
        "first": f"{kept}1",
        "prev": f"{kept}1",
        "next": f"{kept}3",
        "last": f"{kept}3",
    }


@pytest.mark.parametrize(
    ("page", "names", "has_next"),
    [(1, ["book 6", "book 5", "book 4"], True), (3, ["book 0"], False), (9, [], False)],
)
async def test_pages_end_where_the_rows_do(
    db: Database, books: list[Book], page: int, names: list[str], has_next: bool
) -> None:
    for count in ("exact", "estimated", "none"):
        found = await ask(db, replace(PLAIN, page=page, limit=3, count=count))
        assert found.names() == names
        assert found.pagination["has_next"] == has_next
        assert found.pagination["has_prev"] == (page > 1)
    assert list(found.pagination.values())[2:4] == [None, None]


async def test_a_page_past_the_end_leads_back_to_the_last_one(
    db: Database, books: list[Book]
) -> None:
    found = await ask(db, replace(PLAIN, page=2**50, limit=3))
    assert found.links["prev"].endswith("page=3")
    assert "next" not in found.links
    nothing = await ask(db, PLAIN, resource=LABELS)
    assert nothing.pagination["total"] == nothing.pagination["total_pages"] == 0
    assert nothing.links["last"].endswith("page=1")


async def test_a_page_ends_exactly_with_the_rows(db: Database, books: list[Book]) -> None:
    for count in ("exact", "estimated", "none"):
        found = await ask(db, replace(PLAIN, limit=7, count=count))
        assert (len(found.data), found.pagination["has_next"]) == (7, False)
        first = await ask(db, replace(WALK, limit=7, count=count))
        assert (len(first.data), first.pagination["next_cursor"]) == (7, None)


async def test_an_estimate_does_not_contradict_what_is_seen(
    db: Database, books: list[Book]
) -> None:
    # Nothing was analyzed: the planner guesses.
    for page, limit, least, most in [(1, 3, 4, 10**6), (3, 3, 7, 7), (9, 3, 0, 24)]:
        found = await ask(db, replace(PLAIN, page=page, limit=limit, count="estimated"))
        assert least <= found.pagination["total"] <= most
        assert "last" not in found.links
    whole = await ask(db, replace(WALK, count="estimated", limit=3))
    assert whole.pagination["total"] >= 4


async def test_a_total_beside_cursors_counts_all_pages(db: Database, books: list[Book]) -> None:
    asked = replace(WALK, limit=3, count="exact", where=Book.rating > 0, filter_text="rating>0")
    first = await ask(db, asked)
    second = await ask(db, replace(asked, cursor=first.pagination["next_cursor"]))
    assert first.pagination["total"] == second.pagination["total"] == 6
    assert set(first.pagination) == {
        *("limit", "total", "next_cursor", "prev_cursor", "has_next", "has_prev"),
    }
    assert first.links["first"] == "/api/v1/books?cursor="
    assert first.links["next"].endswith(first.pagination["next_cursor"])


async def test_fields_are_a_projection_in_the_order_asked_for(
    db: Database, books: list[Book]
) -> None:
    expand = (EXPANSIONS["shelf"],)
    found = await ask(db, replace(PLAIN, fields=("title", "id"), limit=1))
    assert list(found.data[0].items()) == [("title", "book 6"), ("id", str(books[6].id))]
    walked = await ask(db, replace(WALK, fields=("rating",), limit=2, sort=sorted_by("rating")))
    assert walked.data == [{"rating": 0}, {"rating": 1}]
    shown = await ask(db, replace(PLAIN, fields=("title",), expand=expand, sort=sorted_by("title")))
    assert list(shown.data[0]) == ["title", "shelf"]
    assert shown.data[0]["shelf"]["id"] == str(SHELF.id)


async def test_expanded_rows_stand_beside_the_reference(db: Database, books: list[Book]) -> None:
    asked = replace(PLAIN, expand=(EXPANSIONS["shelf"],), sort=sorted_by("rating"))
    first, second, third, *_ = (await ask(db, asked)).data
    assert first["shelf_id"] == first["shelf"]["id"] == str(SHELF.id)
    assert first["shelf"]["name"] == 'top "left"'
    assert set(first["shelf"]) == {
        *("id", "name", "room_id", "version", "created_at", "updated_at", "deleted_at"),
    }
    # Deleted, and none.
    assert (second["shelf_id"], second["shelf"]) == (str(GONE.id), None)
    assert (third["shelf_id"], third["shelf"]) == (None, None)


async def test_expansion_goes_further_in_the_same_statement(
    db: Database, books: list[Book]
) -> None:
    recorded = Recorded(db)
    for expand in [("shelf", "shelf.room"), ("shelf.room",)]:
        asked = replace(PLAIN, expand=tuple(EXPANSIONS[name] for name in expand))
        first = (await ask(recorded, replace(asked, sort=sorted_by("rating")))).data[0]
        assert first["shelf"]["room"]["name"] == "cellar"
        assert first["shelf"]["room_id"] == str(ROOM.id)
    assert len(recorded.statements) == 2


async def test_sorted_and_expanded_by_one_reference(db: Database, books: list[Book]) -> None:
    expand = (EXPANSIONS["shelf"],)
    found = await ask(db, replace(PLAIN, sort=sorted_by("shelf.name,rating"), expand=expand))
    # By the deleted one's name too, though it is not shown.
    assert found.names("rating") == [1, 0, 4, 2, 3, 5, 6]


@pytest.mark.parametrize(
    ("asked", "statements"),
    [
        (PLAIN, 1),
        (replace(PLAIN, page=2), 1),
        (replace(PLAIN, count="none"), 1),
        (replace(PLAIN, count="estimated", limit=2), 2),
        (WALK, 1),
        (replace(WALK, count="exact"), 1),
        (replace(WALK, count="estimated"), 2),
        (replace(PLAIN, search="book"), 1),
        (replace(PLAIN, expand=tuple(EXPANSIONS.values())), 1),
        (replace(WALK, expand=tuple(EXPANSIONS.values()), limit=2), 1),
    ],
)
async def test_a_list_takes_one_statement_or_two(
    db: Database, books: list[Book], asked: ListRequest, statements: int
) -> None:
    recorded = Recorded(db)
    await ask(recorded, asked)
    assert len(recorded.statements) == statements


async def test_deleted_rows_are_seen_when_asked_for(db: Database, books: list[Book]) -> None:
    await db.execute(delete(Book).where(Book.rating < 3))
    by_rating = replace(PLAIN, sort=sorted_by("rating"))
    assert (await ask(db, by_rating)).names("rating") == [3, 4, 5, 6]
    only = await ask(db, replace(by_rating, deleted="only"))
    assert (only.names("rating"), only.pagination["total"]) == ([0, 1, 2], 3)
    whole = await ask(db, replace(by_rating, deleted="include"))
    assert whole.pagination["total"] == 7
    await db.insert(Label(name="x"))
    assert len((await ask(db, replace(PLAIN, deleted="include"), resource=LABELS)).data) == 1


async def test_a_scope_of_ours_holds_besides_the_filters(db: Database, books: list[Book]) -> None:
    asked = replace(PLAIN, where=Book.rating < 5, sort=sorted_by("rating"))
    found = await ask(db, asked, scope=Book.shelf == SHELF.id)
    assert (found.names("rating"), found.pagination["total"]) == ([0, 4], 2)


async def test_search_has_the_best_first_by_pages_and_cursors(db: Database) -> None:
    titles = ["tea", "tea and tea and tea", "coffee", "green tea with tea"] + ["tea"] * 5
    for title in titles:
        await db.insert(Book(title=title))
    asked = replace(PLAIN, search="TEA")
    found = await ask(db, asked)
    assert found.names()[:2] == ["tea and tea and tea", "green tea with tea"]
    assert found.pagination["total"] == 8
    walked: list[Any] = []
    page = replace(WALK, search="TEA", limit=3)
    while page.cursor is not None:
        answer = await ask(db, page)
        walked += answer.names("id")
        page = replace(page, cursor=answer.pagination["next_cursor"])
    assert walked == found.names("id")
    by_title = await ask(db, replace(asked, sort=sorted_by("title")))
    assert by_title.names()[0] == "green tea with tea"
    for nothing in ("!!!", "te", "-tea coffee tea"):
        assert (await ask(db, replace(PLAIN, search=nothing))).data == []


async def test_a_cursor_is_good_for_one_question(db: Database, books: list[Book]) -> None:
    asked = replace(WALK, limit=2, sort=sorted_by("rating"), filter_text="f", search="book")
    cursor = (await ask(db, asked)).pagination["next_cursor"]
    same = replace(asked, cursor=cursor)
    assert (await ask(db, replace(same, limit=1, count="exact"))).names("rating") == [2]
    for other in (
        replace(same, sort=sorted_by("-rating")),
        replace(same, sort=()),
        replace(same, filter_text="g"),
        replace(same, search="books"),
        replace(same, search=None),
        replace(same, deleted="include"),
    ):
        with pytest.raises(InvalidCursor) as refused:
            await ask(db, other)
        assert refused.value.errors[0].parameter == "cursor"
    plain = (await ask(db, replace(WALK, limit=2))).pagination["next_cursor"]
    with pytest.raises(InvalidCursor):
        await ask(db, replace(WALK, cursor=plain), resource=LABELS)


async def test_keys_of_cursors_rotate(db: Database, books: list[Book]) -> None:
    asked = replace(WALK, limit=2)
    old = (await ask(db, asked, key=b"old")).pagination["next_cursor"]
    with pytest.raises(InvalidCursor):
        await ask(db, replace(asked, cursor=old), key=b"new")
    found = await ask(db, replace(asked, cursor=old), key=b"new", older_keys=[b"old"])
    renewed = found.pagination["next_cursor"]
    assert (await ask(db, replace(asked, cursor=renewed), key=b"new")).names() == [
        "book 2",
        "book 1",
    ]


async def test_values_too_long_for_a_cursor_are_refused_with_a_mend(db: Database) -> None:
    for number in range(3):
        await db.insert(Book(title=f"{number}" * 4_000))
    asked = replace(WALK, limit=1, sort=sorted_by("title"))
    with pytest.raises(InvalidParameter, match="too long for cursors") as refused:
        await ask(db, asked)
    assert refused.value.errors[0].parameter == "sort"
    assert len((await ask(db, replace(PLAIN, sort=asked.sort))).data) == 3


async def test_a_place_of_an_order_that_was_changed_is_refused(
    db: Database, books: list[Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = (await ask(db, replace(WALK, limit=2))).pagination["next_cursor"]
    monkeypatch.setattr(
        "drystone.resources.listing.cursor_page.order_of",
        lambda *_: (Book.rating.asc(), Book.id.asc()),
    )
    with pytest.raises(InvalidCursor):
        await ask(db, replace(WALK, cursor=cursor))
