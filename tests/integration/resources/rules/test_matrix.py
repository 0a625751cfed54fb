"""Every operation, for everybody, on rows of every kind: what is answered.

Rows are Ann's: a private one, a public one, and a private one that is deleted. Ben is known
and has no part in them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

import pytest
from tests import client
from tests.integration.resources.rules.office import ANN, BEN, PEOPLE, Office, make_app

from drystone.settings import Settings

Row: TypeAlias = "dict[str, Any]"
Send: TypeAlias = "Callable[[Office, str, Row], Awaitable[int]]"

KINDS: Final = ("private", "public", "deleted")


def ask(method: str, path: str, json: object = None, **params: Any) -> Send:
    async def send(office: Office, who: str, row: Row) -> int:
        target = path.format(id=row["id"])
        return (await office.send(who, method, target, json, **params)).status

    return send


async def replace(office: Office, who: str, row: Row) -> int:
    body = {"title": "new", "owner": row["owner"], "is_public": row["is_public"]}
    return (await office.send(who, "PUT", f"/papers/{row['id']}", body)).status


async def as_of(office: Office, who: str, row: Row) -> int:
    path, moment = f"/papers/{row['id']}", row["created_at"]
    return (await office.send(who, "GET", path, as_of=moment)).status


async def bulk(office: Office, who: str, row: Row) -> int:
    body = {"update": [{"id": row["id"], "title": "new"}], "atomic": False}
    answer = await office.send(who, "POST", "/papers/bulk", body)
    (found,) = answer.json()["update"] if answer.status == 200 else [{"status": answer.status}]
    status: int = found["status"]
    return status


async def lists(office: Office, who: str, row: Row) -> int:
    """The status, and 404 for a row that is not among those listed."""
    return await _listed(office, who, row)


async def lists_deleted(office: Office, who: str, row: Row) -> int:
    return await _listed(office, who, row, deleted="include")


async def _listed(office: Office, who: str, row: Row, **params: Any) -> int:
    answer = await office.send(who, "GET", "/papers", **params)
    if answer.status != 200:
        return answer.status
    return 200 if row["id"] in [one["id"] for one in answer.json()["data"]] else 404


# For each operation, by caller: the status for a private, a public and a deleted row.
Expected: TypeAlias = "dict[str, tuple[int, int, int]]"
READS: Final[Expected] = {
    "guest": (404, 200, 404),
    "ann": (200, 200, 404),
    "ben": (404, 200, 404),
    "admin": (200, 200, 404),
}
READS_DELETED: Final[Expected] = {
    "guest": (403, 403, 403),
    "ann": (200, 200, 200),
    "ben": (404, 200, 404),
    "admin": (200, 200, 200),
}
CHANGES: Final[Expected] = {
    "guest": (401, 401, 401),
    "ann": (200, 200, 404),
    "ben": (404, 403, 404),
    "admin": (200, 200, 404),
}
CASES: Final[Mapping[str, list[tuple[Send, Expected]]]] = {
    "list": [(lists, READS), (lists_deleted, READS_DELETED)],
    "read": [
        (ask("GET", "/papers/{id}"), READS),
        (ask("GET", "/papers/{id}", deleted="include"), READS_DELETED),
        # A past is read of a row that was there then, for those who may see it now.
        (as_of, READS | {"ann": (200, 200, 200), "admin": (200, 200, 200)}),
    ],
    "replace": [(replace, CHANGES)],
    "patch": [(ask("PATCH", "/papers/{id}", {"title": "new"}), CHANGES)],
    "delete": [
        (
            ask("DELETE", "/papers/{id}"),
            CHANGES | {"ann": (204, 204, 404), "admin": (204, 204, 404)},
        )
    ],
    "purge": [
        (
            ask("DELETE", "/papers/{id}", purge="true"),
            {
                "guest": (401, 401, 401),
                "ann": (403, 403, 403),
                "ben": (404, 403, 404),
                "admin": (204, 204, 204),
            },
        )
    ],
    "restore": [
        (
            ask("POST", "/papers/{id}/restore"),
            CHANGES | {"ann": (409, 409, 200), "admin": (409, 409, 200)},
        )
    ],
    "history": [
        (ask("GET", "/papers/{id}/history"), READS),
        (ask("GET", "/papers/{id}/history", deleted="include"), READS_DELETED),
    ],
    "revert": [(ask("POST", "/papers/{id}/revert", {"version": 1}), CHANGES)],
    "bulk": [(bulk, CHANGES)],
    "create": [],  # below: there is no row yet
}


def test_every_operation_has_its_cases(office: Office) -> None:
    generated = {
        route.generated.operation
        for route in office.app.state.papers.routes()
        if route.generated is not None and "/papers" in route.pattern.text
    }
    assert generated | {"purge"} == set(CASES)


@pytest.mark.parametrize(
    ("operation", "number"),
    [(name, number) for name, cases in CASES.items() for number in range(len(cases))],
)
async def test_an_operation_answers_each_caller(
    office: Office, operation: str, number: int
) -> None:
    send, expected = CASES[operation][number]
    found: dict[str, tuple[int, ...]] = {}
    for who in PEOPLE:
        rows = [await office.paper(kind) for kind in KINDS]
        found[who] = tuple([await send(office, who, row) for row in rows])
    assert found == expected


@pytest.mark.parametrize(
    ("who", "owner", "status"),
    [
        ("guest", ANN, 401),
        ("ann", ANN, 201),
        ("ann", BEN, 403),
        ("ben", ANN, 403),
        ("admin", ANN, 201),
    ],
)
async def test_a_new_row_is_such_as_its_maker_may_make(
    office: Office, who: str, owner: object, status: int
) -> None:
    body = {"title": "new", "owner": str(owner)}
    answer = await office.send(who, "POST", "/papers", body)
    assert answer.status == status
    assert ("www-authenticate" in answer.headers) == (status == 401)
    listed = await office.get("admin", "/papers", deleted="include")
    assert len(listed["data"]) == (status == 201)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operation", ["patch", "delete", "purge", "restore", "revert"])
async def test_what_is_refused_changes_nothing(office: Office, operation: str, kind: str) -> None:
    row = await office.paper(kind)
    before = await office.get("admin", f"/papers/{row['id']}", deleted="include")
    (send, _), *_ = CASES[operation]
    for who in ("guest", "ben"):
        assert await send(office, who, row) in {401, 403, 404}
    assert await office.get("admin", f"/papers/{row['id']}", deleted="include") == before


async def test_production_takes_nobodys_word_for_who_they_are(database_url: str) -> None:
    settings = Settings(
        environment="production",
        secret_key="k" * 64,
        allowed_hosts=("testserver",),
        database_url=database_url,
    )
    app = make_app(settings)
    async with client.started(app):
        office = Office(app)
        assert (await office.send("guest", "GET", "/papers")).status == 200
        answer = await office.send("admin", "GET", "/papers")
        assert (answer.status, answer.json()["errors"][0]["header"]) == (400, "X-Drystone-Caller")
