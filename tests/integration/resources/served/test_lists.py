"""Lists over HTTP: whatever the rows, sort, filter and page size, each row once and in order.

The rows that a filter takes are those that Python takes, their order is that of one sorted
query written by hand; pages, cursors, totals and links have to agree with both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import client
from tests.integration.resources.served.judged_filters import (
    FILTERS,
    MAKERS,
    PARTS,
    Filter,
)
from tests.integration.resources.served.workshop import Api, Connection, Maker, Part

SORTS = (
    "id label kind amount price weight made_at made_on opens_at is_checked maker_id maker.name"
    " maker.city"
).split()
TERMS = st.lists(st.sampled_from(SORTS), max_size=4, unique=True).flatmap(
    lambda names: st.tuples(*(st.sampled_from([name, f"-{name}"]) for name in names)).map(",".join)
)
SOME_PARTS = st.lists(PARTS, max_size=10, unique_by=lambda one: one.id)
SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def store(api: Api, beside: Connection, parts: Sequence[Part]) -> None:
    """Let the parts be all that there is."""
    await beside.execute("DELETE FROM cuts; DELETE FROM parts; DELETE FROM makers")
    await api.app.db.copy(Maker, MAKERS)
    await api.app.db.copy(Part, parts)


async def sorted_ids(beside: Connection, sort: str) -> list[str]:
    """Return the ids of all live parts in the order that plain SQL gives."""
    terms = [(one.removeprefix("-"), one.startswith("-")) for one in sort.split(",") if one]
    # The key makes every order total, in the direction of the term before it.
    last = terms[-1][1] if terms else True
    order = ", ".join(
        f"{name.replace('maker.', 'makers.') if '.' in name else f'parts.{name}'}"
        f" {'DESC' if descends else 'ASC'}"
        for name, descends in [*terms, ("id", last)]
    )
    rows = await beside.fetch(
        "SELECT parts.id FROM parts LEFT JOIN makers ON makers.id = maker_id"
        f" WHERE parts.deleted_at IS NULL ORDER BY {order}"
    )
    return [str(row[0]) for row in rows]


def link(answer: client.Answer, relation: str) -> str | None:
    """Return the address that the header `Link` has for a relation."""
    links = httpx.Response(200, headers={"Link": answer.headers["link"]}).links
    return links.get(relation, {}).get("url")


async def follow(api: Api, first: client.Answer, relation: str) -> list[dict[str, Any]]:
    """Return the bodies of this page and of all that a relation leads to."""
    bodies = [first.json()]
    here = link(first, relation)
    while here is not None:
        answer = await api.send("GET", here)
        assert answer.status == 200, answer.body
        bodies.append(answer.json())
        assert len(bodies) < 100, "the walk does not end"
        here = link(answer, relation)
    return bodies


def ids_of(pages: Sequence[dict[str, Any]]) -> list[str]:
    return [row["id"] for page in pages for row in page["data"]]


@pytest.mark.slow
@SETTINGS
@given(parts=SOME_PARTS, wanted=FILTERS, sort=TERMS, limit=st.integers(1, 4))
async def test_pages_cursors_and_totals_agree_with_one_query_and_with_python(
    api: Api, beside: Connection, parts: list[Part], wanted: Filter, sort: str, limit: int
) -> None:
    await store(api, beside, parts)
    taken = {str(one.id) for one in parts if wanted.takes(one)}
    expected = [one for one in await sorted_ids(beside, sort) if one in taken]
    params: dict[str, Any] = {**wanted.params, "limit": limit}
    if sort:
        params["sort"] = sort

    numbered = await follow(api, await api.send("GET", "/parts", **params), "next")
    assert ids_of(numbered) == expected
    assert {page["pagination"]["total"] for page in numbered} == {len(expected)}
    assert {page["pagination"]["total_pages"] for page in numbered} == {-(-len(expected) // limit)}
    past_the_end = await api.get("/parts", **params, page=len(numbered) + 1)
    assert (past_the_end["data"], past_the_end["pagination"]["total"]) == ([], len(expected))

    first = await api.send("GET", "/parts", **params, cursor="", count="exact")
    forwards = await follow(api, first, "next")
    assert ids_of(forwards) == expected
    assert {page["pagination"]["total"] for page in forwards} == {len(expected)}
    assert [page["pagination"]["has_next"] for page in forwards] == [True] * (len(forwards) - 1) + [
        False
    ]

    if len(forwards) > 1:
        to_last = forwards[-2]["pagination"]["next_cursor"]
        last = await api.send("GET", "/parts", **params, cursor=to_last)
        backwards = await follow(api, last, "prev")
        assert ids_of(backwards[::-1]) == expected


@pytest.mark.slow
@SETTINGS
@given(data=st.data(), wanted=FILTERS, sort=TERMS, limit=st.integers(1, 3))
async def test_rows_that_stay_are_met_once_while_others_come_and_go(
    api: Api, beside: Connection, data: st.DataObject, wanted: Filter, sort: str, limit: int
) -> None:
    staying, going = data.draw(SOME_PARTS, "staying"), data.draw(SOME_PARTS, "going")
    await store(api, beside, [*staying, *going])
    params: dict[str, Any] = {**wanted.params, "limit": limit} | ({"sort": sort} if sort else {})
    met: list[str] = []
    cursor: str | None = ""
    key = "next_cursor"
    if data.draw(st.booleans(), "backwards"):
        pages = await follow(api, await api.send("GET", "/parts", **params, cursor=""), "next")
        if len(pages) > 1:
            met = ids_of(pages[-1:])[::-1]
            cursor, key = pages[-1]["pagination"]["prev_cursor"], "prev_cursor"
    while cursor is not None:
        for gone in data.draw(st.sets(st.sampled_from(range(len(going))))) if going else ():
            # Deleted through the API, once; the second time it is not there.
            await api.send("DELETE", f"/parts/{going[gone].id}")
        for come in data.draw(st.lists(PARTS, max_size=1)):
            await api.app.db.insert(come)
        page = await api.get("/parts", **params, cursor=cursor)
        ids = ids_of([page])
        met += ids if key == "next_cursor" else ids[::-1]
        cursor = page["pagination"][key]
    stay = {str(one.id) for one in staying if wanted.takes(one)}
    expected = [one for one in await sorted_ids(beside, sort) if one in stay]
    found = [one for one in met if one in stay]
    assert (found if key == "next_cursor" else found[::-1]) == expected
    assert len(set(met)) == len(met)
