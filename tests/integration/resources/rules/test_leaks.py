"""What rows out of sight must not show through: counts, orders, neighbours, refusals."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.db.facade import session
from tests.integration.resources.rules.office import ANN, BEN, Office

NOBODY = "01890000-0000-7000-8000-00000000ffff"


async def hidden_desk(office: Office, name: str = "secret") -> dict[str, Any]:
    """Return a desk of Ann's that Ben cannot see."""
    return await office.make("/desks", name=name, owner=ANN)


async def paper_on(office: Office, desk: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return a paper on it that Ben can see."""
    return await office.paper("public", desk_id=desk["id"], **values)


# Lists.


@pytest.mark.parametrize("count", ["exact", "estimated"])
async def test_totals_count_what_is_seen(office: Office, count: str) -> None:
    for number in range(30):
        await office.paper(title=f"private {number}")
    for number in range(3):
        await office.paper("public", title=f"public {number}")
    for params in ({}, {"cursor": ""}):
        page = await office.get("ben", "/papers", count=count, limit=2, **params)
        assert page["pagination"]["total"] == 3
        assert page["pagination"]["has_next"]
    everything = await office.get("admin", "/papers", count="exact", limit=2)
    assert everything["pagination"]["total"] == 33


@pytest.mark.parametrize("paging", [{}, {"cursor": ""}], ids=["page", "cursor"])
async def test_an_estimate_tells_nothing_of_rows_out_of_sight(
    office: Office, paging: dict[str, str]
) -> None:
    """The planner thinks that half of the mergers are public, as half of all papers are."""
    items = [
        {"title": title, "owner": str(ANN), "is_public": is_public}
        for title, is_public, number in (
            ("merger", False, 60),
            ("merger", True, 3),
            ("b", True, 57),
        )
        for _ in range(number)
    ]
    answer = await office.send("admin", "POST", "/papers/bulk", {"create": items})
    assert answer.status == 200
    async with session(office.app.state.url) as beside:
        await beside.execute("ANALYZE papers")
    params = {"title": "merger", "count": "estimated", "limit": 2, **paging}
    page = await office.get("ben", "/papers", **params)
    assert page["pagination"]["total"] == 3


async def test_cursors_walk_over_what_is_seen(office: Office) -> None:
    for number in range(6):
        await office.paper("public" if number % 2 else "private", title=f"{number}")
    titles: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await office.get("ben", "/papers", cursor=cursor, limit=1, sort="title")
        titles += [row["title"] for row in page["data"]]
        cursor = page["pagination"]["next_cursor"]
    assert titles == ["1", "3", "5"]


async def test_anothers_cursor_shows_no_more(office: Office) -> None:
    for number in range(4):
        await office.paper("public" if number % 2 else "private", title=f"{number}")
    page = await office.get("ann", "/papers", cursor="", limit=1, sort="title")
    cursor = page["pagination"]["next_cursor"]
    found = await office.get("ben", "/papers", cursor=cursor, sort="title")
    assert [row["title"] for row in found["data"]] == ["1", "3"]


async def test_filters_and_search_find_what_is_seen(office: Office) -> None:
    await office.paper(title="merger")
    for params in ({"title": "merger"}, {"search": "merger"}, {"filter": 'title = "merger"'}):
        assert (await office.get("ben", "/papers", **params))["pagination"]["total"] == 0
        assert (await office.get("ann", "/papers", **params))["pagination"]["total"] == 1


# Through references.


@pytest.mark.parametrize(
    "params",
    [
        {"desk.name": "secret"},
        {"desk.name[starts]": "sec"},
        {"desk.name[ne]": "other"},
        {"desk.name[null]": "false"},
        {"filter": 'desk.name = "secret"'},
        {"filter": 'NOT (desk.name != "secret")'},
        {"filter": 'NOT (desk.name = "other")'},
        {"search": "secret"},
    ],
    ids=lambda params: next(iter(params.items())),
)
async def test_a_filter_asks_nothing_of_rows_out_of_sight(
    office: Office, params: dict[str, str]
) -> None:
    await paper_on(office, await hidden_desk(office))
    assert (await office.get("ann", "/papers", **params))["pagination"]["total"] == 1
    assert (await office.get("ben", "/papers", **params))["pagination"]["total"] == 0


async def test_a_row_out_of_sight_is_as_one_that_is_missing(office: Office) -> None:
    paper = await paper_on(office, await hidden_desk(office))
    found = await office.get("ben", "/papers", **{"desk.name[null]": "true"})
    assert [row["id"] for row in found["data"]] == [paper["id"]]
    assert (await office.get("ann", "/papers", **{"desk.name[null]": "true"}))["data"] == []


async def test_an_order_tells_nothing_of_rows_out_of_sight(office: Office) -> None:
    for name in ("b", "a", "c"):
        await paper_on(office, await hidden_desk(office, name), title=name)
    seen = await office.get("ann", "/papers", sort="desk.name")
    assert [row["title"] for row in seen["data"]] == ["a", "b", "c"]
    hidden = await office.get("ben", "/papers", sort="desk.name")
    # All of them without a name, so in the order of their keys.
    assert [row["title"] for row in hidden["data"]] == ["b", "a", "c"]


async def test_what_is_computed_tells_nothing_of_them(office: Office) -> None:
    paper = await paper_on(office, await hidden_desk(office))
    for path in ("/papers", f"/papers/{paper['id']}"):
        for who, name in (("ann", "secret"), ("ben", None)):
            found = await office.get(who, path)
            assert (found["data"][0] if "data" in found else found)["desk_name"] == name


async def test_what_a_write_yields_tells_nothing_of_them(office: Office) -> None:
    paper = await paper_on(office, await hidden_desk(office), owner=BEN)
    answer = await office.send("ben", "PATCH", f"/papers/{paper['id']}", {"title": "new"})
    assert (answer.status, answer.json()["desk_name"]) == (200, None)
    answer = await office.send("ben", "PATCH", f"/papers/{paper['id']}", {})
    assert (answer.status, answer.json()["desk_name"]) == (200, None)


async def test_what_a_restored_row_yields_tells_nothing_of_them(office: Office) -> None:
    hidden = await office.make("/desks", name="hidden", owner=ANN)
    paper = await office.paper(owner=BEN, desk_id=hidden["id"])
    path = f"/papers/{paper['id']}"
    assert (await office.send("ben", "DELETE", path)).status == 204
    answer = await office.send("ben", "POST", f"{path}/restore")
    assert (answer.status, answer.json()["desk_name"]) == (200, None)


async def test_a_deleted_row_is_out_of_sight_of_those_who_may_not_see_it(office: Office) -> None:
    desk = await office.make("/desks", name="old", owner=ANN, is_open=True)
    await paper_on(office, desk)
    async with session(office.app.state.url) as beside:
        await beside.execute("UPDATE desks SET deleted_at = now()")
    assert (await office.get("ben", "/papers", **{"desk.name": "old"}))["data"] == []
    assert len((await office.get("admin", "/papers", **{"desk.name": "old"}))["data"]) == 1


# Beside a row.


async def test_an_expanded_row_is_null_where_it_is_out_of_sight(office: Office) -> None:
    desk = await hidden_desk(office)
    paper = await paper_on(office, desk)
    for path in ("/papers", f"/papers/{paper['id']}"):
        for who, name in (("ann", "secret"), ("ben", None)):
            found = await office.get(who, path, expand="desk")
            row = found["data"][0] if "data" in found else found
            assert row["desk_id"] == desk["id"]
            assert (row["desk"] and row["desk"]["name"]) == name


async def test_a_list_beside_a_row_holds_what_is_seen(office: Office) -> None:
    desk = await office.make("/desks", name="open", owner=ANN, is_open=True)
    await office.paper(desk_id=desk["id"], title="private")
    await paper_on(office, desk, title="public")
    for who, titles in (("ann", {"private", "public"}), ("ben", {"public"})):
        found = await office.get(who, f"/desks/{desk['id']}", expand="papers")
        assert {one["title"] for one in found["papers"]["data"]} == titles


async def test_below_a_row_out_of_sight_there_is_nothing(office: Office) -> None:
    desk = await hidden_desk(office)
    await paper_on(office, desk)
    body = {"title": "new", "owner": str(BEN)}
    for who, found, made in (("ann", 200, 403), ("ben", 404, 404)):
        path = f"/desks/{desk['id']}/papers"
        assert (await office.send(who, "GET", path)).status == found
        assert (await office.send(who, "POST", path, body)).status == made
    assert (await office.send("ben", "GET", f"/desks/{NOBODY}/papers")).status == 404
    for parent in (desk["id"], NOBODY):
        assert (await office.send("guest", "POST", f"/desks/{parent}/papers", body)).status == 401


async def test_a_list_below_a_row_holds_what_is_seen(office: Office) -> None:
    desk = await office.make("/desks", name="open", owner=ANN, is_open=True)
    await office.paper(desk_id=desk["id"], title="private")
    await paper_on(office, desk, title="public")
    for who, total in (("ann", 2), ("ben", 1), ("guest", 1)):
        page = await office.get(who, f"/desks/{desk['id']}/papers")
        assert page["pagination"]["total"] == total


async def test_rows_that_are_created_along_are_held_to_their_own_rules(office: Office) -> None:
    for owner, status in ((ANN, 403), (BEN, 201)):
        notes = [{"text": "a", "owner": str(BEN)}, {"text": "b", "owner": str(owner)}]
        body = {"title": "new", "owner": str(BEN), "notes": notes}
        answer = await office.send("ben", "POST", "/papers", body)
        assert answer.status == status, answer.body
    assert (await office.get("admin", "/papers"))["pagination"]["total"] == 1
    assert (await office.get("admin", "/notes"))["pagination"]["total"] == 2


# References in bodies.


@pytest.mark.parametrize("reference", ["desk_id", "folder_id"])
@pytest.mark.parametrize("way", ["create", "patch", "replace", "bulk"])
async def test_a_reference_to_a_row_out_of_sight_is_one_to_nothing(
    office: Office, reference: str, way: str
) -> None:
    """Of a model with soft deletion, and of one whose references a foreign key lets through."""
    hidden = await office.make(f"/{reference[:-3]}s", name="secret", owner=ANN)
    own = await office.paper(owner=BEN)

    async def write(target: str) -> Any:
        body = {"title": "new", "owner": str(BEN), reference: target}
        match way:
            case "create":
                return await office.send("ben", "POST", "/papers", body)
            case "patch":
                path = f"/papers/{own['id']}"
                return await office.send("ben", "PATCH", path, {reference: target})
            case "replace":
                return await office.send("ben", "PUT", f"/papers/{own['id']}", body)
            case _:
                return await office.send("ben", "POST", "/papers/bulk", {"create": [body]})

    answers = [await write(target) for target in (hidden["id"], NOBODY)]
    assert [answer.status for answer in answers] == [422, 422]
    first, second = (answer.json() for answer in answers)
    assert [one["code"] for one in first["errors"]] == ["not_found"]
    assert first["errors"] == second["errors"]
    seen = await office.make(f"/{reference[:-3]}s", name="seen", owner=BEN)
    assert (await write(seen["id"])).status in {200, 201}


async def test_a_reference_that_stays_may_lead_out_of_sight(office: Office) -> None:
    paper = await paper_on(office, await hidden_desk(office), owner=BEN)
    row = await office.get("ben", f"/papers/{paper['id']}")
    answer = await office.send("ben", "PUT", f"/papers/{paper['id']}", row | {"title": "new"})
    assert (answer.status, answer.json()["desk_id"]) == (200, paper["desk_id"])


# Conditions, keys and pasts.


@pytest.mark.parametrize(("method", "way"), [("POST", "/restore"), ("DELETE", "?purge=true")])
async def test_a_deleted_row_is_there_for_those_who_may_see_deleted_ones(
    office: Office, method: str, way: str
) -> None:
    paper = await office.paper("deleted", is_public=True)
    for who, status in (("guest", 401), ("ben", 404)):
        answer = await office.send(who, method, f"/papers/{paper['id']}{way}")
        assert answer.status == status


async def test_a_condition_tells_no_version_of_a_row_out_of_sight(office: Office) -> None:
    private, public = await office.paper(), await office.paper("public")
    for method, body in (("PATCH", {"title": "new"}), ("DELETE", None)):
        answers = [
            await office.send("ben", method, f"/papers/{row_id}", body, headers={"If-Match": '"9"'})
            for row_id in (private["id"], NOBODY, public["id"])
        ]
        assert [answer.status for answer in answers] == [404, 404, 403]
        assert "version" not in answers[2].json()


async def test_a_key_answers_its_own_caller_alone(office: Office) -> None:
    headers = {"Idempotency-Key": "1"}
    body = {"title": "new", "owner": str(ANN)}
    first = await office.send("ann", "POST", "/papers", body, headers=headers)
    again = await office.send("ann", "POST", "/papers", body, headers=headers)
    assert (again.status, again.body) == (201, first.body)
    assert (await office.send("ben", "POST", "/papers", body, headers=headers)).status == 403
    other = await office.send("admin", "POST", "/papers", body, headers=headers)
    assert (other.status, "idempotency-replayed" in other.headers) == (201, False)
    assert other.json()["id"] != first.json()["id"]


async def test_the_past_of_what_is_gone_for_good_is_for_the_unrestricted(office: Office) -> None:
    paper = await office.paper("public")
    assert (await office.send("admin", "DELETE", f"/papers/{paper['id']}?purge=true")).status == 204
    for who, status in (("ann", 404), ("ben", 404), ("admin", 200)):
        path = f"/papers/{paper['id']}"
        told = await office.send(who, "GET", f"{path}/history", deleted="include")
        assert told.status == status
        past = await office.send(who, "GET", path, as_of=paper["created_at"])
        assert past.status == status


async def test_a_row_that_is_made_private_takes_its_past_along(office: Office) -> None:
    paper = await office.paper("public")
    path = f"/papers/{paper['id']}"
    assert (await office.send("ben", "GET", f"{path}/history")).status == 200
    assert (await office.send("ann", "PATCH", path, {"is_public": False})).status == 200
    assert (await office.send("ben", "GET", f"{path}/history")).status == 404
    past = await office.send("ben", "GET", path, as_of=paper["updated_at"])
    assert past.status == 404
