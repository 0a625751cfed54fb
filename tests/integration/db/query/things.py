"""Things with random values in every column, within what Python and PostgreSQL share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from tests.query_models import Color, Size, Thing

TEXTS = st.text(max_size=12).filter(lambda text: "\0" not in text)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats()
DECIMALS = st.one_of(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9
    ),
    st.sampled_from([Decimal("NaN"), Decimal("0.00000001"), Decimal("1E+20"), Decimal("Infinity")]),
)
MOMENTS = st.datetimes(
    datetime(1, 1, 2),
    datetime(9999, 12, 30),
    timezones=st.just(UTC),
)
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
CLOCKS = st.times()
SPANS = st.timedeltas(timedelta(days=-100_000), timedelta(days=100_000))
BYTES = st.binary(max_size=100)
COLORS = st.sampled_from(Color)
SIZES = st.builds(Size, width=st.integers(-9, 9), height=st.integers(-9, 9))
DOCUMENTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
).filter(lambda document: document is not None)


def some(items: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Return lists of a few."""
    return st.lists(items, max_size=3)


THINGS = st.builds(
    Thing,
    text=TEXTS,
    number=INTEGERS,
    ratio=FLOATS,
    price=DECIMALS,
    is_new=st.booleans(),
    key=st.uuids(),
    moment=MOMENTS,
    day=DAYS,
    clock=CLOCKS,
    span=SPANS,
    data=BYTES,
    color=COLORS,
    grade=st.sampled_from([1, 2, 3]),
    size=SIZES,
    document=DOCUMENTS,
    texts=some(TEXTS),
    numbers=some(INTEGERS),
    ratios=some(FLOATS),
    prices=some(DECIMALS),
    moments=some(MOMENTS),
    days=some(DAYS),
    spans=some(SPANS),
    blobs=some(BYTES),
    colors=some(COLORS),
    keys=some(st.uuids()),
    flags=some(st.booleans()),
    maybe_text=st.none() | TEXTS,
    maybe_number=st.none() | INTEGERS,
    maybe_ratio=st.none() | FLOATS,
    maybe_price=st.none() | DECIMALS,
    maybe_new=st.none() | st.booleans(),
    maybe_key=st.none() | st.uuids(),
    maybe_moment=st.none() | MOMENTS,
    maybe_day=st.none() | DAYS,
    maybe_clock=st.none() | CLOCKS,
    maybe_span=st.none() | SPANS,
    maybe_data=st.none() | BYTES,
    maybe_color=st.none() | COLORS,
    maybe_size=st.none() | SIZES,
    maybe_texts=st.none() | some(TEXTS),
    maybe_prices=st.none() | some(DECIMALS),
)


def make_thing(**given: Any) -> Thing:
    """Return a thing of plain values, and of those given."""
    moment = datetime(2026, 5, 1, 12, 30, 15, 120000, tzinfo=UTC)
    plain: dict[str, Any] = {
        "text": "ä\"b'\\",
        "number": 12,
        "ratio": 0.5,
        "price": Decimal("10.50"),
        "is_new": True,
        "key": uuid4(),
        "moment": moment,
        "day": moment.date(),
        "clock": moment.time(),
        "span": timedelta(hours=1),
        "data": b"\0\xff",
        "color": Color.RED,
        "grade": 2,
        "size": Size(2),
        "document": {"a": [1, None]},
        "texts": ["a", "ö"],
        "numbers": [1],
        "ratios": [0.5],
        "prices": [Decimal("0.10")],
        "moments": [moment],
        "days": [moment.date()],
        "spans": [timedelta(days=2)],
        "blobs": [b"x"],
        "colors": [Color.BLUE],
        "keys": [uuid4()],
        "flags": [False],
    }
    return Thing(**plain | given)
