"""A computed value of every type has the form in JSON that a column of its type has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
from tests.integration.db.query.running import execute, fetch_one
from tests.integration.db.query.things import make_thing
from tests.query_models import Thing

from drystone.db.query.insert import insert
from drystone.db.query.json_pages import json_item, json_page
from drystone.db.query.json_rows import stored_row
from drystone.db.query.select import select
from drystone.schema.expressions.functions import coalesce
from drystone.schema.model.model_meta import describe

NAMES = [column.name for column in describe(Thing).columns if not column.is_standard]
# An expression over each column that is the column again.
COMPUTED = [
    coalesce(getattr(Thing, name), getattr(Thing, name)).as_(f"computed_{name}") for name in NAMES
]


@pytest.fixture
def thing() -> Thing:
    return make_thing(span=timedelta(days=-1, microseconds=1), ratio=float("inf"))


def check(data: bytes) -> None:
    row = msgspec.json.decode(data)
    assert {name: row[f"computed_{name}"] for name in NAMES} == {name: row[name] for name in NAMES}


async def test_in_pages_and_items(connection: asyncpg.Connection[Any], thing: Thing) -> None:
    await execute(connection, insert(thing).without_rows())
    whole = select(Thing).where(Thing.id == thing.id)
    page = await fetch_one(connection, json_page(whole.limit_in_text(1), computed=COMPUTED))
    check(page.items[0])
    check((await fetch_one(connection, json_item(whole, computed=COMPUTED))).json)


async def test_in_what_a_write_returns(connection: asyncpg.Connection[Any], thing: Thing) -> None:
    json, *_ = await fetch_one(connection, stored_row(insert(thing), COMPUTED))
    check(json)
