"""Expressions keep shape and values apart, and refuse what Python would make of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.query_models import Person, Task

from drystone.schema.expressions.expression import Predicate
from drystone.schema.expressions.functions import (
    all_of,
    any_of,
    coalesce,
    count,
    date_trunc,
    lag,
)
from drystone.schema.expressions.shapes import FUNCTIONS, OPERATORS, SUFFIXES, Call, Operation
from drystone.schema.expressions.text_search import document


@given(st.integers(), st.text())
def test_a_shape_holds_no_value_and_equal_forms_have_equal_shapes(number: int, text: str) -> None:
    first = (Task.priority > number) & Task.title.contains(text)
    second = (Task.priority > 1) & Task.title.contains("x")
    assert first.shape == second.shape
    assert hash(first.shape) == hash(second.shape)
    assert first.values[0] == number
    assert len(first.values) == 2


def test_values_stand_in_the_order_of_the_text() -> None:
    late = count().where(Task.priority > 1).over(partition_by=[Task.priority + 2])
    assert late.values == (1, 2)
    assert coalesce(Person.nickname, "x").values == ("x",)
    assert lag(Task.priority + 5, 2).values == (5, 2)
    assert Task.title.in_(["a", "b"]).values == (["a", "b"],)
    assert (Task.priority + 1 == Task.priority * 2).values == (1, 2)


def test_predicates_are_joined_when_there_are_any() -> None:
    one, two = Task.priority > 1, Task.title == "x"
    for join in (all_of, any_of):
        assert join([]) is None
        assert join([one]) is one
        joined = join([one, two])
        assert joined is not None
        assert joined.values == (1, "x")


def test_wildcards_in_a_text_mean_themselves() -> None:
    assert Task.title.contains("50%_\\").values == ("%50\\%\\_\\\\%",)
    assert Task.title.starts_with("a").values == ("a%",)
    assert Task.title.ends_with("a").values == ("%a",)


def test_a_row_stands_for_its_id() -> None:
    ann = Person(name="Ann")
    assert (Task.assignee == ann).values == (ann.id,)
    assert Task.assignee.in_([ann, ann.id]).values == ([ann.id, ann.id],)


def test_null_is_asked_for_by_name() -> None:
    nothing: Any = None
    with pytest.raises(TypeError, match=r"write \.is_null\(\)"):
        Task.title == nothing  # noqa: B015  (the mistake in question)
    with pytest.raises(TypeError, match=r"write \.is_not_null\(\)"):
        Task.title != nothing  # noqa: B015  (the mistake in question)
    for ask in (Task.title.in_, Task.title.not_in):
        with pytest.raises(ValueError, match="matches nothing"):
            ask(["a", nothing])


def test_an_expression_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(Task.title == "x")
    with pytest.raises(TypeError, match="no truth value"):
        1 <= Task.priority <= 3  # noqa: B015  (the mistake in question)


def test_choices_of_a_caller_are_from_closed_lists() -> None:
    unit: Any = "fortnight"
    with pytest.raises(ValueError, match="'fortnight' is no unit of time"):
        date_trunc(unit, Task.created_at)
    with pytest.raises(ValueError, match="no language"):
        document(Task.title, language="english'); DROP TABLE tasks; --")


def test_operators_functions_and_tests_are_written_by_the_platform() -> None:
    assert all(isinstance(one.shape, Operation) for one in (Task.priority + 1, Task.priority - 1))
    predicates = [Task.title.like("x"), Task.title.ilike("x"), Task.title.matches("x")]
    assert {one.shape.operator for one in predicates if isinstance(one.shape, Operation)} <= (
        OPERATORS
    )
    upper = Task.title.upper().shape
    assert isinstance(upper, Call)
    assert upper.name in FUNCTIONS
    assert "IS NULL" in SUFFIXES


def test_what_is_no_call_has_no_window() -> None:
    aggregate = count()
    aggregate.shape = Task.title.shape
    with pytest.raises(TypeError, match="is no call"):
        aggregate.over()


def test_an_expression_shows_its_shape() -> None:
    assert repr(Task.title.is_null()).startswith("<predicate Suffix(operand=ColumnShape(column=")
    assert isinstance(Task.title == "x", Predicate)
    assert repr(Task.title) == "tasks.title"
