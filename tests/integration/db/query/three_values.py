"""Predicates with what they mean: SQL's logic of true, false and unknown, in Python.

A test is a predicate and a function from a row to True, False or None. The rows are
plain: the function knows nothing of SQL but that NULL makes a comparison unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from hypothesis import strategies as st

from drystone.db.query.select import exists, select
from drystone.db.query.sources import alias
from drystone.schema.expressions.expression import Predicate
from drystone.schema.expressions.functions import all_of, any_of, count
from drystone.schema.model.defaults import default
from drystone.schema.model.field import Field, OptionalRef
from drystone.schema.model.model import Model


class Sample(Model):
    low: Field[int | None] = default(None)
    high: Field[int | None] = default(None)
    word: Field[str | None] = default(None)
    is_on: Field[bool | None] = default(None)
    words: Field[list[str] | None] = default(None)
    other: OptionalRef[Sample] = default(None)


Truth: TypeAlias = bool | None
Rows: TypeAlias = dict[UUID, Sample]


@dataclass(frozen=True)
class Judged:
    """A predicate, and what it is for a row among all of them."""

    predicate: Predicate
    judge: Callable[[Sample, Rows], Truth]

    def __repr__(self) -> str:
        return repr(self.predicate)


def known(judge: Callable[..., bool]) -> Callable[..., Truth]:
    """Return a function that is unknown as soon as one of its arguments is."""
    return lambda *values: None if None in values else judge(*values)


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
}
INTEGERS = st.integers(-2, 3)
LETTERS = st.text(alphabet="aAb%_\\", max_size=3)


def target(row: Sample, rows: Rows) -> Sample | None:
    """Return the row that a reference leads to: a deleted one too."""
    return None if row.other is None else rows[row.other]


@st.composite
def integers(draw: st.DrawFn) -> tuple[Any, Callable[[Sample, Rows], int | None]]:
    """Return a column of integers, or a sum with one, and its value."""
    name = draw(st.sampled_from(["low", "high"]))
    if draw(st.booleans()):
        column: Any = getattr(Sample, name)

        def value(row: Sample, rows: Rows) -> int | None:
            return getattr(row, name)  # type: ignore[no-any-return]  # an attribute by its name

    else:
        column = getattr(Sample.other.to, name)

        def value(row: Sample, rows: Rows) -> int | None:
            return getattr(target(row, rows), name, None)

    if draw(st.booleans()):
        more = draw(INTEGERS)
        plain = value
        return column + more, lambda row, rows: known(lambda one: one + more)(plain(row, rows))
    return column, value


@st.composite
def comparisons(draw: st.DrawFn) -> Judged:
    left, left_value = draw(integers())
    compare = COMPARISONS[draw(st.sampled_from(sorted(COMPARISONS)))]
    if draw(st.booleans()):
        right, right_value = draw(integers())
    else:
        right = constant = draw(INTEGERS)

        def right_value(row: Sample, rows: Rows) -> int | None:
            return constant

    return Judged(
        compare(left, right),
        lambda row, rows: known(compare)(left_value(row, rows), right_value(row, rows)),
    )


@st.composite
def number_tests(draw: st.DrawFn) -> Judged:
    column, value = draw(integers())
    choices = draw(st.lists(INTEGERS, max_size=3))
    low, high = draw(INTEGERS), draw(INTEGERS)
    # With no choices nothing is asked of the value, so nothing is unknown.
    among = known(lambda one: one in choices) if choices else lambda one: False
    other = draw(st.none() | INTEGERS)
    tests: list[tuple[Predicate, Callable[[Any], Truth]]] = [
        (column.is_null(), lambda one: one is None),
        (column.is_not_null(), lambda one: one is not None),
        (column.same_as(other), lambda one: one == other),
        (column.in_(choices), among),
        (column.not_in(choices), lambda one: negate(among(one))),
        (column.between(low, high), known(lambda one: low <= one <= high)),
    ]
    predicate, judge = draw(st.sampled_from(tests))
    return Judged(predicate, lambda row, rows: judge(value(row, rows)))


@st.composite
def text_tests(draw: st.DrawFn) -> Judged:
    text = draw(LETTERS)
    pattern = draw(LETTERS.filter(lambda one: not re.search(r"(?<!\\)(\\\\)*\\$", one)))
    lower = text.lower()
    tests: list[tuple[Predicate, Callable[[str], bool]]] = [
        (Sample.word == text, lambda one: one == text),
        (Sample.word.lower() == lower, lambda one: one.lower() == lower),
        (Sample.word.length() > 1, lambda one: len(one) > 1),
        (Sample.word.contains(text), lambda one: lower in one.lower()),
        (Sample.word.starts_with(text), lambda one: one.lower().startswith(lower)),
        (Sample.word.ends_with(text), lambda one: one.lower().endswith(lower)),
        (Sample.word.like(pattern), lambda one: is_like(one, pattern)),
        (Sample.word.ilike(pattern), lambda one: is_like(one.lower(), pattern.lower())),
    ]
    predicate, judge = draw(st.sampled_from(tests))
    return Judged(predicate, lambda row, rows: known(judge)(row.word))


def is_like(text: str, pattern: str) -> bool:
    """Tell whether a text matches a LIKE pattern."""
    signs = re.findall(r"\\.|.", pattern, re.DOTALL)
    parts = {"%": ".*", "_": "."}
    wanted = "".join(parts.get(sign) or re.escape(sign[-1]) for sign in signs)
    return re.fullmatch(wanted, text, re.DOTALL) is not None


@st.composite
def list_tests(draw: st.DrawFn) -> Judged:
    items = draw(st.lists(LETTERS, max_size=2))
    item = draw(LETTERS)
    tests: list[tuple[Predicate, Callable[[list[str]], bool]]] = [
        (Sample.words.has(item), lambda one: item in one),
        (Sample.words.has_all(items), lambda one: set(items) <= set(one)),
        (Sample.words.has_any(items), lambda one: bool(set(items) & set(one))),
    ]
    predicate, judge = draw(st.sampled_from(tests))
    return Judged(predicate, lambda row, rows: known(judge)(row.words))


def others_of(row: Sample, rows: Rows, least: int) -> list[Sample]:
    """Return the live rows whose reference leads to this one, from a number on."""
    return [
        one
        for one in rows.values()
        if one.deleted_at is None
        and one.other == row.id
        and one.low is not None
        and one.low >= least
    ]


@st.composite
def subquery_tests(draw: st.DrawFn) -> Judged:
    inner = alias(Sample, "inner_row")
    least = draw(INTEGERS)
    found = select(inner).where((inner.other == Sample.id) & (inner.low >= least))
    counted = select(count()).from_(inner).where(inner.other == Sample.id, inner.low >= least)
    ids = select(Sample.id).where(Sample.low >= least)
    tests: list[tuple[Predicate, Callable[[Sample, Rows], Truth]]] = [
        (exists(found), lambda row, rows: bool(others_of(row, rows, least))),
        (counted.as_value() == 1, lambda row, rows: len(others_of(row, rows, least)) == 1),
        (Sample.id.in_query(ids), lambda row, rows: is_live_from(row, least)),
    ]
    predicate, judge = draw(st.sampled_from(tests))
    return Judged(predicate, judge)


def is_live_from(row: Sample, least: int) -> bool:
    return row.deleted_at is None and row.low is not None and row.low >= least


FLAGS = st.sampled_from(
    [
        Judged(Sample.is_on == True, lambda row, _: row.is_on),  # noqa: E712  (a predicate)
        Judged(Sample.is_on.is_true(), lambda row, _: row.is_on is True),
        Judged(Sample.is_on.is_false(), lambda row, _: row.is_on is False),
    ]
)


def negate(truth: Truth) -> Truth:
    return None if truth is None else not truth


def both(truths: list[Truth]) -> Truth:
    """Return the AND: false as soon as one is, else unknown as soon as one is."""
    return False if False in truths else None if None in truths else True


def either(truths: list[Truth]) -> Truth:
    """Return the OR: true as soon as one is, else unknown as soon as one is."""
    return True if True in truths else None if None in truths else False


def _invert(test: Judged) -> Judged:
    return Judged(~test.predicate, lambda row, rows: negate(test.judge(row, rows)))


def _truth_of(test: Judged) -> Judged:
    return Judged(test.predicate.is_true(), lambda row, rows: test.judge(row, rows) is True)


def _pair(pair: tuple[Judged, Judged, bool]) -> Judged:
    left, right, is_and = pair
    join = both if is_and else either
    predicate = left.predicate & right.predicate if is_and else left.predicate | right.predicate
    return Judged(
        predicate, lambda row, rows: join([left.judge(row, rows), right.judge(row, rows)])
    )


def _several(several: tuple[list[Judged], bool]) -> Judged:
    tests, is_and = several
    join = both if is_and else either
    predicate = (all_of if is_and else any_of)([one.predicate for one in tests])
    assert predicate is not None
    return Judged(predicate, lambda row, rows: join([one.judge(row, rows) for one in tests]))


TESTS = st.recursive(
    st.one_of(comparisons(), number_tests(), text_tests(), list_tests(), subquery_tests(), FLAGS),
    lambda inner: st.one_of(
        inner.map(_invert),
        inner.map(_truth_of),
        st.tuples(inner, inner, st.booleans()).map(_pair),
        st.tuples(st.lists(inner, min_size=1, max_size=3), st.booleans()).map(_several),
    ),
    max_leaves=8,
)

VALUES = st.fixed_dictionaries(
    {
        "low": st.none() | INTEGERS,
        "high": st.none() | INTEGERS,
        "word": st.none() | LETTERS,
        "is_on": st.none() | st.booleans(),
        "words": st.none() | st.lists(LETTERS, max_size=3),
    }
)
