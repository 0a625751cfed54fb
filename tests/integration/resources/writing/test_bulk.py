"""POST /<plural>/bulk, rule by rule."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.integration.resources.writing.library import Connection, Library, Shelf


async def bulk(library: Library, resource: str, **body: Any) -> Any:
    return await library.send("POST", f"/{resource}/bulk", body)


def statuses(answer: Any) -> dict[str, list[int]]:
    return {kind: [one["status"] for one in those] for kind, those in answer.json().items()}


async def test_all_kinds_at_once_each_with_its_result(library: Library, beside: Connection) -> None:
    one, two, three = [await library.shelf(name) for name in "abc"]
    answer = await bulk(
        library,
        "shelves",
        create=[{"name": "d"}, {"name": "e"}],
        update=[{"id": two["id"], "name": "bb", "version": 1}, {"id": one["id"], "name": "aa"}],
        delete=[three["id"]],
    )
    assert answer.status == 200
    assert statuses(answer) == {"create": [201, 201], "update": [200, 200], "delete": [204]}
    rows = [one["data"] for one in answer.json()["create"] + answer.json()["update"]]
    assert [row["name"] for row in rows] == ["d", "e", "bb", "aa"]
    assert answer.json()["delete"] == [{"status": 204, "id": three["id"]}]
    names = await beside.fetch("SELECT name FROM shelves WHERE deleted_at IS NULL ORDER BY 1")
    assert [row["name"] for row in names] == ["aa", "bb", "d", "e"]


async def test_nothing_is_asked_for(library: Library) -> None:
    answer = await bulk(library, "shelves")
    assert (answer.status, answer.json()) == (200, {"create": [], "update": [], "delete": []})


async def test_atomic_is_all_or_nothing_with_every_fault(
    library: Library, beside: Connection
) -> None:
    shelf = await library.shelf("a")
    missing = str(uuid4())
    answer = await bulk(
        library,
        "shelves",
        create=[{"name": "b"}, {"name": "A"}, {"name": "c"}, {"name": "C"}],
        update=[{"id": missing, "name": "x"}, {"id": shelf["id"], "name": "z", "version": 9}],
        delete=[missing],
    )
    assert (answer.status, answer.json()["code"]) == (422, "validation_failed")
    assert [one["pointer"] for one in answer.json()["errors"]] == [
        "/create/1/name",
        "/create/3/name",
    ]
    items = {one["pointer"]: one["problem"]["status"] for one in answer.json()["items"]}
    assert items == {
        "/create/1": 409,
        "/create/3": 409,
        "/update/0": 404,
        "/update/1": 412,
        "/delete/0": 404,
    }
    assert await beside.fetchval("SELECT count(*) FROM shelves") == 1


async def test_each_stands_alone_where_that_is_wanted(library: Library, beside: Connection) -> None:
    book = await library.book("One")
    fine = {"shelf_id": book["shelf_id"], "title": "Two"}
    answer = await bulk(
        library,
        "books",
        create=[fine, {"title": "", "pages": "x"}, {**fine, "shelf_id": str(uuid4())}, 7, fine],
        update=[
            {"title": "x"},
            {"id": book["id"], "notes": {"a": 1}},
            {"id": book["id"], "size": 7},
        ],
        delete=["nothing", {"id": book["id"], "version": 1}, {"id": book["id"]}],
        atomic=False,
    )
    assert answer.status == 200
    assert statuses(answer) == {
        "create": [201, 422, 422, 422, 409],
        "update": [422, 200, 422],
        "delete": [422, 412, 204],
    }
    pointers = [
        fault["pointer"]
        for those in answer.json().values()
        for one in those
        for fault in one.get("problem", {}).get("errors", [])
    ]
    assert sorted(pointers) == sorted(
        [
            *("/create/1/shelf_id", "/create/1/title", "/create/1/pages", "/create/2/shelf_id"),
            *("/create/3", "/create/4/shelf_id", "/update/0/id", "/update/2/size", "/delete/0"),
        ]
    )
    titles = await beside.fetch("SELECT title FROM books WHERE deleted_at IS NULL")
    assert [row["title"] for row in titles] == ["Two"]


async def test_a_body_that_is_not_valid_points_into_itself(library: Library) -> None:
    answer = await bulk(
        library,
        "books",
        create=[{"title": ""}],
        update=[{"id": "x"}],
        delete=[{"ident": 1}],
        remove=[],
    )
    assert answer.status == 422
    pointers = {one["pointer"] for one in answer.json()["errors"]}
    assert pointers >= {"/create/0/shelf_id", "/create/0/title", "/update/0/id", "/remove"}
    json_fault = await bulk(library, "books", update=[{"id": str(uuid4()), "size": 7}])
    assert [one["pointer"] for one in json_fault.json()["errors"]] == ["/update/0/size"]


async def test_items_are_counted(library: Library, beside: Connection) -> None:
    names = [{"name": f"{n}"} for n in range(1_000)]
    assert (await bulk(library, "shelves", create=names)).status == 200
    one_more = await bulk(library, "shelves", create=names, delete=[str(uuid4())])
    assert (one_more.status, one_more.json()["errors"][0]["code"]) == (422, "limit")
    separate = await bulk(library, "shelves", create=[*names, 7], atomic=False)
    assert (separate.status, separate.json()["errors"][0]["code"]) == (422, "limit")
    assert await beside.fetchval("SELECT count(*) FROM shelves") == 1_000


async def test_rows_that_give_different_fields_keep_their_places(library: Library) -> None:
    shelf = (await library.shelf())["id"]
    asked = [
        {
            "shelf_id": shelf,
            "title": f"t{n}",
            **({"number": n} if n % 3 else {}),
            "words": ["w"] * n,
        }
        for n in range(10)
    ]
    rows = [one["data"] for one in (await bulk(library, "books", create=asked)).json()["create"]]
    assert [row["title"] for row in rows] == [one["title"] for one in asked]
    assert [row["number"] for row in rows] == [one.get("number", 7) for one in asked]


async def test_deletions_take_along_what_refers(library: Library, beside: Connection) -> None:
    books = [await library.book(title) for title in ("a", "b")]
    for number, book in enumerate(books):
        await library.made("/loans", {"book_id": book["id"], "reader": f"{number}"})
    answer = await bulk(library, "books", delete=[book["id"] for book in reversed(books)])
    assert [one["id"] for one in answer.json()["delete"]] == [books[1]["id"], books[0]["id"]]
    assert await beside.fetchval("SELECT count(*) FROM loans WHERE deleted_at IS NULL") == 0
    restricted = await bulk(
        library, "shelves", delete=[(await library.book("c"))["shelf_id"], books[0]["shelf_id"]]
    )
    assert [one["pointer"] for one in restricted.json()["items"]] == ["/delete/0"]


async def test_the_same_row_twice(library: Library) -> None:
    shelf = (await library.shelf())["id"]
    answer = await bulk(
        library, "shelves", update=[{"id": shelf, "name": "b"}, {"id": shelf, "name": "c"}]
    )
    assert [one["data"]["version"] for one in answer.json()["update"]] == [2, 3]
    twice = await bulk(library, "shelves", delete=[shelf, shelf], atomic=False)
    assert statuses(twice)["delete"] == [204, 404]


async def test_a_resource_that_requires_a_condition_requires_versions(library: Library) -> None:
    library.offer(Shelf, requires_if_match=True)
    shelf = (await library.shelf())["id"]
    bare = await bulk(library, "shelves", update=[{"id": shelf, "name": "b"}], atomic=False)
    assert statuses(bare)["update"] == [428]
    gone = await bulk(library, "shelves", delete=[shelf, {"id": shelf, "version": 1}], atomic=False)
    assert statuses(gone)["delete"] == [428, 204]


async def test_minimal_answers_name_the_rows(library: Library) -> None:
    body = {"create": [{"name": "a"}]}
    answer = await library.send("POST", "/shelves/bulk", body, prefer="return=minimal")
    (one,) = answer.json()["create"]
    assert sorted(one) == ["id", "status"]
    assert answer.headers["preference-applied"] == "return=minimal"
