"""JSON that PostgreSQL writes means what `encode_json` writes of the same rows."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from tests.integration.db.query.running import execute, fetch_all, fetch_one
from tests.integration.db.query.things import THINGS, make_thing
from tests.query_models import Label, Person, Project, Task, Thing

from drystone.db.query.change import delete, update
from drystone.db.query.insert import insert
from drystone.db.query.json_rows import json_row, json_rows
from drystone.db.query.raw import sql
from drystone.db.query.select import select
from drystone.schema.expressions.functions import count
from drystone.schema.json_encode import encode_json
from drystone.schema.model.column_types import (
    ArrayType,
    ColumnType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    TimeType,
)
from drystone.schema.model.defaults import default
from drystone.schema.model.field import Field
from drystone.schema.model.model import Model
from drystone.schema.model.model_meta import describe
from drystone.schema.model.rules import Secret

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{1,6})?Z")
BY_NAME = {column.name: column.type for column in describe(Thing).columns}


def meaning(data: bytes) -> dict[str, Any]:
    """Return a thing's JSON as values that are equal where they mean the same."""
    return {name: mean(BY_NAME[name], one) for name, one in msgspec.json.decode(data).items()}


def mean(kind: ColumnType, value: Any) -> Any:
    match kind:
        case _ if value is None:
            return None
        case ArrayType():
            return [mean(kind.item, item) for item in value]
        case DateTimeType():
            assert MOMENT.fullmatch(value)
            return datetime.fromisoformat(value)
        case DateType():
            return date.fromisoformat(value)
        case TimeType():
            return time.fromisoformat(value)
        case DecimalType():
            assert isinstance(value, str)
            return str(Decimal(value)) if Decimal(value).is_nan() else Decimal(value)
        case DurationType():
            return msgspec.convert(value, timedelta, strict=False)
        case _:
            return value


@pytest.mark.slow
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(thing=THINGS)
@example(thing=make_thing(span=timedelta(days=-1, microseconds=1), data=b"\0" * 100))
@example(thing=make_thing(ratio=float("nan"), ratios=[float("inf"), 1e300, -0.0]))
async def test_every_column_means_the_same(
    connection: asyncpg.Connection[Any], thing: Thing
) -> None:
    await execute(connection, insert(thing).without_rows())
    whole = select(Thing).where(Thing.id == thing.id)
    shown = await fetch_one(connection, json_row(whole))
    assert meaning(shown) == meaning(encode_json(await fetch_one(connection, whole)))
    assert await fetch_one(connection, json_rows(whole)) == b"[" + shown + b"]"
    # Around a subquery, each column may be NULL as far as is known.
    assert await fetch_one(connection, json_row(whole.distinct())) == shown


async def test_an_instance_comes_back_as_it_was_stored(
    connection: asyncpg.Connection[Any],
) -> None:
    thing = make_thing(maybe_price=Decimal("1.50"), maybe_texts=["a", "b"])
    stored = await fetch_one(connection, insert(thing))
    assert stored == await fetch_one(connection, select(Thing))
    assert stored.version == 1
    assert stored.order == thing.number % 7
    kept = {"version", "created_at", "updated_at", "order"}
    for column in describe(Thing).columns:
        if column.name not in kept:
            assert getattr(stored, column.attribute) == getattr(thing, column.attribute)


async def test_moments_that_no_calendar_has_are_shown_as_the_last_or_first(
    connection: asyncpg.Connection[Any],
) -> None:
    thing = make_thing()
    await execute(connection, insert(thing).without_rows())
    await connection.execute(
        "UPDATE things SET moment = 'infinity', maybe_moment = '-infinity', "
        "day = 'infinity', maybe_day = '0044-03-15 BC', "
        "moments = ARRAY['12000-01-01', 'infinity']::timestamptz[], span = '1 year 2 mons 3 days'"
    )
    row = msgspec.json.decode(await fetch_one(connection, json_row(select(Thing))))
    last = "9999-12-31T23:59:59.999999Z"
    assert (row["moment"], row["maybe_moment"]) == (last, "0001-01-01T00:00:00Z")
    assert (row["day"], row["maybe_day"]) == ("9999-12-31", "0001-01-01")
    assert row["moments"] == [last, last]
    span = await connection.fetchval("SELECT span FROM things")
    assert msgspec.convert(row["span"], timedelta, strict=False) == span == timedelta(days=428)


async def test_no_row_is_no_object_and_an_empty_array(connection: asyncpg.Connection[Any]) -> None:
    assert await fetch_all(connection, json_row(select(Label))) == []
    assert await fetch_all(connection, json_rows(select(Label))) == [b"[]"]


