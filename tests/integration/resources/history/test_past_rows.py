"""`as_of` and `revert`: a row as it was, and the way back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.resources.history.journals import (
    MODELS,
    NOTES,
    Connection,
    Journal,
    Note,
    entries,
)
from tests.integration.resources.history.test_read_history import FULL

from drystone.db.database import Database
from drystone.db.query.change import delete, purge, restore, update
from drystone.db.query.raw import sql
from drystone.db.query.select import select
from drystone.errors import (
    Conflict,
    InvalidParameter,
    NotFound,
    PreconditionFailed,
    UniqueViolation,
    ValidationFailed,
)
from drystone.resources.asking.list_request import SingleRequest
from drystone.resources.expandable import expandables_of
from drystone.resources.history.as_of import as_of, read_past_row
from drystone.resources.history.revert import REVERT_BODY, RevertBody, plan_revert, revert
from drystone.resources.writing.answer import Written
from drystone.resources.writing.change import Change
from drystone.resources.writing.perform import write_one
from drystone.resources.writing.preconditions import Preconditions
from drystone.resources.writing.preferences import Preferences
from drystone.resources.writing.writable import make_writable

WRITABLE = make_writable(NOTES, path="/notes", models=MODELS)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


async def shown(db: Database, key: UUID) -> Any:
    """Return a row as it is answered now, deleted or not, without its secret."""
    row = msgspec.json.decode(await db.json_one(_any(key)) or b"null")
    return {name: one for name, one in row.items() if name != "password"}


def _any(key: UUID) -> Any:
    return select(Note).with_deleted().where(Note.id == key)


async def past(db: Database, key: UUID, moment: datetime) -> Any:
    """Return a row as it was; None where it was not there."""
    try:
        return msgspec.json.decode((await as_of(db, NOTES, key, moment)).to_json())
    except NotFound:
        return None


async def test_a_row_is_what_it_was_when_it_was_answered(db: Database) -> None:
    note = await db.insert(Note(text="a", password="hush", **FULL))
    states = [await shown(db, note.id)]
    await db.execute(
        update(Note).set(Note.text, "b").set(Note.price, None).where(Note.id == note.id)
    )
    states.append(await shown(db, note.id))
    await db.execute(delete(Note).where(Note.id == note.id))
    states.append(await shown(db, note.id))
    await db.execute(restore(Note).where(Note.id == note.id))
    states.append(await shown(db, note.id))
    await db.execute(purge(Note).where(Note.id == note.id))
    for state in states:
        assert await past(db, note.id, datetime.fromisoformat(state["updated_at"])) == state
    assert await past(db, note.id, LATER) is None
    assert await past(db, note.id, note.created_at - timedelta(microseconds=1)) is None
    assert await past(db, uuid4(), LATER) is None


async def test_a_row_that_came_again_under_its_id(db: Database) -> None:
    key = uuid4()
    await db.insert(Note(id=key, text="first", stars=1))
    first = await shown(db, key)
    await db.execute(purge(Note).where(Note.id == key))
    between = await db.one(sql("SELECT now()"))
    await db.insert(Note(id=key, text="second", stars=2))
    second = await shown(db, key)
    await db.execute(update(Note).set(Note.stars, 3).where(Note.id == key))
    assert await past(db, key, datetime.fromisoformat(first["updated_at"])) == first
    assert await past(db, key, between[0]) is None
    assert await past(db, key, datetime.fromisoformat(second["updated_at"])) == second
    assert await past(db, key, LATER) == await shown(db, key)


async def test_before_the_first_change_that_is_kept(db: Database, beside: Connection) -> None:
    note = await db.insert(Note(text="a"))
    first = await shown(db, note.id)
    await db.execute(update(Note).set(Note.text, "b").where(Note.id == note.id))
    second = await shown(db, note.id)
    await db.execute(update(Note).set(Note.text, "c").where(Note.id == note.id))
    await beside.execute("DELETE FROM drystone.history WHERE version <= 2")
    moment = datetime.fromisoformat(second["updated_at"])
    assert await past(db, note.id, moment) == second
    with pytest.raises(NotFound, match="not known any more"):
        await as_of(db, NOTES, note.id, datetime.fromisoformat(first["updated_at"]))
    assert (await plan_revert(db, NOTES, note.id, 2)).values == {"text": "b"}
    await beside.execute("DELETE FROM drystone.history")
    assert await past(db, note.id, LATER) == await shown(db, note.id)
    assert await past(db, note.id, moment) is None


ASKED = SingleRequest(fields=None, expand=(), deleted="exclude", as_of=LATER)


async def test_the_answer_of_a_past_row(db: Database) -> None:
    note = await db.insert(Note(text="a"))
    await db.execute(update(Note).set(Note.text, "b").where(Note.id == note.id))
    asked = replace(ASKED, as_of=note.updated_at)
    whole = await read_past_row(db, NOTES, note.id, asked)
    assert (msgspec.json.decode(whole.body)["text"], whole.version) == ("a", 1)
    part = await read_past_row(db, NOTES, note.id, replace(asked, fields=("text", "id")))
    assert part.body == b'{"text":"a","id":"%b"}' % str(note.id).encode()
    # A past row is no version to be matched: If-Match "1" must not take it for one.
    assert whole.etag.startswith('"past;')
    assert whole.etag != part.etag
    with pytest.raises(InvalidParameter, match="expand"):
        await read_past_row(db, NOTES, note.id, replace(asked, expand=expandables_of(NOTES)))


async def test_a_row_that_was_deleted_then_is_shown_if_asked(db: Database) -> None:
    note = await db.insert(Note(text="a"))
    await db.execute(delete(Note).where(Note.id == note.id))
    with pytest.raises(NotFound):
        await read_past_row(db, NOTES, note.id, ASKED)
    await read_past_row(db, NOTES, note.id, replace(ASKED, deleted="include"))
    await read_past_row(db, NOTES, note.id, replace(ASKED, deleted="only"))
    with pytest.raises(NotFound):
        await read_past_row(
            db, NOTES, note.id, replace(ASKED, deleted="only", as_of=note.updated_at)
        )


async def test_a_column_that_came_later(db: Database, beside: Connection) -> None:
    note = await db.insert(Note(text="a", stars=3))
    await beside.execute("UPDATE drystone.history SET new = new - 'stars'")
    await db.execute(update(Note).set(Note.text, "b").where(Note.id == note.id))
    assert (await past(db, note.id, note.updated_at))["stars"] == 3


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 9), st.none() | st.booleans()),
        st.tuples(st.sampled_from(["delete", "restore", "purge", "insert", "change_secret"])),
    ),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
async def test_as_of_agrees_with_replaying_the_history(
    db: Database, beside: Connection, steps: list[tuple[Any, ...]]
) -> None:
    key = uuid4()
    states: list[tuple[datetime, Any]] = []
    for number, step in enumerate([("insert",), *steps]):
        match step:
            case ("insert",):
                if await db.exists(_any(key)):
                    continue
                await db.insert(Note(id=key, text=f"{key} {number}"))
            case ("set", stars, flag):
                change = update(Note).set(Note.stars, stars)
                extra = None if flag is None else {"flag": flag}
                await db.execute(change.set(Note.extra, extra).where(Note.id == key))
            case ("delete",):
                await db.execute(delete(Note).where(Note.id == key))
            case ("restore",):
                await db.execute(restore(Note).where(Note.id == key))
            case ("purge",):
                await db.execute(purge(Note).with_deleted().where(Note.id == key))
            case _:
                await db.execute(update(Note).set(Note.password, "x").where(Note.id == key))
        (moment,) = await db.one(sql("SELECT now()"))
        there = await db.exists(_any(key))
        states.append((moment, await shown(db, key) if there else None))
    for moment, state in states:
        assert await past(db, key, moment) == state
    written = await entries(beside, key)
    replayed: dict[str, Any] = {}
    for one in written:
        if one["operation"] == "delete":
            replayed = {}
        else:
            replayed |= msgspec.json.decode(one["new"])
            assert (await past(db, key, one["changed_at"]))["stars"] == replayed["stars"]


async def back(db: Database, key: UUID, version: int, **given: Any) -> Written:
    make = partial(write_one, db, WRITABLE, preferences=Preferences())
    return await revert(db, NOTES, key, version, make=make, **given)


async def test_reverting_is_a_new_change(db: Database) -> None:
    journal = await db.insert(Journal(name="j"))
    note = await db.insert(Note(text="a", journal=journal.id, password="old", **FULL))
    first = await shown(db, note.id)
    change = update(Note).set(Note.text, "b").set(Note.extra, {"other": 1})
    for name in ("price", "raw", "at", "length", "times", "journal"):
        change = change.set(getattr(Note, name), None)
    await db.execute(change.set(Note.password, "new").where(Note.id == note.id))
    answer = await back(db, note.id, 1)
    assert answer.status == 200
    row = msgspec.json.decode(answer.body)
    assert row.pop("version") == 3
    assert "password" not in row
    stored = await db.get(Note, note.id)
    assert stored is not None
    assert stored.password == "new"
    row.pop("updated_at")
    assert row.items() <= first.items()


async def test_reverting_to_what_it_is_changes_nothing(db: Database) -> None:
    note = await db.insert(Note(text="a"))
    assert msgspec.json.decode((await back(db, note.id, 1)).body)["version"] == 1


async def test_what_cannot_be_reverted(db: Database) -> None:
    note = await db.insert(Note(text="a"))
    for version in (0, 2, -1, 2**62):
        with pytest.raises(ValidationFailed) as caught:
            await back(db, note.id, version)
        assert [(one.pointer, one.code) for one in caught.value.errors] == [
            ("/version", "not_found")
        ]
    await db.execute(delete(Note).where(Note.id == note.id))
    with pytest.raises(NotFound):
        await back(db, note.id, 1)
    await db.execute(restore(Note).where(Note.id == note.id))
    with pytest.raises(Conflict, match="deleted in version 2"):
        await back(db, note.id, 2)
    await db.execute(purge(Note).where(Note.id == note.id))
    with pytest.raises(NotFound):
        await back(db, note.id, 1)


async def test_conflicts_of_now_are_told(db: Database) -> None:
    note = await db.insert(Note(text="a"))
    await db.execute(update(Note).set(Note.text, "b").where(Note.id == note.id))
    await db.insert(Note(text="a"))
    with pytest.raises(UniqueViolation):
        await back(db, note.id, 1)
    assert (await db.one(select(Note).where(Note.id == note.id))).version == 2


async def test_a_value_that_is_out_of_bounds_by_now(db: Database, beside: Connection) -> None:
    note = await db.insert(Note(text="a"))
    await beside.execute("UPDATE drystone.history SET old = '{\"stars\": 77}'")
    await db.execute(update(Note).set(Note.stars, 1).where(Note.id == note.id))
    await beside.execute(
        "UPDATE drystone.history SET old = '{\"stars\": 77}' WHERE operation = 'update'"
    )
    with pytest.raises(ValidationFailed) as caught:
        await back(db, note.id, 1)
    assert [one.pointer for one in caught.value.errors] == ["/stars"]


async def test_the_callers_own_version_counts(db: Database) -> None:
    note = await db.insert(Note(text="a"))
    await db.execute(update(Note).set(Note.text, "b").where(Note.id == note.id))
    stale = Preconditions(versions=frozenset({1}), is_conditional=True)
    with pytest.raises(PreconditionFailed):
        await back(db, note.id, 1, preconditions=stale)
    right = Preconditions(versions=frozenset({2}), is_conditional=True)
    assert (await back(db, note.id, 1, preconditions=right)).status == 200


async def test_a_change_between_is_not_lost(db: Database) -> None:
    note = await db.insert(Note(text="a"))
    await db.execute(update(Note).set(Note.text, "b").where(Note.id == note.id))
    plans: list[Change] = []

    async def make(change: Change) -> Written:
        plans.append(change)
        if len(plans) == 1:
            await db.execute(update(Note).set(Note.stars, 7).where(Note.id == note.id))
        return await write_one(db, WRITABLE, change, preferences=Preferences())

    await revert(db, NOTES, note.id, 1, make=make)
    assert [dict(one.values) for one in plans] == [{"text": "a"}, {"text": "a", "stars": 0}]


async def test_many_reverts_at_once_leave_no_gap(db: Database, beside: Connection) -> None:
    note = await db.insert(Note(text="a"))
    await db.execute(update(Note).set(Note.text, "b").where(Note.id == note.id))
    results = await asyncio.gather(
        *(back(db, note.id, 1 + turn % 2) for turn in range(6)), return_exceptions=True
    )
    assert all(isinstance(one, Written | PreconditionFailed) for one in results)
    versions = [one["version"] for one in await entries(beside, note.id)]
    assert versions == [*range(1, len(versions) + 1)]


def test_the_body_of_a_revert() -> None:
    assert REVERT_BODY.decode(b'{"version": 3}') == RevertBody(version=3)
    with pytest.raises(ValidationFailed):
        REVERT_BODY.decode(b'{"version": "3", "other": 1}')
