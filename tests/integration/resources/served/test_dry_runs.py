"""`Prefer: dry-run`: every write is answered as if it had been, and nothing is kept of it.

Nothing is every row of every table of the database, the platform's own included: their
contents, and which version of each row PostgreSQL holds. What sequences gave out stays
given out, as after any transaction that is rolled back (chapter 9.17).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests import client
from tests.integration.resources.served.workshop import Api, Connection

DRY = {"Prefer": "dry-run"}


async def contents(beside: Connection) -> dict[str, list[str]]:
    """Return every row of every table, with the place and the version that it has there."""
    tables = await beside.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    found = {}
    for (name,) in tables:
        rows = await beside.fetch(f"SELECT ctid::text || xmin::text || t::text FROM {name} AS t")
        found[name] = sorted(row[0] for row in rows)
    return found


async def send_dry(
    api: Api, method: str, path: str, body: object, headers: Mapping[str, str]
) -> client.Answer:
    answer = await api.send(method, path, body, headers={**DRY, **headers})
    if answer.status < 400:
        assert answer.headers["preference-applied"] == "dry-run"
        assert "location" not in answer.headers
    return answer


async def make_rows(api: Api) -> dict[str, str]:
    """Make a maker of a part that has two cuts and was changed, and a deleted part: their ids."""
    maker = await api.make("/makers", {"name": "a"})
    part = await api.make("/parts", {"label": "p", "maker_id": maker["id"]})
    cut = await api.make("/cuts", {"part_id": part["id"]})
    await api.make("/cuts", {"part_id": part["id"], "length": 2})
    gone = await api.make("/parts", {"label": "gone"})
    await api.send("DELETE", f"/parts/{gone['id']}")
    await api.send("PATCH", f"/parts/{part['id']}", {"amount": 1})
    rows = {"maker": maker, "part": part, "cut": cut, "gone": gone}
    return {name: row["id"] for name, row in rows.items()}


WRITES: dict[str, tuple[str, str, Any, int]] = {
    "create": ("POST", "/makers", {"name": "new"}, 201),
    "create-refused": ("POST", "/makers", {"name": "a"}, 409),
    "create-dangling": ("POST", "/cuts", {"part_id": "{gone}"}, 422),
    "replace": ("PUT", "/parts/{part}", {"label": "other"}, 200),
    "patch": ("PATCH", "/parts/{part}", {"label": "other", "price": "1.5"}, 200),
    "patch-refused": ("PATCH", "/parts/{part}", {"amount": "x"}, 422),
    "delete-alone": ("DELETE", "/cuts/{cut}", None, 204),
    "delete-cascading": ("DELETE", "/parts/{part}", None, 204),
    "delete-restricted": ("DELETE", "/makers/{maker}", None, 409),
    "restore": ("POST", "/parts/{gone}/restore", None, 200),
    "restore-live": ("POST", "/parts/{part}/restore", None, 409),
    "purge": ("DELETE", "/parts/{part}?purge=true", None, 204),
    "purge-deleted": ("DELETE", "/parts/{gone}?purge=true", None, 204),
    "revert": ("POST", "/parts/{part}/revert", {"version": 1}, 200),
    "revert-unknown": ("POST", "/parts/{part}/revert", {"version": 9}, 422),
    "bulk": (
        "POST",
        "/cuts/bulk",
        {
            "create": [{"part_id": "{part}", "length": 3}],
            "update": [{"id": "{cut}", "length": 4}],
            "delete": [],
        },
        200,
    ),
    "bulk-deleting": ("POST", "/parts/bulk", {"delete": [{"id": "{part}"}]}, 200),
    "bulk-each-alone": (
        "POST",
        "/makers/bulk",
        {"create": [{"name": "a"}, {"name": "b"}], "atomic": False},
        200,
    ),
    "bulk-refused": ("POST", "/makers/bulk", {"create": [{"name": "b"}, {"name": "a"}]}, 422),
}


def fill(template: Any, ids: Mapping[str, str]) -> Any:
    """Return a template with the ids of rows where it names them."""
    match template:
        case str():
            for name, one in ids.items():
                template = template.replace(f"{{{name}}}", one)
            return template
        case dict():
            return {name: fill(one, ids) for name, one in template.items()}
        case list():
            return [fill(one, ids) for one in template]
        case _:
            return template


async def test_no_write_leaves_a_trace(api: Api, beside: Connection) -> None:
    ids = await make_rows(api)
    before = await contents(beside)
    assert before["drystone.idempotency_keys"] == []
    # With a key, too: a rehearsal must not be what the real request is answered with.
    for keyed in ({}, {"Idempotency-Key": "k"}):
        for name, (method, path, body, status) in WRITES.items():
            answer = await send_dry(api, method, fill(path, ids), fill(body, ids), keyed)
            assert answer.status == status, (name, answer.body)
            assert "idempotency-replayed" not in answer.headers
            assert await contents(beside) == before, name


async def test_the_write_itself_then_has_the_rehearsed_answer(api: Api, beside: Connection) -> None:
    for name, (method, path, body, status) in WRITES.items():
        await beside.execute("DELETE FROM cuts; DELETE FROM parts; DELETE FROM makers")
        ids = await make_rows(api)
        rehearsed = await send_dry(api, method, fill(path, ids), fill(body, ids), {})
        answer = await api.send(method, fill(path, ids), fill(body, ids))
        assert (answer.status, rehearsed.status) == (status, status), name
        if answer.body:
            assert lasting(rehearsed.json()) == lasting(answer.json()), name


def lasting(body: Any) -> Any:
    """Return what an answer says, without what is new each time: ids and times."""
    match body:
        case dict():
            named = {"id", "created_at", "updated_at", "deleted_at", "request_id"}
            return {name: lasting(one) for name, one in body.items() if name not in named}
        case list():
            return [lasting(one) for one in body]
        case _:
            return body