async def test_order_limits_references_and_labels_hold(
    connection: asyncpg.Connection[Any],
) -> None:
    ann = Person(name='Ann "A"')
    project = Project(name="p", owner=ann.id)
    titles = ["c", "a", "d", "b"]
    tasks = [Task(project=project.id, title=title) for title in titles]
    for statement in (insert(ann), insert(project), insert(*tasks)):
        await execute(connection, statement.without_rows())
    label = Task.title.as_("name")
    assignee, owner = Task.assignee.to.nickname, Task.project.to.owner.to.name.as_("owner")
    query = select(owner, Task.project.to.name.as_("title"), label, assignee)
    page = query.order_by(label).limit(2).offset(1)
    shown = msgspec.json.decode(await fetch_one(connection, json_rows(page)))
    rest = {"owner": 'Ann "A"', "title": "p", "nickname": None}
    assert shown == [rest | {"name": "b"}, rest | {"name": "c"}]
    # A label is told from a column of the same name.
    by_title = select(Task.project.to.name.as_("title"), Task.id).order_by(Task.title).limit(1)
    assert "ORDER BY tasks.title" in json_rows(by_title).sql


async def test_groups_are_written_with_their_labels(connection: asyncpg.Connection[Any]) -> None:
    labels = [Label(name="a", uses=1), Label(name="b", uses=1), Label(name="c", uses=2)]
    await execute(connection, insert(*labels).without_rows())
    query = select(Label.uses, count().as_("n")).group_by(Label.uses).order_by(Label.uses.desc())
    assert await fetch_one(connection, json_rows(query)) == b'[{"uses":2,"n":1},{"uses":1,"n":2}]'
    assert await fetch_all(connection, json_row(query)) == [
        b'{"uses":2,"n":1}',
        b'{"uses":1,"n":2}',
    ]


async def test_a_write_yields_the_stored_row(connection: asyncpg.Connection[Any]) -> None:
    label = Label(id=UUID(int=7), name="ä")
    written = msgspec.json.decode(await fetch_one(connection, json_row(insert(label))))
    assert (written["id"], written["name"], written["version"]) == (str(label.id), "ä", 1)
    changed = update(Label).set(Label.uses, 5).everywhere().returning(Label.uses)
    assert await fetch_one(connection, json_row(changed)) == b'{"uses":5}'
    gone = delete(Label).everywhere().returning(Label.name)
    assert await fetch_one(connection, json_row(gone)) == '{"name":"ä"}'.encode()


async def test_a_row_has_more_columns_than_a_function_takes(
    connection: asyncpg.Connection[Any],
) -> None:
    await connection.execute("INSERT INTO labels (id, name, uses) VALUES ($1, 'a', 0)", UUID(int=1))
    columns = [(Label.uses + n).as_(f"c{n}") for n in range(150)]
    shown = msgspec.json.decode(await fetch_one(connection, json_row(select(*columns))))
    assert shown == {f"c{n}": n for n in range(150)}


def test_columns_without_a_name_or_type_have_no_json() -> None:
    with pytest.raises(ValueError, match="two columns are named 'name'"):
        json_row(select(Task.assignee.to.name, Task.project.to.name)).prepare()
    with pytest.raises(ValueError, match="has no name in JSON"):
        json_row(select(Label.uses + 1)).prepare()
    nothing = select(Label.name.collect().collect().count()).as_value()
    with pytest.raises(ValueError, match="cannot be told"):
        json_row(select((nothing + nothing).as_("n"), (Task.tags + Task.tags).as_("m"))).prepare()


def test_sql_of_ones_own_writes_its_own_json() -> None:
    with pytest.raises(TypeError, match="write the JSON in it"):
        json_row(sql("SELECT 1"))


class Account(Model, table="labels", soft_delete=False):
    """The table of labels, with a column that is nobody's business."""

    name: Field[str]
    uses: Field[Annotated[int, Secret()]] = default(0)


async def test_whole_rows_leave_secret_columns_out(connection: asyncpg.Connection[Any]) -> None:
    written = await fetch_one(connection, json_row(insert(Account(name="a", uses=7))))
    listed = await fetch_one(connection, json_rows(select(Account)))
    (item,) = msgspec.json.decode(listed)
    assert item == msgspec.json.decode(written)
    assert "uses" not in item
    assert await fetch_one(connection, json_row(select(Account.uses))) == b'{"uses":7}'
