"""Filters select the rows that they select in Python, in both of their forms, on real rows."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.db.query.running import execute, fetch_all
from tests.integration.db.query.three_values import (
    INTEGERS,
    LETTERS,
    Rows,
    Sample,
    Truth,
    both,
    either,
    known,
    negate,
    target,
)
from tests.postgres import Migrate

from drystone.db.query.insert import insert
from drystone.db.query.select import select
from drystone.http.parts.query import Query
from drystone.resources.asking.filters.conditions import Comparison, Condition, Group, Inverse
from drystone.resources.asking.filters.meaning import meaning_of
from drystone.resources.asking.read_list import ListReader
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.named_field import NamedField

TABLE = """
CREATE TABLE samples (
    id uuid PRIMARY KEY, low bigint, high bigint, word text, is_on boolean, words text[],
    other_id uuid, version bigint DEFAULT 1, created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(), deleted_at timestamptz
)
"""

SAMPLES = declare_resource(
    Sample,
    filters=[
        *(Sample.id, Sample.low, Sample.word, Sample.is_on, Sample.words, Sample.other),
        *(Sample.other.to.low, Sample.other.to.word),
    ],
)
READER = ListReader(SAMPLES)
FIELDS = {field.name: field for field in SAMPLES.filters}
IDS = [UUID(int=number) for number in range(30)]


async def create_samples(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(TABLE)
    await connection.close()


@pytest.fixture
def migrate() -> Migrate:
    return create_samples


@pytest_asyncio.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def rows(connection: asyncpg.Connection[Any]) -> Rows:
    """Thirty rows, a third of each column NULL."""
    chance = random.Random(8)

    def maybe(value: Any) -> Any:
        return None if chance.random() < 1 / 3 else value

    def word() -> str:
        return "".join(chance.choices("aAb%_\\", k=chance.randrange(4)))

    samples = [
        Sample(
            id=one,
            low=maybe(chance.randrange(-2, 4)),
            word=maybe(word()),
            is_on=maybe(chance.random() < 0.5),
            words=maybe([word() for _ in range(chance.randrange(4))]),
            other=maybe(chance.choice(IDS)),
        )
        for one in IDS
    ]
    await execute(connection, insert(*samples).without_rows())
    return {one.id: one for one in samples}


def value_of(field: NamedField, row: Sample, rows: Rows) -> Any:
    """Return what a row holds in a field, or the row that it refers to."""
    first, _, rest = field.aliases[0].partition(".") if field.aliases else (field.name, "", "")
    if field.name.startswith("other."):
        return getattr(target(row, rows), field.name.removeprefix("other."), None)
    return getattr(row, rest or first)


JUDGES: dict[str, Any] = {
    "eq": lambda value, one: value == one,
    "ne": lambda value, one: value != one,
    "gt": lambda value, one: value > one,
    "gte": lambda value, one: value >= one,
    "lt": lambda value, one: value < one,
    "lte": lambda value, one: value <= one,
    "in": lambda value, *some: value in some,
    "nin": lambda value, *some: value not in some,
    "between": lambda value, low, high: low <= value <= high,
    "starts": lambda value, one: value.lower().startswith(one.lower()),
    "ends": lambda value, one: value.lower().endswith(one.lower()),
}


def judge(condition: Condition, row: Sample, rows: Rows) -> Truth:
    """Return whether a condition holds for a row; None where SQL does not know."""
    match condition:
        case Group():
            truths = [judge(part, row, rows) for part in condition.parts]
            return both(truths) if condition.word == "AND" else either(truths)
        case Inverse():
            return negate(judge(condition.part, row, rows))
        case _:
            return judge_comparison(condition, value_of(condition.field, row, rows))


def judge_comparison(comparison: Comparison, value: Any) -> Truth:
    match comparison.operator, value:
        case "null", _:
            (wanted,) = comparison.values
            return (value is None) is wanted
        case "contains", list():
            return comparison.values[0] in value
        case "contains", str():
            return comparison.values[0].lower() in value.lower()
        case "contains", _:
            return None
        case operator, _:
            return known(JUDGES[operator])(value, *comparison.values)


ORDER = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "between", "null"]
# Not the order of text: that is the database's collation, not Python's.
TEXT = ["eq", "ne", "in", "nin", "contains", "starts", "ends", "null"]
KINDS: list[tuple[str, list[str], st.SearchStrategy[Any]]] = [
    ("id", ORDER, st.sampled_from(IDS)),
    ("low", ORDER, INTEGERS | st.sampled_from([2**63 - 1, -(2**63)])),
    ("other.low", ORDER, INTEGERS),
    ("word", TEXT, LETTERS),
    ("other.word", TEXT, LETTERS),
    ("is_on", ["eq", "ne", "null"], st.booleans()),
    ("words", ["contains", "null"], LETTERS),
    ("other_id", ["eq", "ne", "in", "nin", "null"], st.sampled_from(IDS)),
]


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    name, operators, values = draw(st.sampled_from(KINDS))
    operator = draw(st.sampled_from(operators))
    if operator == "null":
        return Comparison(FIELDS[name], operator, (draw(st.booleans()),))
    least, most = {"between": (2, 2), "in": (1, 4), "nin": (1, 4)}.get(operator, (1, 1))
    drawn = draw(st.lists(values, min_size=least, max_size=most))
    return Comparison(FIELDS[name], operator, tuple(drawn))


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        inner.map(Inverse),
        st.builds(
            Group,
            st.sampled_from(["AND", "OR"]),
            st.lists(inner, min_size=1, max_size=3).map(tuple),
        ),
    ),
    max_leaves=8,
)


async def select_ids(connection: asyncpg.Connection[Any], query: Query) -> list[UUID]:
    where = READER.read(query).where
    assert where is not None
    return await fetch_all(connection, select(Sample.id).where(where))


@pytest.mark.slow
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(condition=CONDITIONS)
async def test_an_expression_selects_what_python_says(
    connection: asyncpg.Connection[Any], rows: Rows, condition: Condition
) -> None:
    found = await select_ids(connection, Query([("filter", meaning_of(condition).text)]))
    assert sorted(found) == [one for one in IDS if judge(condition, rows[one], rows) is True]


@pytest.mark.slow
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    wanted=st.lists(comparisons(), min_size=1, max_size=3, unique_by=lambda one: parameter(one)[0])
)
async def test_parameters_select_what_python_says(
    connection: asyncpg.Connection[Any], rows: Rows, wanted: list[Comparison]
) -> None:
    found = await select_ids(connection, Query([parameter(one) for one in wanted]))
    condition = Group("AND", tuple(wanted))
    assert sorted(found) == [one for one in IDS if judge(condition, rows[one], rows) is True]


def parameter(comparison: Comparison) -> tuple[str, str]:
    """Return the parameter that a comparison is written as."""
    texts = [
        str(one).lower() if one in (True, False) and isinstance(one, bool) else str(one)
        for one in comparison.values
    ]
    if comparison.operator in {"in", "nin", "between"}:
        texts = ['"' + text.replace('"', '""') + '"' for text in texts]
    return f"{comparison.field.name}[{comparison.operator}]", ",".join(texts)
