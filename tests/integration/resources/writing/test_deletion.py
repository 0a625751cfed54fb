"""DELETE, purge and restore, and what becomes of rows that refer to what is deleted."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.integration.resources.writing.library import Connection, Library


async def live(beside: Connection, table: str) -> int:
    count: int = await beside.fetchval(f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL")
    return count


async def stored(beside: Connection, table: str) -> int:
    count: int = await beside.fetchval(f"SELECT count(*) FROM {table}")
    return count


async def lend(library: Library, book: Any, reader: str, **values: Any) -> Any:
    return await library.made("/loans", {"book_id": book["id"], "reader": reader, **values})


async def test_a_deletion_is_a_mark_and_can_be_taken_back(
    library: Library, beside: Connection
) -> None:
    shelf = await library.shelf()
    target = f"/shelves/{shelf['id']}"
    gone = await library.send("DELETE", target)
    assert (gone.status, gone.body) == (204, b"")
    assert (await live(beside, "shelves"), await stored(beside, "shelves")) == (0, 1)
    assert (await library.send("DELETE", target)).status == 404
    back = await library.send("POST", f"{target}/restore")
    assert (back.status, back.json()["deleted_at"]) == (200, None)
    assert back.headers["etag"] == f'"{back.json()["version"]}"' == '"3"'
    again = await library.send("POST", f"{target}/restore")
    assert (again.status, again.json()["code"]) == (409, "conflict")
    assert (await library.send("POST", f"/shelves/{uuid4()}/restore")).status == 404


async def test_a_restoration_may_be_conditional(library: Library) -> None:
    shelf = await library.shelf()
    target = f"/shelves/{shelf['id']}"
    await library.send("DELETE", target)
    assert (await library.send("POST", f"{target}/restore", if_match='"1"')).status == 412
    minimal = await library.send(
        "POST", f"{target}/restore", if_match='"2"', prefer="return=minimal"
    )
    assert (minimal.status, minimal.body) == (204, b"")


async def test_a_model_without_deleted_rows_deletes_for_good(
    library: Library, beside: Connection
) -> None:
    stamp = await library.made("/stamps", {"name": "a"})
    assert (await library.send("DELETE", f"/stamps/{stamp['id']}")).status == 204
    assert await stored(beside, "stamps") == 0
    assert (await library.send("DELETE", f"/stamps/{stamp['id']}")).status == 404
    assert (await library.send("POST", f"/stamps/{stamp['id']}/restore")).status == 404


async def test_a_reference_of_a_row_without_a_mark_stands_in_the_way(
    library: Library, beside: Connection
) -> None:
    stamp = await library.made("/stamps", {"name": "a"})
    await library.made("/marks", {"stamp_id": stamp["id"]})
    for target in (f"/stamps/{stamp['id']}", f"/stamps/{stamp['id']}?purge=true"):
        answer = await library.send("DELETE", target)
        assert (answer.status, answer.json()["code"]) == (409, "reference_violation")
        assert answer.json()["detail"] == "Other rows refer to it: marks by stamp_id."
    assert await stored(beside, "stamps") == 1


async def test_a_purge_is_for_good_whether_the_row_is_live_or_deleted(
    library: Library, beside: Connection
) -> None:
    one, two = await library.shelf("a"), await library.shelf("b")
    await library.send("DELETE", f"/shelves/{two['id']}")
    stale = await library.send("DELETE", f"/shelves/{two['id']}?purge=true", if_match='"1"')
    assert (stale.status, stale.headers["etag"]) == (412, '"2"')
    for shelf in (one, two):
        assert (await library.send("DELETE", f"/shelves/{shelf['id']}?purge=true")).status == 204
        assert (await library.send("DELETE", f"/shelves/{shelf['id']}?purge=true")).status == 404
    assert await stored(beside, "shelves") == 0


async def test_restricted_is_what_live_rows_refer_to(library: Library, beside: Connection) -> None:
    book = await library.book("One")
    target = f"/shelves/{book['shelf_id']}"
    answer = await library.send("DELETE", target)
    assert (answer.status, answer.json()["code"]) == (409, "reference_violation")
    assert answer.json()["detail"] == "Other rows refer to it: books by shelf_id."
    assert await live(beside, "shelves") == 1
    await library.send("DELETE", f"/books/{book['id']}")
    assert (await library.send("DELETE", target)).status == 204
    # For good it cannot go: the deleted book can still be restored.
    purge = await library.send("DELETE", f"{target}?purge=true")
    assert (purge.status, purge.json()["detail"]) == (409, answer.json()["detail"])


async def test_a_row_that_refers_to_itself_stands_in_nobodys_way(library: Library) -> None:
    one = await library.book("One")
    two = await library.book("Two", sequel_of_id=one["id"])
    refused = await library.send("DELETE", f"/books/{one['id']}")
    assert refused.json()["detail"] == "Other rows refer to it: books by sequel_of_id."
    own = {"sequel_of_id": two["id"]}
    assert (await library.send("PATCH", f"/books/{two['id']}", own)).status == 200
    assert (await library.send("DELETE", f"/books/{two['id']}")).status == 204
    assert (await library.send("DELETE", f"/books/{one['id']}")).status == 204


async def test_a_deletion_takes_along_and_empties_what_is_declared(
    library: Library, beside: Connection
) -> None:
    spare = await library.shelf("spare")
    book = await library.book("One", spare_id=spare["id"])
    other = await library.book("Two")
    await lend(library, book, "ann", shelf_id=spare["id"])
    await lend(library, book, "ben")
    kept = await lend(library, other, "cid", shelf_id=spare["id"])
    assert (await library.send("DELETE", f"/shelves/{spare['id']}")).status == 204
    row = (await library.send("PATCH", f"/books/{book['id']}", {})).json()
    assert (row["spare_id"], row["version"]) == (None, 2)
    assert (await library.send("DELETE", f"/books/{book['id']}")).status == 204
    assert await beside.fetch("SELECT id FROM loans WHERE deleted_at IS NULL") == [
        (await beside.fetchrow("SELECT id FROM loans WHERE id = $1", kept["id"]))
    ]
    assert (await library.send("PATCH", f"/loans/{kept['id']}", {})).json()["shelf_id"] is None


async def test_what_went_along_comes_back_along(library: Library, beside: Connection) -> None:
    book = await library.book("One")
    before = await lend(library, book, "ann")
    await library.send("DELETE", f"/loans/{before['id']}")
    await lend(library, book, "ben")
    shelf = await library.shelf("s")
    misled = await lend(library, book, "cid", shelf_id=shelf["id"])
    await library.send("DELETE", f"/books/{book['id']}")
    await beside.execute("UPDATE shelves SET deleted_at = now() WHERE id = $1", shelf["id"])
    assert (await library.send("POST", f"/books/{book['id']}/restore")).status == 200
    readers = await beside.fetch("SELECT reader FROM loans WHERE deleted_at IS NULL")
    # Neither what was deleted before, nor what would refer to a deleted row.
    assert [row["reader"] for row in readers] == ["ben"]
    alone = await library.send("POST", f"/loans/{misled['id']}/restore")
    assert (alone.status, alone.json()["code"]) == (409, "reference_violation")
    assert [one["pointer"] for one in alone.json()["errors"]] == ["/shelf_id"]


async def test_what_comes_back_along_may_be_in_somebodys_way(
    library: Library, beside: Connection
) -> None:
    book = await library.book("One")
    await lend(library, book, "ann")
    await library.send("DELETE", f"/books/{book['id']}")
    await lend(library, await library.book("Two"), "ann")
    answer = await library.send("POST", f"/books/{book['id']}/restore")
    assert (answer.status, answer.json()["detail"]) == (
        409,
        "In loans: reader is taken already.",
    )
    assert await live(beside, "books") == 1


async def test_a_purge_leaves_to_foreign_keys_what_refers(
    library: Library, beside: Connection
) -> None:
    book = await library.book("One")
    await lend(library, book, "ann")
    assert (await library.send("DELETE", f"/books/{book['id']}?purge=true")).status == 204
    assert (await stored(beside, "books"), await stored(beside, "loans")) == (0, 0)


async def test_a_failed_deletion_leaves_nothing(library: Library, beside: Connection) -> None:
    spare = await library.shelf("spare")
    await library.book("One", spare_id=spare["id"])
    await library.book("Two", shelf_id=spare["id"])
    assert (await library.send("DELETE", f"/shelves/{spare['id']}")).status == 409
    # The reference that would have been emptied is still there.
    assert await beside.fetchval("SELECT count(*) FROM books WHERE spare_id IS NOT NULL") == 1
