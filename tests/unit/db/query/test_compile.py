"""The compiler sees forms, never values: one form, one text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.query_models import Label, Task

from drystone.db.query.change import update
from drystone.db.query.compile import compile_statement
from drystone.db.query.insert import insert
from drystone.db.query.json_rows import json_rows
from drystone.db.query.select import select
from drystone.schema.expressions.text_search import search

HOSTILE = st.one_of(
    st.text(),
    st.sampled_from(
        [
            "'; DROP TABLE tasks; --",
            '"; DROP TABLE tasks; --',
            "$1",
            "%s {0} {name} %(name)s",
            "\\'; SELECT 1 --",
            "$$ || pg_sleep(1) || $$",
            "/* */ OR 1 = 1",
            "\u2028\u202e\ufeff",
        ]
    ),
).filter(lambda text: "\0" not in text)

FORMS: list[Callable[[str, int], Any]] = [
    lambda text, number: select(Task).where(Task.title == text).limit(number),
    lambda text, number: select(Task).where(Task.title.contains(text)).offset(number),
    lambda text, number: select(Task).where(Task.title.in_([text] * (number % 5 + 1))),
    lambda text, number: select(Task).where(Task.tags.has(text) & (Task.priority > number)),
    lambda text, _: select(Task).where(Task.title.matches(text) | Task.tags.has_any([text])),
    lambda text, _: select(Task).where(search(Task.title, text)),
    lambda text, number: select((Task.priority + number).as_("n"), Task.title == text),
    lambda text, number: json_rows(select(Task).where(Task.title < text).limit(number)),
    lambda text, number: update(Task).set(Task.title, text).where(Task.priority == number),
    lambda text, number: insert(Label(name=text, uses=number)),
    lambda text, number: insert(*[Label(name=text)] * (number % 5 + 2)),
]


@pytest.mark.parametrize("form", FORMS)
@given(text=HOSTILE, number=st.integers(0, 2**62))
def test_no_text_depends_on_a_value(
    form: Callable[[str, int], Any], text: str, number: int
) -> None:
    plain, given_ = form("x", 1).prepare(), form(text, number).prepare()
    assert given_.sql == plain.sql
    assert len(given_.values) == len(plain.values)


def test_one_form_is_compiled_once() -> None:
    def page(priority: int) -> Any:
        return select(Task).where(Task.priority >= priority).limit(priority)

    assert compile_statement(page(1).steps) is compile_statement(page(2).steps)
    assert page(1).steps == page(2).steps
    assert page(1).prepare().sql is page(2).prepare().sql


def test_a_statement_is_not_changed_by_what_is_added_to_it() -> None:
    base = select(Task).where(Task.priority > 1)
    before = base.prepare()[:2]
    base.where(Task.title == "x").order_by(Task.id).limit(3)
    assert base.prepare()[:2] == before


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 50 + "\0"])
def test_what_no_text_can_hold_is_refused_before_it_travels(text: str) -> None:
    statements: list[Any] = [
        select(Task).where(Task.title == text),
        select(Task).where(Task.title.in_(["x", text])),
        select(Task).where(Task.tags.has(text)),
        select(Task).where(search(Task.title, text)),
        update(Task).set(Task.title, text).everywhere(),
        insert(Label(name=text)),
        insert(Label(name="x"), Label(name=text)),
    ]
    for statement in statements:
        with pytest.raises(ValueError, match=r"holds a NUL|holds half of a surrogate pair"):
            statement.prepare()


def test_a_time_without_an_offset_is_refused_before_it_travels() -> None:
    naive = datetime(2026, 5, 1)
    for statement in (
        select(Task).where(Task.due_at > naive),
        select(Task).where(Task.due_at.in_([naive])),
    ):
        with pytest.raises(ValueError, match="says no offset from UTC; write tzinfo=UTC"):
            statement.prepare()


def test_other_values_travel_as_they_are() -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    statement = select(Task).where(
        (Task.id == UUID(int=1)) & (Task.due_at > moment) & (Task.title == "söme 'text'")
    )
    assert statement.prepare().values == (UUID(int=1), moment, "söme 'text'")
