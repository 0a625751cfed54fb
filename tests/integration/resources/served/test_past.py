"""`as_of` agrees with the history replayed, whoever wrote: the API or somebody in psql."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.resources.served.workshop import Api, Connection

FIELDS = {
    "label": st.sampled_from(["", "a", 'quote"\\', "日"]),
    "amount": st.none() | st.integers(-2, 2),
    "price": st.none() | st.sampled_from(["-1.500", "0.000", "12.345"]),
    "made_at": st.none() | st.sampled_from(["2026-05-01T00:00:00Z", "2026-05-01T00:00:00.000001Z"]),
    "opens_at": st.none() | st.just("12:30:00"),
}
BODIES = st.fixed_dictionaries({}, optional=FIELDS)
IN_PSQL = [
    "UPDATE parts SET amount = coalesce(amount, 0) + 1 WHERE id = $1",
    "UPDATE parts SET label = label WHERE id = $1",
    "UPDATE parts SET price = 7, made_at = now() WHERE id = $1",
    "UPDATE parts SET deleted_at = now() WHERE id = $1",
    "UPDATE parts SET deleted_at = NULL WHERE id = $1",
]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("patch"), BODIES),
        st.tuples(st.just("put"), BODIES.map(lambda body: {"label": "put", **body})),
        st.tuples(st.sampled_from(["delete", "restore"])),
        st.tuples(st.just("revert"), st.integers(1, 6)),
        # One transaction, and so one time, for several statements.
        st.tuples(st.just("psql"), st.lists(st.sampled_from(IN_PSQL), min_size=1, max_size=3)),
    ),
    max_size=10,
)


async def take_step(api: Api, beside: Connection, here: str, step: tuple[Any, ...]) -> int:
    """Do something to the row; return the status of the answer."""
    match step:
        case ("patch", body):
            answer = await api.send("PATCH", here, body)
        case ("put", body):
            answer = await api.send("PUT", here, body)
        case ("delete",):
            answer = await api.send("DELETE", here)
        case ("restore",):
            answer = await api.send("POST", f"{here}/restore")
        case ("revert", version):
            answer = await api.send("POST", f"{here}/revert", {"version": version})
        case _:
            async with beside.transaction():
                for statement in step[1]:
                    await beside.execute(statement, here.rpartition("/")[2])
            return 200
    return answer.status


async def changes_of(api: Api, here: str) -> list[dict[str, Any]]:
    """Return every entry of a history, the oldest first, page by page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await api.get(f"{here}/history", deleted="include", cursor=cursor, limit=3)
        found += page["data"]
        cursor = page["pagination"]["next_cursor"]
    return found[::-1]


@pytest.mark.slow
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
async def test_as_of_agrees_with_replaying_the_history(
    api: Api, beside: Connection, steps: list[tuple[Any, ...]]
) -> None:
    row = await api.make("/parts", {"label": "first"})
    here = f"/parts/{row['id']}"
    shown = [row]
    for step in steps:
        assert await take_step(api, beside, here, step) < 500
        shown.append(await api.get(here, deleted="include"))

    changes = await changes_of(api, here)
    # One for each version, and none beside them.
    assert [one["version"] for one in changes] == [*range(1, shown[-1]["version"] + 1)]
    replayed: dict[str, Any] = {"id": row["id"]}
    for moment, together in groupby(changes, lambda one: one["changed_at"]):
        for change in together:
            if change["operation"] == "update":
                before = {name: one["old"] for name, one in change["changes"].items()}
                assert before == {name: replayed[name] for name in before}
                # Changed fields only.
                assert all(one["old"] != one["new"] for one in change["changes"].values())
            replayed |= {name: one["new"] for name, one in change["changes"].items()}
            replayed |= {"version": change["version"], "updated_at": change["changed_at"]}
        assert await api.get(here, as_of=moment, deleted="include") == replayed
        is_seen = (await api.send("GET", here, as_of=moment)).status == 200
        assert is_seen == (replayed["deleted_at"] is None)
    assert replayed == shown[-1]
    # What was shown after each step is what is shown of that time now.
    for one in shown:
        assert await api.get(here, as_of=one["updated_at"], deleted="include") == one


async def test_before_it_was_made_a_row_was_not_there(api: Api, beside: Connection) -> None:
    before = (await beside.fetchval("SELECT now()")).isoformat()
    row = await api.make("/parts", {"label": "late"})
    answer = await api.send("GET", f"/parts/{row['id']}", as_of=before)
    assert answer.status == 404
    assert (await api.send("GET", f"/parts/{uuid4()}", as_of=before)).status == 404


async def test_an_unchanged_row_writes_no_history(api: Api, beside: Connection) -> None:
    row = await api.make("/parts", {"label": "same", "amount": 1, "price": "1.500"})
    here = f"/parts/{row['id']}"
    for method, body in (
        ("PATCH", {}),
        ("PATCH", {"amount": 1, "price": "1.5"}),
        ("PUT", row),
        ("PUT", {"label": "same", "amount": 1, "price": "1.5"}),
    ):
        answer = await api.send(method, here, body)
        assert (answer.status, answer.json()) == (200, row)
    bulk = await api.send("POST", "/parts/bulk", {"update": [{"id": row["id"], "amount": 1}]})
    assert bulk.status == 200
    assert (await api.send("POST", f"{here}/revert", {"version": 1})).status == 200
    assert await beside.fetchval("SELECT count(*) FROM drystone.history") == 1
    await api.send("PATCH", here, {"amount": 2, "label": "same"})
    (latest, _) = (await api.get(f"{here}/history"))["data"]
    assert latest["changes"] == {"amount": {"old": 1, "new": 2}}
    stored = await beside.fetchrow("SELECT old, new FROM drystone.history WHERE version = 2")
    assert stored is not None
    assert (stored["old"], stored["new"]) == ('{"amount": 1}', '{"amount": 2}')
