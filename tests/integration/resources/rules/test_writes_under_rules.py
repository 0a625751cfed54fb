"""What a write makes of a row is held to the rule too, and the history knows whose it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.integration.counting_relay import CountingRelay
from tests.integration.resources.rules.office import ANN, BEN, EVE, Office, open_office


async def own_paper(office: Office, **values: Any) -> dict[str, Any]:
    return await office.paper(owner=BEN, **values)


# The row after the write.


@pytest.mark.parametrize("way", ["patch", "replace", "bulk", "dry-run", "key"])
async def test_a_row_cannot_be_given_away(office: Office, way: str) -> None:
    row = await own_paper(office)
    path = f"/papers/{row['id']}"
    body = {"title": "new", "owner": str(ANN)}
    match way:
        case "replace":
            answer = await office.send("ben", "PUT", path, body)
        case "bulk":
            many = {"update": [{"id": row["id"], **body}]}
            answer = await office.send("ben", "POST", "/papers/bulk", many)
            (item,) = answer.json()["items"]
            assert (answer.status, item["problem"]["status"]) == (422, 403)
        case _:
            headers = {
                "patch": {},
                "dry-run": {"Prefer": "dry-run"},
                "key": {"Idempotency-Key": "1"},
            }
            answer = await office.send("ben", "PATCH", path, body, headers=headers[way])
    assert way == "bulk" or answer.status == 403
    after = await office.get("ben", path)
    assert (after["title"], after["owner"], after["version"]) == ("private", str(BEN), 1)


async def test_a_row_cannot_be_reverted_to_anothers(office: Office) -> None:
    row = await office.paper(owner=ANN)
    path = f"/papers/{row['id']}"
    assert (await office.send("admin", "PATCH", path, {"owner": str(BEN)})).status == 200
    assert (await office.send("ben", "POST", f"{path}/revert", {"version": 1})).status == 403
    assert (await office.send("admin", "POST", f"{path}/revert", {"version": 1})).status == 200


async def test_a_revert_is_answered_once(office: Office) -> None:
    row = await own_paper(office)
    path = f"/papers/{row['id']}"
    assert (await office.send("ben", "PATCH", path, {"title": "new"})).status == 200
    headers = {"Idempotency-Key": "1", "If-Match": '"2"'}
    first, again = [
        await office.send("ben", "POST", f"{path}/revert", {"version": 1}, headers=headers)
        for _ in range(2)
    ]
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    other = await office.send("ben", "POST", f"{path}/revert", {"version": 2}, headers=headers)
    assert (other.status, other.json()["code"]) == (422, "idempotency_mismatch")
    anew = {"Idempotency-Key": "2", "If-Match": '"2"'}
    late = await office.send("ben", "POST", f"{path}/revert", {"version": 1}, headers=anew)
    assert late.status == 412


async def test_what_may_be_written_may_be_written(office: Office) -> None:
    row = await own_paper(office)
    answer = await office.send("ben", "PATCH", f"/papers/{row['id']}", {"is_public": True})
    assert (answer.status, answer.json()["is_public"]) == (200, True)
    body = answer.json() | {"title": "again"}
    assert (await office.send("ben", "PUT", f"/papers/{row['id']}", body)).status == 200


# Bulk.


async def test_each_item_is_held_to_the_rule_of_its_act(office: Office) -> None:
    mine, public, private = (
        await own_paper(office),
        await office.paper("public"),
        await office.paper(),
    )
    rows = [mine["id"], public["id"], private["id"]]
    body = {
        "create": [{"title": "a", "owner": str(BEN)}, {"title": "b", "owner": str(ANN)}],
        "update": [{"id": one, "title": "new"} for one in rows],
        "delete": rows,
        "atomic": False,
    }
    found = (await office.send("ben", "POST", "/papers/bulk", body)).json()
    statuses = {kind: [one["status"] for one in items] for kind, items in found.items()}
    assert statuses == {"create": [201, 403], "update": [200, 403, 404], "delete": [204, 403, 404]}
    answer = await office.send("ben", "POST", "/papers/bulk", body | {"atomic": True})
    assert answer.status == 422
    assert {one["pointer"] for one in answer.json()["items"]} == {
        "/create/1",
        *(f"/update/{n}" for n in range(3)),
        *(f"/delete/{n}" for n in range(3)),
    }


@pytest.mark.parametrize("kind", ["create", "delete"])
async def test_many_at_once_are_held_to_it_as_well(office: Office, kind: str) -> None:
    """The statements that write all items together."""
    if kind == "create":
        body: Any = [{"title": "a", "owner": str(one)} for one in (BEN, BEN, ANN)]
    else:
        papers = [await own_paper(office), await own_paper(office), await office.paper("public")]
        body = [one["id"] for one in papers]
    answer = await office.send("ben", "POST", "/papers/bulk", {kind: body})
    assert answer.status == 422
    assert [one["pointer"] for one in answer.json()["items"]] == [f"/{kind}/2"]
    listed = await office.get("admin", "/papers")
    assert len(listed["data"]) == (0 if kind == "create" else 3)


async def test_a_guest_is_asked_who_it_is_before_the_body_is_read(office: Office) -> None:
    answer = await office.send("guest", "POST", "/papers/bulk", {"create": "nonsense"})
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    answer = await office.send("guest", "POST", "/papers", {"nonsense": 1})
    assert answer.status == 401


# What it costs.


@pytest.fixture
async def relay(database_url: str) -> AsyncIterator[CountingRelay]:
    relay = CountingRelay(database_url)
    await relay.open()
    yield relay
    await relay.close()


async def test_a_change_of_what_no_rule_looks_at_stays_one_statement(
    relay: CountingRelay,
) -> None:
    async with open_office(relay.url) as office:
        row = await own_paper(office)
        path = f"/papers/{row['id']}"

        async def count(body: dict[str, Any]) -> int:
            for _ in range(2):
                before = relay.statements
                answer = await office.send("ben", "PATCH", path, body)
                assert answer.status == 200
            return relay.statements - before

        assert await count({"title": "new"}) == 1
        assert await count({"owner": str(BEN)}) == 3


# Whose change it is.


async def entries(office: Office, path: str) -> list[tuple[str | None, str | None]]:
    found = await office.get("admin", f"{path}/history", deleted="include")
    return [(one["actor"], one["request_id"]) for one in found["data"]]


async def test_the_history_names_who_asked_and_which_request(office: Office) -> None:
    row = await own_paper(office)
    path = f"/papers/{row['id']}"
    steps: list[tuple[str, str, Any]] = [
        ("PATCH", path, {"title": "patched"}),
        ("PATCH", path, {"owner": str(BEN), "title": "moved"}),
        ("PUT", path, {"title": "put", "owner": str(BEN)}),
        ("POST", f"{path}/revert", {"version": 1}),
        ("POST", "/papers/bulk", {"update": [{"id": row["id"], "title": "bulk"}]}),
        ("POST", f"{path}/publish", None),
        ("DELETE", path, None),
        ("POST", f"{path}/restore", None),
    ]
    for number, (method, target, body) in enumerate(steps):
        headers = {"X-Request-ID": f"step-{number}"}
        if number == 1:
            headers["Idempotency-Key"] = "1"
        answer = await office.send("ben", method, target, body, headers=headers)
        assert answer.status in {200, 204}, answer.body
    found = await entries(office, path)
    names = [f"step-{number}" for number in range(len(steps))]
    assert found[:-1] == [(str(BEN), one) for one in reversed(names)]
    assert found[-1][0] == str(EVE)


# Handlers of one's own.


async def test_a_handler_finds_rows_under_the_rules(office: Office) -> None:
    rows = {kind: await office.paper(kind) for kind in ("private", "public", "deleted")}
    expected = {
        "guest": {"private": 401, "public": 401, "deleted": 401},
        "ann": {"private": 200, "public": 200, "deleted": 404},
        "ben": {"private": 404, "public": 403, "deleted": 404},
        "admin": {"private": 200, "public": 200, "deleted": 404},
    }
    found = {
        who: {
            kind: (await office.send(who, "POST", f"/papers/{row['id']}/publish")).status
            for kind, row in rows.items()
        }
        for who in ("guest", "ben", "admin", "ann")
        # Ben comes before the private one is published.
    }
    assert found == expected


async def test_a_select_of_ones_own_is_held_to_them(office: Office) -> None:
    await office.paper(title="a")
    await office.paper("public", title="b")
    found = {who: await office.get(who, "/papers/titles") for who in ("guest", "ann", "admin")}
    assert found == {"guest": ["b"], "ann": ["a", "b"], "admin": ["a", "b"]}
