"""Filters of any shape: read back from their text; any text is read or refused, quickly."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.query_models import Thing
from tests.unit.resources.asking.questions import READER

from drystone.errors import BadRequest
from drystone.http.parts.query import Query
from drystone.resources.asking.filters.conditions import Comparison, Condition, Group, Inverse
from drystone.resources.asking.filters.expression_parser import MAX_TERMS
from drystone.resources.asking.filters.meaning import meaning_of
from drystone.resources.asking.filters.operators import TAKES_LIST, operators_of
from drystone.resources.asking.read_list import ListReader
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.named_field import NamedField
from drystone.schema.model.column import Column
from drystone.schema.model.column_types import (
    ArrayType,
    BooleanType,
    BytesType,
    ChoiceType,
    ColumnType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    FloatType,
    IntegerType,
    TextType,
    TimeType,
    UUIDType,
)
from drystone.schema.model.model_meta import describe

COLUMNS = [getattr(Thing, column.attribute) for column in describe(Thing).columns]
THINGS = declare_resource(Thing, name="things", filters=COLUMNS)
THING_READER = ListReader(THINGS)

SIMPLE: dict[type, st.SearchStrategy[Any]] = {
    TextType: st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8),
    IntegerType: st.integers(-(2**63), 2**63 - 1),
    FloatType: st.floats(allow_nan=False, allow_infinity=False),
    DecimalType: st.decimals(-1000, 1000, places=3),
    BooleanType: st.booleans(),
    UUIDType: st.uuids(),
    DateTimeType: st.datetimes(timezones=st.just(UTC)),
    DateType: st.dates(),
    TimeType: st.times(),
    DurationType: st.timedeltas(),
    BytesType: st.binary(max_size=8),
}


def values_of(kind: ColumnType) -> st.SearchStrategy[Any]:
    match kind:
        case ArrayType():
            return values_of(kind.item)
        case ChoiceType():
            return st.sampled_from(kind.values)
        case _:
            return SIMPLE[type(kind)]


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    field: NamedField = draw(st.sampled_from(THINGS.filters))
    operator = draw(st.sampled_from(operators_of(field.info)))
    values = st.booleans() if operator == "null" else values_of(field.info.type)
    count = {"between": (2, 2)}.get(operator, (1, 4 if operator in TAKES_LIST else 1))
    drawn = draw(st.lists(values, min_size=count[0], max_size=count[1]))
    return Comparison(field, operator, tuple(drawn))


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
    max_leaves=10,
)


@given(condition=CONDITIONS)
def test_a_condition_is_read_back_from_its_text(condition: Condition) -> None:
    meant = meaning_of(condition)
    asked = THING_READER.read(Query([("filter", meant.text)]))
    assert asked.filter_text == meant.text
    assert asked.where is not None
    assert asked.where.shape == meant.predicate.shape
    assert asked.where.values == meant.predicate.values


@given(condition=CONDITIONS, seed=st.randoms(use_true_random=False))
def test_the_order_of_parts_does_not_matter(condition: Condition, seed: Any) -> None:
    assert meaning_of(shuffled(condition, seed)).text == meaning_of(condition).text


def shuffled(condition: Condition, seed: Any) -> Condition:
    match condition:
        case Group():
            parts = [shuffled(part, seed) for part in condition.parts]
            seed.shuffle(parts)
            return Group(condition.word, tuple(parts))
        case Inverse():
            return Inverse(shuffled(condition.part, seed))
        case _:
            return condition


NAMES = [
    *("page limit cursor count sort search fields expand filter deleted as_of".split()),
    *("status priority[gte] id[in] assignee project_id project.owner title[contains] x".split()),
]
WORDS = st.sampled_from(
    [
        *("status", "priority", "title", "due_at", "project.owner", "NOT", "AND", "or", "(", ")"),
        *("=", "!=", ">=", "in", "between", "contains", ",", "null", "true", "1", "-1e3", '"todo"'),
        *("'it", '"', "\\", "&&", "é", "\0", "   "),
    ]
)
TEXTS = st.text() | st.lists(WORDS, max_size=20).map(" ".join)


@given(st.lists(st.tuples(st.sampled_from(NAMES) | st.text(min_size=1), TEXTS), max_size=6))
def test_any_query_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    with suppress(BadRequest):
        READER.read(Query(pairs))


@given(TEXTS)
def test_any_expression_is_read_or_refused_at_its_parameter(text: str) -> None:
    try:
        READER.read(Query([("filter", text)]))
    except BadRequest as problem:
        refused = {error.parameter for error in problem.errors}
    else:
        refused = set()
    assert refused <= {"filter"}


HOSTILE = [
    [("filter", "(" * 1_000_000)],
    [("filter", "NOT " * 1_000)],
    [("filter", '"' * 4_096)],
    [("filter", "\\" * 4_096)],
    [("filter", " " * 4_096)],
    [("filter", 'title = "' + "\\\\" * 2_000)],
    [("filter", "title = '" + '\\"' * 2_000)],
    [("filter", "a" * 4_096)],
    [("filter", "x = 1 AND " * 99 + "x = 1")],
    [("filter", "title in (" + "1," * 2_000 + ")")],
    [("filter", "priority = " + "9" * 4_000)],
    [("filter", "estimate_hours = " + "9" * 4_000)],
    [("title[in]", '"' * 100_000)],
    [("title[in]", '"' + '""' * 100_000)],
    [("title[in]", "," * 100_000)],
    [("id[in]", ",".join(["x" * 40] * 200))],
    [("priority", "9" * 1_000_000)],
    [("estimate_hours", "1." + "0" * 1_000_000)],
    [("due_at", "2026-" * 100_000)],
    [("sort", "-" * 100_000)],
    [("sort", "titl," * 100_000)],
    [("fields", ",".join(f"titl{number}" for number in range(200)))],
    [("search", " " * 1_000_000)],
    [(f"priorit{number:033}", "1") for number in range(100)],
    [(f"priority[gt{number:030}]", "1") for number in range(100)],
    [("[" * 100_000, "1")],
]


@pytest.mark.parametrize("pairs", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_query_takes_little_time_and_little_answer(pairs: list[tuple[str, str]]) -> None:
    answer = b""
    start = time.process_time()
    try:
        READER.read(Query(pairs))
    except BadRequest as problem:
        answer = problem.render()
    # Milliseconds on an idle machine: anything worse than linear takes minutes.
    assert time.process_time() - start < 2
    assert len(answer) < 100_000


def test_the_largest_condition_is_read_in_little_time() -> None:
    terms = " OR ".join(f"priority = {number}" for number in range(MAX_TERMS))
    start = time.process_time()
    assert READER.read(Query([("filter", terms)])).where is not None
    assert time.process_time() - start < 2


def test_columns_are_the_things_that_are_tested() -> None:
    assert all(isinstance(column, Column) for column in COLUMNS)
    kinds = {type(column.info.type) for column in COLUMNS}
    assert kinds >= {*SIMPLE, ArrayType, ChoiceType}
