"""Many writes at the same time: no update is lost, nothing is written twice, no 500."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from tests import client
from tests.integration.db.facade import session
from tests.integration.resources.writing.library import Connection, Library, open_library

CALLERS = 50


@pytest.fixture
async def library(database_url: str) -> AsyncIterator[Library]:
    async with open_library(database_url, max_size=10) as library:
        yield library


async def at_once(calls: Any) -> Counter[int]:
    answers: list[client.Answer] = await asyncio.gather(*calls)
    return Counter(one.status for one in answers)


async def until_blocked(beside: Connection) -> None:
    """Wait until a statement waits for a lock."""
    sql = (
        "SELECT EXISTS (SELECT FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock')"
    )
    async with asyncio.timeout(30):
        while not await beside.fetchval(sql):
            await asyncio.sleep(0.005)


async def test_no_update_is_lost_under_conditions(library: Library, beside: Connection) -> None:
    target = f"/books/{(await library.book('One'))['id']}"

    async def count_up() -> int:
        """Read, add one, write what was read; until it works. Return the tries."""
        tries = 0
        while True:
            tries += 1
            row = (await library.send("PATCH", target, {})).json()
            condition = f'"{row["version"]}"'
            body = {"pages": row["pages"] + 1}
            answer = await library.send("PATCH", target, body, if_match=condition)
            if answer.status == 200:
                return tries
            assert answer.status == 412, answer.body

    tries = await asyncio.gather(*(count_up() for _ in range(CALLERS)))
    assert sum(tries) > CALLERS, "nobody was in anybody's way"
    assert await beside.fetchrow("SELECT pages, version FROM books") == (
        await beside.fetchrow("SELECT 51, 51::bigint")
    )


async def test_of_many_with_one_version_one_wins(library: Library) -> None:
    target = f"/books/{(await library.book('One'))['id']}"
    calls = (
        library.send("PATCH", target, {"title": f"t{n}"}, if_match='"1"') for n in range(CALLERS)
    )
    assert await at_once(calls) == {200: 1, 412: CALLERS - 1}


async def test_patches_inside_one_document_all_arrive(library: Library) -> None:
    target = f"/books/{(await library.book('One'))['id']}"
    calls = (library.send("PATCH", target, {"notes": {f"k{n}": n}}) for n in range(CALLERS))
    assert await at_once(calls) == {200: CALLERS}
    notes = (await library.send("PATCH", target, {})).json()["notes"]
    assert notes == {f"k{n}": n for n in range(CALLERS)}


async def test_one_key_sent_many_times_at_once_writes_once(
    library: Library, beside: Connection
) -> None:
    body, key = {"name": "a"}, {"Idempotency-Key": "k"}
    calls = [library.send("POST", "/shelves", body, key) for _ in range(CALLERS)]
    answers: list[client.Answer] = await asyncio.gather(*calls)
    bodies = {one.body for one in answers if one.status == 201}
    codes = {one.json()["code"] for one in answers if one.status != 201}
    assert len(bodies) == 1
    assert codes <= {"idempotency_conflict"}
    fresh = [
        one for one in answers if one.status == 201 and "idempotency-replayed" not in one.headers
    ]
    assert len(fresh) == 1
    assert await beside.fetchval("SELECT count(*) FROM shelves") == 1


async def test_a_key_that_is_in_use_is_told_at_once(
    library: Library, beside: Connection, database_url: str
) -> None:
    shelf = await library.shelf("a")
    patch = ("PATCH", f"/shelves/{shelf['id']}", {"name": "b"}, {"Idempotency-Key": "k"})
    async with session(database_url) as other, other.transaction():
        await other.execute("SELECT FROM shelves FOR UPDATE")
        first = asyncio.ensure_future(library.send(*patch))
        await until_blocked(beside)
        second = await library.send(*patch)
        assert (second.status, second.json()["code"]) == (409, "idempotency_conflict")
        assert not first.done()
    assert (await first).status == 200
    assert (await library.send(*patch)).headers["idempotency-replayed"] == "true"


async def test_unique_conflicts_are_never_500(library: Library, beside: Connection) -> None:
    calls = (library.send("POST", "/shelves", {"name": f"n{n % 5}"}) for n in range(CALLERS))
    assert await at_once(calls) == {201: 5, 409: CALLERS - 5}
    shelf = await library.shelf("other")
    moves = (
        library.send("PATCH", f"/shelves/{shelf['id']}", {"name": f"n{n % 5}"}) for n in range(10)
    )
    assert await at_once(moves) == {409: 10}
    many = {"create": [{"name": "m1"}, {"name": "m2"}], "atomic": True}
    bulks = (library.send("POST", "/shelves/bulk", many) for _ in range(10))
    assert await at_once(bulks) == {200: 1, 422: 9}


@pytest.mark.parametrize("commits", [True, False])
@pytest.mark.parametrize("kind", ["create", "patch", "bulk"])
async def test_a_reference_waits_for_a_deletion_that_is_not_committed(
    library: Library, beside: Connection, database_url: str, *, kind: str, commits: bool
) -> None:
    shelf = (await library.shelf("a"))["id"]
    book = await library.book("One")
    calls: dict[str, Any] = {
        "create": ("POST", "/books", {"shelf_id": shelf, "title": "t"}),
        "patch": ("PATCH", f"/books/{book['id']}", {"shelf_id": shelf}),
        "bulk": ("POST", "/books/bulk", {"create": [{"shelf_id": shelf, "title": "t"}]}),
    }
    async with session(database_url) as other:
        deletion = other.transaction()
        await deletion.start()
        await other.execute("UPDATE shelves SET deleted_at = now() WHERE id = $1", shelf)
        pending = asyncio.ensure_future(library.send(*calls[kind]))
        await until_blocked(beside)
        assert not pending.done()
        await (deletion.commit() if commits else deletion.rollback())
    answer = await pending
    assert answer.status == (422 if commits else {"create": 201}.get(kind, 200))
    if commits:
        pointer = {"bulk": "/create/0/shelf_id"}.get(kind, "/shelf_id")
        (fault,) = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (pointer, "not_found")


async def test_a_deletion_sees_a_reference_that_was_not_committed(
    library: Library, beside: Connection, database_url: str
) -> None:
    shelf = (await library.shelf("a"))["id"]
    async with session(database_url) as other:
        insertion = other.transaction()
        await insertion.start()
        # As SQL of one's own would, without any lock but the foreign key's.
        sql = (
            "INSERT INTO books (shelf_id, title, pages, notes, words)"
            " VALUES ($1, 't', 1, '{}', '{}')"
        )
        await other.execute(sql, shelf)
        pending = asyncio.ensure_future(library.send("DELETE", f"/shelves/{shelf}"))
        await until_blocked(beside)
        await insertion.commit()
    assert (await pending).status == 409


async def test_children_and_deletions_at_the_same_time_never_dangle(
    library: Library, beside: Connection
) -> None:
    shelves = [(await library.shelf(f"s{n}"))["id"] for n in range(10)]
    books = [
        library.send("POST", "/books", {"shelf_id": shelf, "title": f"t{n}"})
        for shelf in shelves
        for n in range(4)
    ]
    deletions = [library.send("DELETE", f"/shelves/{shelf}") for shelf in shelves]
    mixed = [one for pair in zip(books, deletions * 4, strict=False) for one in pair]
    found = await at_once(dict.fromkeys(mixed))
    assert set(found) <= {201, 204, 409, 422}
    dangling = await beside.fetchval(
        "SELECT count(*) FROM books JOIN shelves ON shelves.id = shelf_id"
        " WHERE books.deleted_at IS NULL AND shelves.deleted_at IS NOT NULL"
    )
    assert dangling == 0


async def test_bulks_over_the_same_rows_end(library: Library) -> None:
    rows = [{"id": (await library.shelf(f"s{n}"))["id"]} for n in range(8)]
    forwards = [{**row, "name": f"f{n}"} for n, row in enumerate(rows)]
    backwards = [{**row, "name": f"b{n}"} for n, row in enumerate(reversed(rows))]
    calls = (
        library.send("POST", "/shelves/bulk", {"update": update})
        for update in [forwards, backwards] * 4
    )
    found = await at_once(calls)
    assert set(found) == {200}, found


async def test_two_deletions_of_one_row(library: Library) -> None:
    shelf = (await library.shelf())["id"]
    calls = (library.send("DELETE", f"/shelves/{shelf}") for _ in range(10))
    assert await at_once(calls) == {204: 1, 404: 9}
    back = (library.send("POST", f"/shelves/{shelf}/restore") for _ in range(10))
    assert await at_once(back) == {200: 1, 409: 9}
    assert (await library.send("DELETE", f"/shelves/{uuid4()}")).status == 404
