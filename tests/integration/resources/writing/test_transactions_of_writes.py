"""Dry runs, hooks and idempotency keys: what shares the transaction of a write."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.resources.writing.library import Book, Connection, Library, Shelf

from drystone.db.idempotency import forget_answers
from drystone.db.queries import Queries
from drystone.db.query.insert import insert
from drystone.db.transaction.transaction import Transaction
from drystone.errors import Conflict, UniqueViolation
from drystone.resources.writing.answer import Written
from drystone.resources.writing.change import Change
from drystone.resources.writing.hooks import Hooks
from drystone.resources.writing.idempotency_key import IdempotencyKey
from drystone.resources.writing.perform import run_once
from drystone.security.caller import Caller

TABLES = ("shelves", "books", "loans")


async def snapshot(beside: Connection) -> list[Any]:
    """Return every row of every table, and every answer that is kept."""
    names = (*TABLES, "drystone.idempotency_keys")
    return [await beside.fetch(f"SELECT * FROM {name} ORDER BY 1") for name in names]


async def test_a_dry_run_answers_the_same_and_keeps_nothing(
    library: Library, beside: Connection
) -> None:
    book = await library.book("One")
    loan = {"book_id": book["id"], "reader": "ann"}
    await library.made("/loans", loan)
    gone = await library.shelf("gone")
    await library.send("DELETE", f"/shelves/{gone['id']}")
    before = await snapshot(beside)
    target = f"/books/{book['id']}"
    for method, path, body, status in [
        ("POST", "/shelves", {"name": "new"}, 201),
        ("POST", "/shelves", {"name": "FOR ONE"}, 409),
        ("PUT", target, {**book, "title": "Two"}, 200),
        ("PATCH", target, {"notes": {"a": 1}}, 200),
        ("DELETE", target, None, 204),
        ("DELETE", f"{target}?purge=true", None, 204),
        ("DELETE", f"/shelves/{book['shelf_id']}", None, 409),
        ("POST", f"/shelves/{gone['id']}/restore", None, 200),
        ("POST", "/shelves/bulk", {"create": [{"name": "x"}], "delete": [gone["id"]]}, 422),
        ("POST", "/shelves/bulk", {"create": [{"name": "x"}]}, 200),
    ]:
        fields = (
            {"Prefer": "dry-run", "Idempotency-Key": "k"}
            if method != "PUT"
            else {"Prefer": "dry-run"}
        )
        answer = await library.send(method, path, body, fields)
        assert answer.status == status, (method, path, answer.body)
        assert "location" not in answer.headers
        if status < 300:
            assert answer.headers["preference-applied"] == "dry-run"
        assert await snapshot(beside) == before, (method, path)


async def test_a_dry_run_checks_what_waits_for_commit(library: Library, beside: Connection) -> None:
    await beside.execute(
        "ALTER TABLE books ADD CONSTRAINT one_page UNIQUE (pages) DEFERRABLE INITIALLY DEFERRED"
    )
    book = await library.book("One", pages=3)
    body = {"shelf_id": book["shelf_id"], "title": "Two", "pages": 3}
    for fields in ({"Prefer": "dry-run"}, {}, {"Idempotency-Key": "k"}):
        answer = await library.send("POST", "/books", body, fields)
        assert (answer.status, answer.json()["code"]) == (409, "unique_violation"), fields
    bulk = await library.send("POST", "/books/bulk", {"create": [body]})
    assert bulk.status == 409


async def test_hooks_change_a_write_and_share_its_fate(
    library: Library, beside: Connection
) -> None:
    seen: list[tuple[str, Any]] = []

    async def trim(tx: Transaction, change: Change) -> Change:
        if "name" not in change.values:
            return change
        return change.with_values({"name": change.values["name"].strip()})

    async def remember(tx: Transaction, change: Change, row: Shelf) -> None:
        seen.append((change.operation, row.name))
        if change.operation == "create":
            await tx.execute(insert(Book(shelf=row.id, title="first")).without_rows())
        if row.name == "bad":
            raise Conflict("Not this one.")

    library.offer(Shelf, hooks=Hooks().with_before(trim).with_after(remember))
    shelf = await library.shelf("  a ")
    assert shelf["name"] == "a"
    assert await beside.fetchval("SELECT title FROM books") == "first"
    refused = await library.send("POST", "/shelves", {"name": "bad"})
    assert (refused.status, refused.json()["detail"]) == (409, "Not this one.")
    assert await beside.fetchval("SELECT count(*) FROM shelves") == 1
    bulk = await library.send(
        "POST", "/shelves/bulk", {"create": [{"name": " b"}, {"name": "bad"}], "atomic": False}
    )
    assert [one["status"] for one in bulk.json()["create"]] == [201, 409]
    dry = await library.send("POST", "/shelves", {"name": "c"}, prefer="dry-run")
    assert dry.status == 201
    assert await beside.fetchval("SELECT count(*) FROM books") == 2
    await beside.execute("DELETE FROM books")
    await library.send("DELETE", f"/shelves/{shelf['id']}")
    assert seen == [
        *(("create", name) for name in ("a", "bad", "b", "bad", "c")),
        ("delete", "a"),
    ]


async def once(library: Library, key: str, body: Any = None, **fields: str) -> Any:
    named = {"Idempotency-Key": key, **fields}
    return await library.send("POST", "/shelves", body or {"name": key}, named)


async def test_a_request_that_is_sent_twice_takes_effect_once(
    library: Library, beside: Connection
) -> None:
    first = await once(library, "a")
    again = await once(library, '"a"', {"name": "a"})
    assert first.status == again.status == 201
    assert first.body == again.body
    assert "idempotency-replayed" not in first.headers
    assert again.headers == first.headers | {"idempotency-replayed": "true"}
    assert await beside.fetchval("SELECT count(*) FROM shelves") == 1
    other = await once(library, "a", {"name": "b"})
    assert (other.status, other.json()["code"]) == (422, "idempotency_mismatch")


async def test_a_key_is_of_one_caller_method_and_path(library: Library, beside: Connection) -> None:
    shelf = (await once(library, "a")).json()
    library.caller = Caller(id=UUID(int=2))
    assert (await once(library, "a", {"name": "b"})).status == 201
    key = {"Idempotency-Key": "a"}
    target = f"/shelves/{shelf['id']}"
    changed = await library.send("PATCH", target, {"name": "c"}, key)
    assert changed.json()["version"] == 2
    for _ in range(2):
        assert (await library.send("DELETE", target, None, key)).status == 204
    assert (await library.send("DELETE", target)).status == 404
    purge = await library.send("DELETE", f"{target}?purge=true", None, key)
    assert purge.json()["code"] == "idempotency_mismatch"
    restored = await library.send("POST", f"{target}/restore", None, key)
    assert (restored.status, restored.json()["name"]) == (200, "c")
    replayed = await library.send("PATCH", target, {"name": "c"}, key)
    assert (replayed.json()["version"], replayed.headers["etag"]) == (2, '"2"')
    assert await beside.fetchval("SELECT count(*) FROM drystone.idempotency_keys") == 5


async def test_a_refusal_is_not_kept(library: Library, beside: Connection) -> None:
    shelf = await library.shelf("a")
    assert (await once(library, "a")).status == 409
    assert await beside.fetchval("SELECT count(*) FROM drystone.idempotency_keys") == 0
    await library.send("DELETE", f"/shelves/{shelf['id']}")
    assert (await once(library, "a")).status == 201


async def test_bulk_and_minimal_answers_are_kept_whole(library: Library) -> None:
    key = {"Idempotency-Key": "k", "Prefer": "return=minimal"}
    answers = [
        await library.send("POST", "/shelves/bulk", {"create": [{"name": "a"}]}, key)
        for _ in range(2)
    ]
    assert answers[0].body == answers[1].body
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert answers[1].headers["preference-applied"] == "return=minimal"
    assert answers[1].headers["content-type"] == "application/json"


async def test_answers_are_kept_for_a_day(library: Library, beside: Connection) -> None:
    await once(library, "a")
    shelf = UUID((await once(library, "a")).json()["id"])
    age = "UPDATE drystone.idempotency_keys SET created_at = created_at - $1::interval"
    await beside.execute(age, timedelta(hours=23))
    assert await forget_answers(library.db) == 0
    assert "idempotency-replayed" in (await once(library, "a")).headers
    await beside.execute(age, timedelta(hours=2))
    await beside.execute("DELETE FROM shelves WHERE id = $1", shelf)
    fresh = await once(library, "a")
    assert (fresh.status, fresh.headers.get("idempotency-replayed")) == (201, None)
    assert (await once(library, "a")).body == fresh.body
    await beside.execute(age, timedelta(hours=25))
    assert await forget_answers(library.db) == 1
    assert await beside.fetchval("SELECT count(*) FROM drystone.idempotency_keys") == 0


@pytest.mark.parametrize("key", ["", '""', '"a', "a b", "ä", "a,b", "x" * 256, "a\\b"])
async def test_a_key_that_cannot_be_is_refused(library: Library, key: str) -> None:
    answer = await once(library, key, {"name": "a"})
    assert (answer.status, answer.json()["errors"][0]["header"]) == (400, "Idempotency-Key")


async def test_a_key_that_was_used_in_the_meantime_gives_its_answer(
    library: Library, beside: Connection
) -> None:
    """Between our look and our lock another one may have finished: it is run again."""
    key = IdempotencyKey(b"k" * 32, b"r" * 32)
    runs: list[int] = []

    async def work(queries: Queries) -> Written:
        runs.append(1)
        await queries.execute(insert(Shelf(name="ours")).without_rows())
        await beside.execute(
            "INSERT INTO drystone.idempotency_keys (key, request, status, headers, body)"
            " VALUES ($1, $2, 201, '[[\"A\", \"b\"]]', 'theirs')",
            key.key,
            key.request,
        )
        return Written(201, b"ours")

    written = await run_once(library.db, work, key)
    assert (written.body, len(runs)) == (b"theirs", 1)
    assert written.headers == (("A", "b"), ("Idempotency-Replayed", "true"))
    assert await beside.fetchval("SELECT count(*) FROM shelves") == 0


async def test_a_write_that_the_same_request_stands_in_the_way_of_gives_its_answer(
    library: Library, beside: Connection
) -> None:
    """Between our look and our lock it may have finished, and be what refuses ours."""
    key = IdempotencyKey(b"k" * 32, b"r" * 32)

    async def work(_queries: Queries) -> Written:
        await beside.execute(
            "INSERT INTO drystone.idempotency_keys (key, request, status, headers, body)"
            " VALUES ($1, $2, 201, '[]', 'theirs')",
            key.key,
            key.request,
        )
        raise UniqueViolation

    written = await run_once(library.db, work, key)
    assert (written.status, written.body) == (201, b"theirs")
    assert written.headers == (("Idempotency-Replayed", "true"),)


async def test_a_refusal_of_a_key_that_nobody_used_is_told(library: Library) -> None:
    async def work(_queries: Queries) -> Written:
        raise UniqueViolation

    with pytest.raises(UniqueViolation):
        await run_once(library.db, work, IdempotencyKey(b"k" * 32, b"r" * 32))
