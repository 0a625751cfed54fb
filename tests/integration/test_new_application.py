"""A new application, begun in an empty folder: two models, two lines, and all of an API."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.integration.running import run_module

pytestmark = pytest.mark.slow

PROGRAM = '''\
from typing import Annotated, Literal

from drystone import App, Field, Index, Length, Model, Range, Ref, Rules, Unique, default, document


class Author(Model, history=True):
    """Somebody who writes books."""

    name: Field[Annotated[str, Length(1, 100), Unique()]]


class Book(Model, history=True):
    """A book on the shelf."""

    author: Ref[Author]
    title: Field[Annotated[str, Length(1, 200)]]
    pages: Field[Annotated[int, Range(1)] | None] = default(None)
    state: Field[Literal["wanted", "here", "lent"]] = default("wanted")

    @classmethod
    def rules(cls) -> Rules:
        return [Index(document(cls.title), method="gin")]


app = App("Shelf", models=[Author, Book], migrations="migrations")
app.resource(Author, filters=[Author.name], sorts=[Author.name])
app.resource(
    Book,
    filters=[Book.author, Book.state, Book.pages, Book.author.to.name],
    sorts=[Book.title, Book.pages],
    search=[Book.title],
    expand=[Book.author],
)
'''


@pytest.fixture
async def api(tmp_path: Path, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The application, served; begun as the guide says, each step a command."""
    (tmp_path / "shelf.py").write_text(PROGRAM)
    environ = {"DATABASE_URL": database_url}
    for step in ("make tables shelf:app", "up shelf:app"):
        command = ("drystone", "migrate", *step.split())
        async with run_module(*command, directory=tmp_path, environ=environ) as running:
            code, output, errors = await running.ended()
            assert code == 0, output + errors
    serve = ("drystone", "serve", "shelf:app", "--port", "0", "--workers", "2")
    async with run_module(*serve, directory=tmp_path, environ=environ) as running:
        line = await running.wait_for("serving http://")
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found is not None
        async with httpx.AsyncClient(base_url=f"{found[0]}/api/v1") as client:
            yield client
        running.press_ctrl_c()
        assert (await running.ended())[0] == 0


