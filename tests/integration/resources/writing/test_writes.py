"""POST, PUT and PATCH, rule by rule."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.resources.writing.library import Connection, Library, Shelf

from drystone.errors import NotFound
from drystone.resources.permission import Permission
from drystone.resources.writing.change import Change, Operation
from drystone.resources.writing.perform import write_one
from drystone.resources.writing.preferences import Preferences

PROBLEM = "application/problem+json"


def faults(answer: Any) -> list[tuple[str, str]]:
    return [(one["pointer"], one["code"]) for one in answer.json().get("errors", [])]


async def test_a_row_that_is_made_is_answered_with_its_address_and_version(
    library: Library,
) -> None:
    shelf = await library.shelf()
    body = {"shelf_id": shelf["id"], "title": "One", "price": "1.50", "size": {"width": 3}}
    answer = await library.send("POST", "/books", body)
    row = answer.json()
    assert answer.status == 201
    assert answer.headers["location"] == f"/books/{row['id']}"
    assert (answer.headers["etag"], row["version"]) == ('"1"', 1)
    assert answer.headers["content-type"] == "application/json"
    assert {name: row[name] for name in body} == body | {
        "size": {"note": None, "width": 3, "height": 1}
    }
    assert (row["number"], row["pages"], row["is_long"], row["deleted_at"]) == (7, 1, False, None)


BAD_BODIES = [
    ({}, [("/shelf_id", "required"), ("/title", "required")]),
    (
        {"title": "", "pages": 0},
        [("/shelf_id", "required"), ("/title", "too_short"), ("/pages", "too_small")],
    ),
    (
        {"shelf_id": "x", "title": "t", "titel": 1},
        [("/shelf_id", "format"), ("/titel", "unknown_field")],
    ),
    ({"shelf_id": str(uuid4()), "title": "t", "version": 2}, [("/version", "read_only")]),
    ({"shelf_id": str(uuid4()), "title": "t", "is_long": True}, [("/is_long", "read_only")]),
    ({"shelf_id": str(uuid4()), "title": "t"}, [("/shelf_id", "not_found")]),
    (
        {
            "shelf_id": str(uuid4()),
            "spare_id": str(uuid4()),
            "sequel_of_id": str(uuid4()),
            "title": "t",
        },
        [("/shelf_id", "not_found"), ("/spare_id", "not_found"), ("/sequel_of_id", "not_found")],
    ),
]


async def test_all_faults_of_a_body_are_told_at_once(library: Library, beside: Connection) -> None:
    for body, expected in BAD_BODIES:
        answer = await library.send("POST", "/books", body)
        assert (answer.status, answer.headers["content-type"]) == (422, PROBLEM)
        assert answer.json()["code"] == "validation_failed"
        assert sorted(faults(answer)) == sorted(expected), body
    assert await beside.fetchval("SELECT count(*) FROM books") == 0


async def test_what_the_table_refuses_points_at_the_field(library: Library) -> None:
    shelf = await library.shelf("Novels")
    await library.book("One", shelf_id=shelf["id"])
    taken = await library.send("POST", "/shelves", {"name": "NOVELS"})
    assert (taken.status, taken.json()["code"]) == (409, "unique_violation")
    assert taken.json()["detail"] == "name is taken already."
    assert faults(taken) == [("/name", "duplicate")]
    both = await library.send("POST", "/books", {"shelf_id": shelf["id"], "title": "One"})
    assert (both.status, faults(both)) == (409, [("/shelf_id", "duplicate")])
    refused = await library.send("POST", "/books", {"shelf_id": shelf["id"], "title": "forbidden"})
    assert (refused.status, faults(refused)) == (422, [("/title", "format")])
    too_large = await library.send(
        "POST", "/books", {"shelf_id": shelf["id"], "title": "x", "number": 2**62}
    )
    assert too_large.status in {201, 422}


async def test_a_unique_value_can_be_used_again_after_a_deletion(library: Library) -> None:
    shelf = await library.shelf("a")
    assert (await library.send("DELETE", f"/shelves/{shelf['id']}")).status == 204
    again = await library.shelf("a")
    restored = await library.send("POST", f"/shelves/{shelf['id']}/restore")
    assert (restored.status, restored.json()["code"]) == (409, "unique_violation")
    assert faults(restored) == [("/name", "duplicate")]
    assert again["id"] != shelf["id"]


async def test_a_foreign_key_alone_guards_models_without_deleted_rows(library: Library) -> None:
    answer = await library.send("POST", "/marks", {"stamp_id": str(uuid4())})
    assert (answer.status, faults(answer)) == (422, [("/stamp_id", "not_found")])


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_a_row_that_is_not_there_is_never_made(
    library: Library, beside: Connection, method: str
) -> None:
    body = None if method == "DELETE" else {"name": "a"}
    answer = await library.send(method, f"/shelves/{uuid4()}", body)
    assert answer.status == 404
    deleted = await library.shelf()
    await library.send("DELETE", f"/shelves/{deleted['id']}")
    assert (await library.send(method, f"/shelves/{deleted['id']}", body)).status == 404
    assert await beside.fetchval("SELECT count(*) FROM shelves") == 1


async def test_what_was_read_can_be_put_back_and_changed(library: Library) -> None:
    row = await library.book("One", price="1.50", notes={"a": None}, words=["x"])
    same = await library.send("PUT", f"/books/{row['id']}", row)
    assert (same.status, same.json(), same.headers["etag"]) == (200, row, '"1"')
    row |= {"title": "Two", "price": None}
    changed = await library.send("PUT", f"/books/{row['id']}", row)
    assert changed.status == 200
    assert (changed.json()["title"], changed.json()["price"]) == ("Two", None)
    assert (changed.headers["etag"], changed.json()["version"]) == ('"2"', 2)


async def test_a_replacement_gives_what_it_leaves_out_its_default(library: Library) -> None:
    row = await library.book("One", pages=600, number=9, notes={"a": 1}, words=["x"])
    body = {"shelf_id": row["shelf_id"], "title": "One"}
    after = (await library.send("PUT", f"/books/{row['id']}", body)).json()
    assert {name: after[name] for name in ("pages", "number", "notes", "words", "is_long")} == {
        "pages": 1,
        "number": 7,
        "notes": {},
        "words": [],
        "is_long": False,
    }


READ_ONLY = [
    ("id", str(uuid4())),
    ("version", 5),
    ("created_at", "2020-01-01T00:00:00Z"),
    ("deleted_at", "2020-01-01T00:00:00Z"),
    ("is_long", True),
]


async def test_read_only_fields_that_differ_are_named_all_at_once(library: Library) -> None:
    row = await library.book("One")
    answer = await library.send("PUT", f"/books/{row['id']}", {**row, **dict(READ_ONLY)})
    assert answer.status == 422
    assert sorted(faults(answer)) == sorted((f"/{name}", "read_only") for name, _ in READ_ONLY)


PATCHES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"title": "Two"}, {"title": "Two"}),
    ({"price": None}, {"price": None}),
    ({"words": []}, {"words": []}),
    ({"pages": 501}, {"pages": 501, "is_long": True}),
    ({"size": {"height": 9}}, {"size": {"width": 3, "height": 9, "note": "n"}}),
    ({"size": {"note": None}}, {"size": {"width": 3, "height": 1, "note": None}}),
    ({"size": None}, {"size": None}),
    ({"notes": {"a": None, "b": {"c": 1, "d": None}}}, {"notes": {"k": [1], "b": {"c": 1}}}),
    ({"notes": {"k": {"l": 2}}}, {"notes": {"a": {"x": 1}, "k": {"l": 2}}}),
]


async def test_a_patch_changes_what_it_names(library: Library) -> None:
    shelf = (await library.shelf())["id"]
    for number, (patch, expected) in enumerate(PATCHES):
        row = await library.book(
            str(number),
            shelf_id=shelf,
            price="2.00",
            words=["w"],
            size={"width": 3, "note": "n"},
            notes={"a": {"x": 1}, "k": [1]},
        )
        fields = {"Content-Type": "application/merge-patch+json"}
        answer = await library.send("PATCH", f"/books/{row['id']}", patch, fields)
        after, moved = answer.json(), {"version", "updated_at"} if patch else set()
        assert (answer.status, after["version"]) == (200, 2 if patch else 1), patch
        assert answer.headers["etag"] == f'"{after["version"]}"'
        assert {k: v for k, v in after.items() if k not in moved} == {
            k: v for k, v in (row | expected).items() if k not in moved
        }


BAD_PATCHES = [
    ({"title": None}, [("/title", "type")]),
    ({"pages": "1", "nothing": 1}, [("/pages", "type"), ("/nothing", "unknown_field")]),
    ({"id": str(uuid4())}, [("/id", "read_only")]),
    ({"size": {"width": None}}, [("/size/width", "required")]),
    ({"size": {"wide": 1}}, [("/size/wide", "unknown_field")]),
    ({"size": 7}, [("/size", "type")]),
    ({"notes": None}, [("/notes", "type")]),
    ({"shelf_id": str(uuid4())}, [("/shelf_id", "not_found")]),
]


async def test_a_patch_that_cannot_be_changes_nothing(library: Library, beside: Connection) -> None:
    row = await library.book("One", size={"width": 3})
    for patch, expected in BAD_PATCHES:
        answer = await library.send("PATCH", f"/books/{row['id']}", patch)
        assert (answer.status, sorted(faults(answer))) == (422, sorted(expected)), patch
    assert await beside.fetchval("SELECT version FROM books") == 1


async def test_a_reference_that_stays_may_lead_to_a_deleted_row(
    library: Library, beside: Connection
) -> None:
    row = await library.book("One")
    await beside.execute("UPDATE shelves SET deleted_at = now()")
    put = {**row, "title": "Two"}
    assert (await library.send("PUT", f"/books/{row['id']}", put)).status == 200
    other = await library.send("POST", "/books", {"shelf_id": row["shelf_id"], "title": "Three"})
    assert (other.status, faults(other)) == (422, [("/shelf_id", "not_found")])


async def test_a_body_is_json(library: Library) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        fields = {"Content-Type": media_type}
        assert (await library.send("POST", "/shelves", {"name": "a"}, fields)).status == 415


async def test_a_body_is_not_compressed(library: Library) -> None:
    fields = {"Content-Encoding": "gzip"}
    answer = await library.send("POST", "/shelves", {"name": "a"}, fields)
    assert (answer.status, answer.headers["accept-encoding"]) == (415, "identity")


async def test_a_patch_is_no_json_patch(library: Library) -> None:
    shelf = await library.shelf()
    for media_type in ("application/json-patch+json", "Application/JSON-Patch+json; charset=utf-8"):
        fields = {"Content-Type": media_type}
        answer = await library.send("PATCH", f"/shelves/{shelf['id']}", {"name": "b"}, fields)
        assert answer.status == 415
        assert answer.headers["accept-patch"].startswith("application/merge-patch+json")


async def test_what_is_not_json_is_400(library: Library) -> None:
    shelf = await library.shelf()
    assert (await library.send("POST", "/shelves?nam=a", {"name": "b"})).json()["code"] == (
        "unknown_parameter"
    )
    assert (await library.send("DELETE", f"/shelves/{shelf['id']}?purge=maybe")).status == 400
    assert (await library.send("DELETE", f"/shelves/{shelf['id']}?purg=true")).status == 400


CONDITIONS = [
    ("If-Match", '"1"', 200),
    ("If-Match", '"1;4f1c"', 200),
    ("If-Match", '"7", "1"', 200),
    ("If-Match", "*", 200),
    ("If-Match", '"2"', 412),
    ("If-Match", 'W/"1"', 412),
    ("If-Match", '"01"', 412),
    ("If-Match", '"99999999999999999999"', 412),
    ("If-Match", "1", 412),
    ("If-Match", '"1" "1"', 412),
    ("If-None-Match", "*", 412),
    ("If-None-Match", '"1"', 412),
    ("If-None-Match", 'W/"1"', 412),
    ("If-None-Match", '"2"', 200),
]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_conditions_are_about_the_version(library: Library, method: str) -> None:
    for number, (name, value, status) in enumerate(CONDITIONS):
        shelf = await library.shelf(f"a{number}")
        body = None if method == "DELETE" else {"name": f"b{number}"}
        answer = await library.send(method, f"/shelves/{shelf['id']}", body, {name: value})
        wanted = 204 if status == 200 and method == "DELETE" else status
        assert answer.status == wanted, (name, value)
        if status == 412:
            assert answer.headers["etag"] == '"1"'
            assert answer.json()["detail"] == "The row is at version 1 now."
            assert (await library.send("PATCH", f"/shelves/{shelf['id']}", {})).json() == shelf


async def test_a_condition_on_a_row_that_is_not_there_is_404(library: Library) -> None:
    for condition in ('"1"', "*"):
        answer = await library.send(
            "PATCH", f"/shelves/{uuid4()}", {"name": "b"}, if_match=condition
        )
        assert answer.status == 404


async def test_a_merge_is_conditional_too(library: Library) -> None:
    row = await library.book("One", notes={"a": 1})
    target, patch = f"/books/{row['id']}", {"notes": {"b": 2}}
    assert (await library.send("PATCH", target, patch, if_match='"2"')).status == 412
    assert (await library.send("PATCH", target, patch, if_match='"1"')).status == 200
    assert (await library.send("PATCH", f"/books/{uuid4()}", patch)).status == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_a_resource_may_require_a_condition(library: Library, method: str) -> None:
    library.offer(Shelf, requires_if_match=True)
    shelf = await library.shelf()
    body = None if method == "DELETE" else {"name": "b"}
    bare = await library.send(method, f"/shelves/{shelf['id']}", body)
    assert (bare.status, bare.json()["code"]) == (428, "precondition_required")
    assert (
        await library.send(method, f"/shelves/{shelf['id']}", body, if_match='"1"')
    ).status < 300


PREFERENCES = [
    ("return=minimal", 201, 204, "return=minimal"),
    ('Return="minimal" ; x=1, return=representation', 201, 204, "return=minimal"),
    ("return=representation", 201, 200, "return=representation"),
    ("return=everything, respond-later", 201, 200, None),
    ("=, ,;", 201, 200, None),
]


async def test_a_caller_may_do_without_the_row(library: Library) -> None:
    for number, (prefer, created, changed, applied) in enumerate(PREFERENCES):
        made = await library.send("POST", "/shelves", {"name": f"{number}"}, prefer=prefer)
        assert (made.status, bool(made.body)) == (created, changed == 200), prefer
        assert made.headers.get("preference-applied") == applied
        assert made.headers["etag"] == '"1"'
        for method in ("PUT", "PATCH"):
            body, target = {"name": f"{method}{number}"}, made.headers["location"]
            answer = await library.send(method, target, body, prefer=prefer)
            assert (answer.status, bool(answer.body)) == (changed, changed == 200), prefer
            assert answer.headers.get("preference-applied") == applied
            assert "etag" in answer.headers


async def test_rules_that_no_model_declares_are_refused_in_general_words(
    library: Library, beside: Connection
) -> None:
    await beside.execute("ALTER TABLE shelves ADD CONSTRAINT odd CHECK (name <> 'odd')")
    answer = await library.send("POST", "/shelves", {"name": "odd"})
    assert (answer.status, answer.json()["code"]) == (422, "validation_failed")
    await beside.execute("ALTER TABLE shelves ADD COLUMN hidden text NOT NULL")
    hidden = await library.send("POST", "/shelves", {"name": "even"})
    assert hidden.status == 422
    assert b"hidden" not in hidden.body
    await beside.execute("ALTER TABLE books ALTER COLUMN price SET NOT NULL")
    stamp = await library.send("POST", "/books", {"shelf_id": str(uuid4()), "title": "t"})
    assert faults(stamp) == [("/shelf_id", "not_found")]


async def test_what_a_table_requires_is_named(library: Library, beside: Connection) -> None:
    shelf = await library.shelf()
    await beside.execute("ALTER TABLE books ALTER COLUMN price SET NOT NULL")
    answer = await library.send("POST", "/books", {"shelf_id": shelf["id"], "title": "t"})
    assert (answer.status, faults(answer)) == (422, [("/price", "required")])


@pytest.mark.parametrize("operation", ["patch", "replace", "delete", "purge", "restore"])
async def test_rows_that_a_caller_may_not_change_are_not_there(
    library: Library, beside: Connection, operation: Operation
) -> None:
    ids = [UUID((await library.shelf(name))["id"]) for name in ("mine", "theirs")]
    if operation == "restore":
        await beside.execute("UPDATE shelves SET deleted_at = now()")
    to = library.resources["shelves"]
    values = {"name": "new"} if operation in {"patch", "replace"} else {}

    async def write(row_id: UUID) -> Any:
        seen = Permission(seen=Shelf.name == "mine")
        change = Change(operation=operation, id=row_id, values=values, permission=seen)
        return await write_one(library.db, to, change, preferences=Preferences())

    with pytest.raises(NotFound):
        await write(ids[1])
    assert (await write(ids[0])).status in {200, 204}
