"""A row's place survives the cursor for every type, value and session that PostgreSQL has."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from tests.integration.db.query.running import execute, fetch_one
from tests.integration.db.query.things import make_thing
from tests.query_models import Thing

from drystone.db.query.insert import insert
from drystone.db.query.json_pages import json_page
from drystone.db.query.seek import seek
from drystone.db.query.select import select
from drystone.schema.expressions.expression import Order
from drystone.schema.model.model_meta import describe

# As SQL, since Python knows none of them or not exactly; in the order of PostgreSQL.
VALUES: dict[str, list[str]] = {
    "moment": [
        *("'-infinity'", "'0044-03-15 12:00 BC'", "'1890-01-01 00:00:00.000001+05:41:16'"),
        *("'2026-05-01 00:00:00.123456Z'", "'2026-05-01 00:00:00.123457Z'"),
        *("'12026-05-01'", "'infinity'"),
    ],
    "day": ["'-infinity'", "'0044-03-15 BC'", "'2026-05-01'", "'12026-05-01'", "'infinity'"],
    "ratio": [
        "'-Infinity'",
        "-1e308",
        "0.1",
        "0.1::float8 + 2e-17",
        "0.30000000000000004",
        "'Infinity'",
        "'NaN'",
    ],
    "price": ["-1e30", "0.1", "0.10000000000000000000000001", "1e30", "'Infinity'", "'NaN'"],
    "span": ["'-1 year -00:00:01'", "'29 days 23:59:59.999999'", "'1 mon 00:00:01'", "'1 year'"],
    "clock": ["'00:00'", "'12:00:00.000001'", "'24:00'"],
    "data": [r"'\x'", r"'\x00'", r"'\x00ff'", r"'\x5c'"],
    "text": ["''", "'\"'", "'a'", "E'a\\\\b'", "'ä'", "E'b\\n\\t'", "'null'"],
    "number": ["-9223372036854775808", "0", "9007199254740993", "9223372036854775807"],
    "is_new": ["false", "true"],
    "color": ["'blue'", "'red'"],
    "grade": ["1", "2", "3"],
    "key": ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
}


@pytest.mark.parametrize("style", ["ISO, MDY", "German, DMY", "SQL, DMY", "Postgres, MDY"])
@pytest.mark.parametrize("name", sorted(VALUES))
async def test_the_rows_behind_each_place_are_those_that_sort_behind_it(
    connection: asyncpg.Connection[Any], name: str, style: str
) -> None:
    await connection.execute(f"SET DateStyle = '{style}'; SET IntervalStyle = 'sql_standard'")
    column: Any = getattr(Thing, name)
    for value in VALUES[name]:
        thing = make_thing()
        await execute(connection, insert(thing).without_rows())
        kind = next(one for one in describe(Thing).columns if one.name == name)
        await connection.execute(f"UPDATE things SET {kind.name} = {value} WHERE id = $1", thing.id)
    for order in ((column.asc(), Thing.id.asc()), (column.desc(), Thing.id.desc())):
        expected = await places_of(connection, order)
        assert len(expected) == len(VALUES[name])
        for number, place in enumerate(expected):
            assert await places_of(connection, order, place) == expected[number + 1 :]
            assert await places_of(connection, order, place, inclusive=True) == expected[number:]


async def places_of(
    connection: asyncpg.Connection[Any],
    order: tuple[Order, ...],
    place: str | None = None,
    *,
    inclusive: bool = False,
) -> list[str]:
    query = select(Thing.id).order_by(*order).limit_in_text(20)
    if place is not None:
        query = query.seek(*seek(order, place, inclusive=inclusive))
    return (await fetch_one(connection, json_page(query, places=True))).places
