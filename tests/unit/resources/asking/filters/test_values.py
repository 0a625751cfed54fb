"""Text as a value of each type: its one spelling, and what is said of others."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.http.parts.text_fault import TextFault
from drystone.resources.asking.filters.value_text import value_text
from drystone.resources.asking.filters.values import item_parser_for, parser_for
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
    JSONType,
    TextType,
    TimeType,
    UUIDType,
)

TEXT, INTEGER, FLOAT, DECIMAL = TextType(), IntegerType(minimum=1), FloatType(), DecimalType()
WORDS = ChoiceType(values=("todo", "done"), kind="text")
GRADES = ChoiceType(values=(1, 2, 3), kind="integer")
MANY = ChoiceType(values=tuple(range(30)), kind="integer")

SIMPLE: list[ColumnType] = [
    *(TEXT, INTEGER, FLOAT, DECIMAL, BooleanType(), UUIDType(), DateTimeType(), DateType()),
    *(TimeType(), DurationType(), BytesType(), WORDS, GRADES),
]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (TEXT, "", ""),
        (TEXT, "null", "null"),
        (TEXT, "50%_é\n", "50%_é\n"),
        (TextType(max_length=1), "long", "long"),
        (INTEGER, "0", 0),
        (INTEGER, "-9223372036854775808", -(2**63)),
        (INTEGER, "9223372036854775807", 2**63 - 1),
        (FLOAT, "1", 1.0),
        (FLOAT, "-1.5e-3", -0.0015),
        (FLOAT, "1E+2", 100.0),
        (DECIMAL, "12.50", Decimal("12.50")),
        (DECIMAL, "-0.1", Decimal("-0.1")),
        (DECIMAL, "9" * 4096, Decimal("9" * 4096)),
        (BooleanType(), "true", True),
        (BooleanType(), "false", False),
        (
            UUIDType(),
            "0190163D-8694-739b-aea5-966c26f8ad91",
            UUID("0190163d-8694-739b-aea5-966c26f8ad91"),
        ),
        (DateTimeType(), "2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        (DateTimeType(), "2026-01-31T12:00:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        (DateType(), "2026-01-31", date(2026, 1, 31)),
        (TimeType(), "12:30:00", time(12, 30)),
        (DurationType(), "P1DT2H", timedelta(days=1, hours=2)),
        (DurationType(), "-PT0.5S", timedelta(seconds=-0.5)),
        (BytesType(), "aGk=", b"hi"),
        (BytesType(), "", b""),
        (WORDS, "todo", "todo"),
        (GRADES, "3", 3),
    ],
)
def test_a_value_is_read(kind: ColumnType, text: str, value: Any) -> None:
    found = parser_for(kind)(text)
    assert found == value
    assert type(found) is type(value)


MOMENT = "must be an RFC 3339 date and time, such as 2026-01-31T12:00:00Z"
FINITE = "must fit into a floating-point number of 64 bits"
EXACT = "must be a decimal number without an exponent, such as 12.50"
TIME = "must be a time of day without an offset, such as 12:00:00"
DURATION = "must be an ISO 8601 duration of days, hours, minutes and seconds, such as P1DT2H"


@pytest.mark.parametrize(
    ("kind", "text", "code", "phrase"),
    [
        (TEXT, "a\0", "format", "must not hold a null character"),
        (TEXT, "a\udc00", "format", "must not hold half of a surrogate pair"),
        (TEXT, "a" * 4097, "too_long", "must be at most 4096 characters"),
        *((INTEGER, text, "type", "must be an integer") for text in ("", "+1", "01", "1.0", "٣")),
        *(
            (INTEGER, text, "type", "must be an integer")
            for text in (" 1", "1_0", "0x1", "1e2", "-")
        ),
        (INTEGER, "9223372036854775808", "too_large", "must be at most 9223372036854775807"),
        (INTEGER, "9" * 4096, "too_large", "must be at most 9223372036854775807"),
        (INTEGER, "-9223372036854775809", "too_small", "must be at least -9223372036854775808"),
        (INTEGER, "-" + "9" * 4095, "too_small", "must be at least -9223372036854775808"),
        *((FLOAT, text, "type", "must be a number") for text in ("NaN", "inf", "1.", ".5", "")),
        (FLOAT, "1e999", "too_large", FINITE),
        (FLOAT, "-1e999", "too_small", FINITE),
        *((DECIMAL, text, "type", EXACT) for text in ("1e5", "NaN", "1,5", "", "-Infinity")),
        *((BooleanType(), text, "type", "must be true or false") for text in ("1", "TRUE", "")),
        (UUIDType(), "0190163d8694739baea5966c26f8ad91", "format", "must be a UUID"),
        (UUIDType(), "{0190163d-8694-739b-aea5-966c26f8ad91}", "format", "must be a UUID"),
        (DateTimeType(), "2026-01-31", "format", MOMENT),
        (DateTimeType(), "2026-02-30T00:00:00Z", "format", MOMENT),
        (
            *(DateTimeType(), "2026-01-31T12:00:00 02:00", "format"),
            f"{MOMENT}, with + written as %2B",
        ),
        (
            *(DateTimeType(), "2026-01-31T12:00:00", "format"),
            "must say its offset from UTC, such as Z",
        ),
        (
            *(DateTimeType(), "0001-01-01T00:00:00+14:00", "format"),
            "must lie in the years 1 to 9999 of UTC",
        ),
        (
            *(DateTimeType(), "9999-12-31T23:59:59-14:00", "format"),
            "must lie in the years 1 to 9999 of UTC",
        ),
        (DateType(), "2026-02-30", "format", "must be a date, such as 2026-01-31"),
        (TimeType(), "12:00:00Z", "format", TIME),
        (TimeType(), "25:00:00", "format", TIME),
        (DurationType(), "P1M", "format", DURATION),
        (DurationType(), "P9999999999D", "format", DURATION),
        (BytesType(), "aGk", "format", "must be base64 text"),
        (BytesType(), "a k=", "format", "must be base64 text, with + written as %2B"),
        (WORDS, "Todo", "enum", 'must be one of "todo", "done"'),
        (GRADES, "4", "enum", "must be one of 1, 2, 3"),
        (GRADES, "01", "enum", "must be one of 1, 2, 3"),
        (MANY, "x", "enum", f"must be one of {', '.join(map(str, range(20)))}, ..."),
    ],
)
def test_any_other_text_is_refused(kind: ColumnType, text: str, code: str, phrase: str) -> None:
    with pytest.raises(TextFault) as refused:
        parser_for(kind)(text)
    assert (refused.value.code, refused.value.phrase) == (code, phrase)


def test_an_item_of_an_array_keeps_to_its_bounds() -> None:
    parse = item_parser_for(IntegerType(minimum=1, maximum=5))
    assert parse("5") == 5
    for text, phrase in (("0", "must be at least 1"), ("6", "must be at most 5")):
        with pytest.raises(TextFault, match=phrase):
            parse(text)
    assert item_parser_for(IntegerType())("6") == 6
    assert item_parser_for(TEXT)("x") == "x"


@pytest.mark.parametrize("kind", [ArrayType(item=TEXT), JSONType(python=object)])
def test_no_text_stands_for_some_values(kind: ColumnType) -> None:
    with pytest.raises(TypeError):
        parser_for(kind)


@given(kind=st.sampled_from(SIMPLE), text=st.text())
def test_any_text_is_read_or_refused(kind: ColumnType, text: str) -> None:
    with suppress(TextFault):
        value_text(parser_for(kind)(text))


VALUES: dict[ColumnType, st.SearchStrategy[Any]] = {
    IntegerType(): st.integers(-(2**63), 2**63 - 1),
    FloatType(): st.floats(allow_nan=False, allow_infinity=False),
    DecimalType(): st.decimals(allow_nan=False, allow_infinity=False, places=4),
    BooleanType(): st.booleans(),
    UUIDType(): st.uuids(),
    DateTimeType(): st.datetimes(timezones=st.just(UTC)),
    DateType(): st.dates(),
    TimeType(): st.times(),
    DurationType(): st.timedeltas(),
    BytesType(): st.binary(),
    GRADES: st.sampled_from([1, 2, 3]),
}


@given(
    st.sampled_from(sorted(VALUES, key=str)).flatmap(
        lambda kind: st.tuples(st.just(kind), VALUES[kind])
    )
)
def test_a_value_is_read_back_from_its_text(case: tuple[ColumnType, Any]) -> None:
    kind, value = case
    text = value_text(value)
    again = parser_for(kind)(text.strip('"'))
    assert again == value
    assert value_text(again) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('say "hi" \\', r'"say \"hi\" \\"'),
        (True, "true"),
        (-0.0, "0.0"),
        (1e300, "1e+300"),
        (Decimal("3.500"), "3.5"),
        (Decimal("-0.00"), "0"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1" * 40 + ".10"), "1" * 40 + ".1"),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), '"2026-01-31T12:00:00Z"'),
        (timedelta(hours=1), '"PT3600S"'),
        (b"hi", '"aGk="'),
    ],
)
def test_a_value_has_one_text(value: Any, text: str) -> None:
    assert value_text(value) == text
