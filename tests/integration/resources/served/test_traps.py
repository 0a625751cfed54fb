"""What others fell into: each a defect that some API over PostgreSQL has shipped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

from tests import client
from tests.integration.db.opening import until
from tests.integration.resources.served.workshop import Api, Connection, open_workshop

# What holds up every COMMIT that wrote a part until somebody lets go of a lock.
_COMMIT_WAITS = """
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(7);
        IF NEW.label = 'refused at COMMIT' THEN
            RAISE unique_violation;
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER wait AFTER INSERT OR UPDATE ON parts
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait();
"""
_WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def test_a_cursor_steps_over_nulls(api: Api) -> None:
    amounts = [1, None, None, 2, None]
    created = {"create": [{"label": str(n), "amount": one} for n, one in enumerate(amounts)]}
    assert (await api.send("POST", "/parts/bulk", created)).status == 200
    # As PostgreSQL has them: NULLs are larger than everything.
    for sort, expected in (
        ("amount", [1, 2, None, None, None]),
        ("-amount", [None, None, None, 2, 1]),
    ):
        met: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await api.get("/parts", cursor=cursor, limit=1, sort=sort)
            met += [(row["amount"], row["label"]) for row in page["data"]]
            cursor = page["pagination"]["next_cursor"]
        assert [one[0] for one in met] == expected
        assert len(set(met)) == len(amounts)


async def test_the_tag_of_a_part_of_a_row_is_good_for_writing(api: Api) -> None:
    row = await api.make("/parts", {"label": "a"})
    here = f"/parts/{row['id']}"
    parts: list[dict[str, Any]] = [{"fields": "label"}, {"expand": "maker"}]
    for version, params in enumerate(parts, start=1):
        whole = await api.send("GET", here)
        tag = (await api.send("GET", here, **params)).headers["etag"]
        # A variant has a tag of its own, or a cache would give one for the other.
        assert tag != whole.headers["etag"]
        known = {"If-None-Match": whole.headers["etag"]}
        assert (await api.send("GET", here, headers=known, **params)).status == 200
        condition = {"If-Match": tag}
        first = await api.send("PATCH", here, {"amount": version}, headers=condition)
        assert first.status == 200
        stale = await api.send("PATCH", here, {"amount": 0}, headers=condition)
        assert stale.status == 412
        assert f"version {version + 1}" in stale.json()["detail"]
        # What changed is not among what was read, and still the row is another one.
        assert (await api.send("GET", here, **params)).headers["etag"] != tag


async def test_nobody_is_answered_before_commit(api: Api, beside: Connection) -> None:
    row = await api.make("/parts", {"label": "old"})
    here, held = f"/parts/{row['id']}", "SELECT pg_advisory_lock(7)"
    await beside.execute(_COMMIT_WAITS)
    count = "SELECT count(*) FROM parts WHERE label = $1"
    calls = [("POST", "/parts"), ("PUT", here), ("PATCH", here), ("POST", "/parts/bulk")]
    # With a key a write is a transaction of several statements; some are one without.
    for number, (method, path) in enumerate(calls * 2):
        label = f"new {number}"
        body: Any = {"label": label}
        key = {"Idempotency-Key": f"k{number}"} if number < len(calls) else {}
        if path.endswith("bulk"):
            body = {"create": [body]}
        await beside.execute(held)
        pending = asyncio.create_task(api.send(method, path, body, headers=key))
        async with asyncio.timeout(20):
            while not pending.done() and not await beside.fetchval(_WAITING):
                await asyncio.sleep(0.005)
        assert (pending.done(), await beside.fetchval(count, label)) == (False, 0)
        await beside.execute("SELECT pg_advisory_unlock(7)")
        answer = await pending
        # Whoever has the answer finds the row, on whatever connection.
        assert (answer.status < 300, await beside.fetchval(count, label)) == (True, 1), path


async def test_what_commit_refuses_was_never_201(api: Api, beside: Connection) -> None:
    await beside.execute(_COMMIT_WAITS)
    body = {"label": "refused at COMMIT"}
    keys: list[dict[str, str]] = [{}, {"Idempotency-Key": "k"}]
    for key in keys:
        assert (await api.send("POST", "/parts", body, headers=key)).status == 409
        bulk = await api.send("POST", "/parts/bulk", {"create": [body]}, headers=key)
        assert bulk.status in (409, 422)
    assert await beside.fetchval("SELECT count(*) FROM parts") == 0
    assert await beside.fetchval("SELECT count(*) FROM drystone.idempotency_keys") == 0


async def test_nothing_comes_to_refer_to_a_deleted_row(api: Api) -> None:
    maker = await api.make("/makers", {"name": "a"})
    refer = {"maker_id": maker["id"]}
    part = await api.make("/parts", {"label": "p", **refer})
    other = await api.make("/parts", {"label": "o"})
    here, there = f"/parts/{part['id']}", f"/parts/{other['id']}"
    await api.send("PATCH", here, {"maker_id": None})
    was = await api.make("/parts", {"label": "was", **refer})
    await api.send("DELETE", f"/parts/{was['id']}")
    assert (await api.send("DELETE", f"/makers/{maker['id']}")).status == 204
    calls: list[tuple[str, str, Any, int]] = [
        ("POST", "/parts", {"label": "n", **refer}, 422),
        ("PATCH", there, refer, 422),
        ("PUT", there, {"label": "o", **refer}, 422),
        ("POST", "/parts/bulk", {"update": [{"id": other["id"], **refer}]}, 422),
        ("POST", f"{here}/revert", {"version": 1}, 422),
        ("POST", f"/parts/{was['id']}/restore", None, 409),
    ]
    for method, path, body, status in calls:
        answer = await api.send(method, path, body)
        assert answer.status == status, (method, path, answer.body)
        assert "maker_id" in answer.body.decode()
    assert (await api.get("/parts", **{"maker_id[null]": "false"}))["data"] == []


async def test_relations_do_not_inflate_counts(api: Api) -> None:
    maker = await api.make("/makers", {"name": "a"})
    part = await api.make("/parts", {"label": "p", "maker_id": maker["id"]})
    created = [{"part_id": part["id"], "length": n % 2} for n in range(6)]
    assert (await api.send("POST", "/cuts/bulk", {"create": created})).status == 200
    for path, params, total in (
        ("/parts", {"expand": "maker", "maker.name": "a"}, 1),
        ("/parts", {"expand": "cuts,maker.siblings", "maker.name": "a"}, 1),
        ("/cuts", {"expand": "part.maker", "part.maker.name": "a", "length": 1}, 3),
        ("/cuts", {"filter": 'part.maker.name = "a" OR part.maker.name = "b"'}, 6),
    ):
        page = await api.get(path, **params, limit=2)
        assert page["pagination"]["total"] == total
        assert len(page["data"]) == min(2, total)
        estimated = await api.get(path, **params, count="estimated")
        assert estimated["pagination"]["total"] == total


async def test_one_connection_serves_every_operation(database_url: str) -> None:
    """A request that held one connection and waited for another would wait for itself."""
    patience = {"database_pool_size": 1, "database_acquire_timeout_seconds": 20.0}
    async with open_workshop(database_url, **patience) as api:
        maker = await api.make("/makers", {"name": "a"})
        found = await asyncio.gather(*(_live(api, maker["id"], n) for n in range(12)))
        assert Counter(one for some in found for one in some if one >= 400) == {409: 12, 422: 12}
        await until(lambda: api.app.db.statistics().idle == 1)
        assert api.app.db.statistics().size == 1


async def _live(api: Api, maker: str, number: int) -> list[int]:
    """Ask for everything that can be asked for, one after the other; return the statuses."""
    key = {"Idempotency-Key": f"k{number}"}
    created = {"label": f"p{number}", "maker_id": maker}
    row = await api.make("/parts", created)
    here = f"/parts/{row['id']}"
    there = await api.make("/parts", {"label": f"other {number}"})
    cut = await api.make("/cuts", {"part_id": row["id"]})
    calls: list[Awaitable[client.Answer]] = [
        api.send("GET", "/parts", expand="maker", search=f"p{number}", sort="-amount"),
        api.send("GET", "/parts", count="estimated", limit=1),
        api.send("GET", "/parts", cursor="", count="exact", filter='maker.name = "a"'),
        api.send("GET", here, expand="maker"),
        api.send("PATCH", here, {"amount": 1}, headers={"If-Match": '"1"'}),
        api.send("PUT", here, {**created, "amount": 2}),
        api.send("PATCH", here, {"maker_id": row["id"]}),  # 422: no maker
        api.send("POST", "/makers", {"name": "a"}),  # 409
        api.send("POST", "/makers", {"name": f"m{number}"}, headers=key),
        api.send("POST", "/makers", {"name": f"m{number}"}, headers=key),
        api.send("PATCH", here, {"amount": 3}, headers={"Prefer": "dry-run"}),
        api.send("POST", "/parts/bulk", {"create": [created], "atomic": False}, headers=key),
        api.send("POST", "/cuts/bulk", {"update": [{"id": cut["id"], "length": 4}]}),
        api.send("POST", "/transfers", {"giver": row["id"], "taker": there["id"], "amount": 1}),
        api.send("GET", f"{here}/history"),
        api.send("GET", here, as_of=row["updated_at"]),
        api.send("POST", f"{here}/revert", {"version": 1}, headers=key),
        api.send("DELETE", here),
        api.send("POST", f"{here}/restore"),
        api.send("DELETE", here, purge="true", headers=key),
        client.get(api.app, "/readyz"),
    ]
    return [(await one).status for one in calls]
