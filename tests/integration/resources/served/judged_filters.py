"""Random parts, and random filters of them: as a client writes each, and as Python judges it.

Nothing here is shared with what reads filters: the spelling is that of the conventions.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import uuid4

from hypothesis import strategies as st
from tests.integration.db.query.three_values import Truth, both, either, known, negate
from tests.integration.resources.served.workshop import Maker, Part

Judge: TypeAlias = Callable[[Part], Truth]

START = datetime(2026, 5, 1, tzinfo=UTC)
MAKERS = [
    Maker(name="quarry & sons", city="Kirkstone"),
    Maker(name="a,b", city=None),
    Maker(name='"', city="%"),
    Maker(name="gone", city="Kirkstone", deleted_at=START),
]
_MAKERS = {one.id: one for one in MAKERS}

# What has a meaning somewhere on the way: in URLs, lists, expressions, LIKE, JSON, SQL.
TEXTS = st.text(alphabet="aAb%_\\\"',;&+=# \t\n日😀", max_size=3)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "label": TEXTS,
    "kind": st.sampled_from(["raw", "cut", "laid"]),
    "amount": st.integers(-2, 2) | st.sampled_from([2**63 - 1, -(2**63)]),
    "price": st.sampled_from([*map(Decimal, ("-1.5", "0", "0.001", "1.50", "1.500", "999999"))]),
    "weight": st.sampled_from([-1.5, -0.0, 0.0, 1e-9, 0.1, 1e300]),
    "made_at": st.integers(-2, 2).map(lambda n: START + timedelta(microseconds=n)),
    "made_on": st.sampled_from([date(1, 1, 1), date(2026, 2, 28), date(2026, 3, 1)]),
    "opens_at": st.sampled_from([time(0), time(12, 30), time(23, 59, 59, 999_999)]),
    "is_checked": st.booleans(),
    "maker.name": st.sampled_from([one.name for one in MAKERS]) | TEXTS,
    "maker.city": st.sampled_from(["Kirkstone", "%"]) | TEXTS,
    "maker_id": st.sampled_from([*(one.id for one in MAKERS), uuid4()]),
}
_NEEDED = {"label", "kind"}

PARTS = st.builds(
    Part,
    maker=st.none() | st.sampled_from([one.id for one in MAKERS]),
    **{
        name: values if name in _NEEDED else st.none() | values
        for name, values in _VALUES.items()
        if not name.startswith("maker")
    },
)

_EQUALITY = ["eq", "ne", "in", "nin", "null"]
_ORDER = [*_EQUALITY, "gt", "gte", "lt", "lte", "between"]
# Not the order of text: that is the database's collation, not Python's.
_TEXT = [*_EQUALITY, "contains", "starts", "ends"]
_OPERATORS = dict.fromkeys(_VALUES, _ORDER) | {
    **dict.fromkeys(("label", "maker.name", "maker.city"), _TEXT),
    **dict.fromkeys(("kind", "maker_id"), _EQUALITY),
    "is_checked": ["eq", "ne", "null"],
}
_SYMBOLS = {"eq": "=", "ne": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_JUDGES: dict[str, Callable[..., bool]] = {
    "eq": lambda value, one: value == one,
    "ne": lambda value, one: value != one,
    "gt": lambda value, one: value > one,
    "gte": lambda value, one: value >= one,
    "lt": lambda value, one: value < one,
    "lte": lambda value, one: value <= one,
    "in": lambda value, *some: value in some,
    "nin": lambda value, *some: value not in some,
    "between": lambda value, low, high: low <= value <= high,
    "contains": lambda value, one: one.lower() in value.lower(),
    "starts": lambda value, one: value.lower().startswith(one.lower()),
    "ends": lambda value, one: value.lower().endswith(one.lower()),
}


@dataclass(frozen=True)
class Comparison:
    """A field compared with values."""

    field: str
    operator: str
    values: tuple[Any, ...]

    def judge(self, part: Part) -> Truth:
        value = value_of(part, self.field)
        if self.operator == "null":
            return (value is None) is self.values[0]
        return known(_JUDGES[self.operator])(value, *self.values)

    def parameter(self) -> tuple[str, str]:
        """Return it as the simple form has it."""
        texts = [_spell(one) for one in self.values]
        if self.operator in ("in", "nin", "between"):
            texts = ['"' + one.replace('"', '""') + '"' for one in texts]
        name = self.field if self.operator == "eq" else f"{self.field}[{self.operator}]"
        return name, ",".join(texts)

    def text(self) -> str:
        """Return it as an expression."""
        if self.operator == "null":
            return f"{self.field} {'=' if self.values[0] else '!='} null"
        texts = [_quote(one) for one in self.values]
        if self.operator in ("in", "nin", "between"):
            return f"{self.field} {self.operator} ({', '.join(texts)})"
        return f"{self.field} {_SYMBOLS.get(self.operator, self.operator)} {texts[0]}"


@dataclass(frozen=True)
class Expression:
    """What `filter=` says, and what it means.

    Attributes:
        text: as it is written.
        judge: whether it holds for a part; None where SQL does not know.
        binds: how closely: 3 a comparison or NOT, 2 AND, 1 OR.
    """

    text: str
    judge: Judge
    binds: int = 3

    def within(self, binds: int) -> str:
        """Return the text, in parentheses only where it would mean something else."""
        return self.text if self.binds >= binds else f"({self.text})"


def value_of(part: Part, field: str) -> Any:
    """Return what a part holds in a field, or its maker does."""
    if field == "maker_id":
        return part.maker
    first, _, rest = field.partition(".")
    if not rest:
        return getattr(part, first)
    return None if part.maker is None else getattr(_MAKERS[part.maker], rest)


def _spell(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Decimal():
            return f"{value:f}"
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _quote(value: Any) -> str:
    text = _spell(value)
    is_bare = isinstance(value, bool | int | float | Decimal)
    return text if is_bare else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    field = draw(st.sampled_from(sorted(_VALUES)))
    operator = draw(st.sampled_from(_OPERATORS[field]))
    if operator == "null":
        return Comparison(field, operator, (draw(st.booleans()),))
    least, most = {"between": (2, 2), "in": (1, 3), "nin": (1, 3)}.get(operator, (1, 1))
    values = draw(st.lists(_VALUES[field], min_size=least, max_size=most))
    return Comparison(field, operator, tuple(values))


def _join(word: str, parts: list[Expression]) -> Expression:
    binds = {"AND": 2, "OR": 1}[word]
    join = {"AND": both, "OR": either}[word]
    text = f" {word} ".join(one.within(binds) for one in parts)
    return Expression(text, lambda part: join([one.judge(part) for one in parts]), binds)


def _negate(inner: Expression) -> Expression:
    return Expression(f"NOT {inner.within(3)}", lambda part: negate(inner.judge(part)))


EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    comparisons().map(lambda one: Expression(one.text(), one.judge)),
    lambda inner: st.one_of(
        inner.map(_negate),
        st.builds(_join, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)


@dataclass(frozen=True)
class Filter:
    """Some parameters, joined by AND."""

    simple: tuple[Comparison, ...] = ()
    expression: Expression | None = None

    @property
    def params(self) -> dict[str, str]:
        """The parameters, for a query string."""
        more = {"filter": self.expression.text} if self.expression else {}
        return dict(one.parameter() for one in self.simple) | more

    def takes(self, part: Part) -> bool:
        """Tell whether a list with these parameters has the part."""
        judges: list[Judge] = [one.judge for one in self.simple]
        judges += [self.expression.judge] if self.expression else []
        return all(judge(part) is True for judge in judges)

    def __repr__(self) -> str:
        return f"Filter({json.dumps(self.params)})"


FILTERS = st.builds(
    Filter,
    st.lists(comparisons(), max_size=2, unique_by=lambda one: one.parameter()[0]).map(tuple),
    st.none() | EXPRESSIONS,
)