def asked(answer: httpx.Response, status: int = 200) -> Any:
    """Return the body of an answer that has to have this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["x-request-id"]
    return answer.json() if answer.content else None


def test_it_is_short() -> None:
    lines = [line for line in PROGRAM.splitlines() if line.strip()]
    assert len(lines) <= 30


async def test_two_models_and_two_lines_are_an_api(api: httpx.AsyncClient) -> None:
    assert (await api.get(str(api.base_url.join("/readyz")))).status_code == 200
    await _create(api)
    await _list(api)
    await _change(api)
    await _look_back(api)


async def _create(api: httpx.AsyncClient) -> None:
    made = await api.post("/authors", json={"name": "Ada"})
    ada = asked(made, 201)
    assert made.headers["location"] == f"/api/v1/authors/{ada['id']}"
    assert asked(await api.get(made.url.join(made.headers["location"]))) == ada
    refused = asked(await api.post("/books", json={"title": "", "pages": 0, "p": 1}), 422)
    assert {one["pointer"]: one["code"] for one in refused["errors"]} == {
        "/author_id": "required",
        "/title": "too_short",
        "/pages": "too_small",
        "/p": "unknown_field",
    }
    taken = asked(await api.post("/authors", json={"name": "Ada"}), 409)
    assert (taken["code"], taken["errors"][0]["pointer"]) == ("unique_violation", "/name")
    bob = {"name": "Bob"}
    rehearsed = await api.post("/authors", json=bob, headers={"Prefer": "dry-run"})
    assert "location" not in rehearsed.headers
    asked(rehearsed, 201)
    key = {"Idempotency-Key": "bob"}
    first, again = [await api.post("/authors", json=bob, headers=key) for _ in range(2)]
    assert (again.headers["idempotency-replayed"], again.text) == ("true", first.text)
    ids = [ada["id"], (asked(first, 201))["id"]]
    titles = ["Dry walls", "Wet walls", "Stones, cut", "Stones, laid", "Mortar"]
    created = [
        {"title": title, "author_id": ids[n % 2], "pages": None if n % 2 else n * 100}
        for n, title in enumerate(titles, start=2)
    ]
    asked(await api.post("/books/bulk", json={"create": created}))


async def _list(api: httpx.AsyncClient) -> None:
    async def titles(**params: Any) -> list[str]:
        return [row["title"] for row in (asked(await api.get("/books", params=params)))["data"]]

    everything = ["Mortar", "Stones, laid", "Stones, cut", "Wet walls", "Dry walls"]
    assert await titles() == everything
    page = asked(await api.get("/books?limit=2&page=2"))
    assert page["pagination"] == {
        "page": 2,
        "limit": 2,
        "total": 5,
        "total_pages": 3,
        "has_next": True,
        "has_prev": True,
    }
    assert await titles(state="wanted", **{"pages[gte]": 400}) == ["Mortar", "Stones, cut"]
    expression = '(pages = null OR pages >= 600) AND author.name != "Bob"'
    assert await titles(filter=expression) == ["Mortar"]
    assert await titles(**{"author.name": "Bob"}, sort="-title") == ["Wet walls", "Stones, laid"]
    assert await titles(search="stones") == ["Stones, laid", "Stones, cut"]
    walked: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        params: dict[str, Any] = {"sort": "pages,-title", "limit": 2, "cursor": cursor}
        page = asked(await api.get("/books", params=params))
        walked += [row["title"] for row in page["data"]]
        cursor = page["pagination"]["next_cursor"]
    assert walked == ["Dry walls", "Stones, cut", "Mortar", "Wet walls", "Stones, laid"]
    (row,) = (asked(await api.get("/books?expand=author&fields=title&search=mortar")))["data"]
    assert (row["title"], row["author"]["name"]) == ("Mortar", "Ada")
    mistyped = asked(await api.get("/books?stat=here&sort=titel"), 400)
    details = {one["parameter"]: one["detail"] for one in mistyped["errors"]}
    assert 'did you mean "state"' in details["stat"]
    assert 'did you mean "title"' in details["sort"]


async def _change(api: httpx.AsyncClient) -> None:
    (row,) = (asked(await api.get("/books?search=mortar")))["data"]
    here = f"/books/{row['id']}"
    tag = (await api.get(here)).headers["etag"]
    assert (await api.get(here, headers={"If-None-Match": tag})).status_code == 304
    condition = {"If-Match": tag}
    changed = await api.patch(here, json={"state": "lent"}, headers=condition)
    assert (asked(changed))["state"] == "lent"
    assert changed.headers["etag"] == '"2"'
    late = asked(await api.patch(here, json={"state": "here"}, headers=condition), 412)
    assert late["code"] == "precondition_failed"
    put = asked(await api.put(here, json=changed.json() | {"pages": 7}))
    assert (put["pages"], put["version"]) == (7, 3)
    held = asked(await api.delete(f"/authors/{row['author_id']}"), 409)
    assert held["code"] == "reference_violation"
    assert (await api.delete(here)).status_code == 204
    asked(await api.get(here), 404)
    assert (asked(await api.get("/books?count=exact&limit=1")))["pagination"]["total"] == 4
    assert (asked(await api.post(f"{here}/restore")))["version"] == 5


async def _look_back(api: httpx.AsyncClient) -> None:
    (row,) = (asked(await api.get("/books?search=mortar")))["data"]
    here = f"/books/{row['id']}"
    told = (asked(await api.get(f"{here}/history")))["data"]
    assert [one["version"] for one in told] == [5, 4, 3, 2, 1]
    assert told[3]["changes"] == {"state": {"old": "wanted", "new": "lent"}}
    past = asked(await api.get(here, params={"as_of": told[2]["changed_at"]}))
    assert (past["version"], past["pages"], past["state"]) == (3, 7, "lent")
    back = asked(await api.post(f"{here}/revert", json={"version": 1}))
    assert (back["version"], back["pages"], back["state"]) == (6, 600, "wanted")
    assert (await api.delete(here, params={"purge": "true"})).status_code == 204
    asked(await api.get(here, params={"deleted": "include"}), 404)
