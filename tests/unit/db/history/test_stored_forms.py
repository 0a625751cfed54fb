"""Values of the history in the forms that answers have."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone import Field, Model, Secret
from drystone.db.history.stored_forms import api_form, api_forms, moment_json
from drystone.schema.json_encode import encode_json
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
from drystone.schema.model.model_meta import describe

FORMS: list[tuple[ColumnType, str, str]] = [
    (TextType(), '"a \\" é"', '"a \\" é"'),
    (IntegerType(), "9007199254740993", "9007199254740993"),
    (BooleanType(), "true", "true"),
    (UUIDType(), '"01a2"', '"01a2"'),
    (ChoiceType(values=("a",), kind="text"), '"a"', '"a"'),
    (TimeType(), '"12:00:00"', '"12:00:00"'),
    (
        JSONType(python=Any),
        '{"a": "2026-01-31T12:00:00+00:00"}',
        '{"a": "2026-01-31T12:00:00+00:00"}',
    ),
    (DecimalType(), "1.50", '"1.50"'),
    (DecimalType(), '"NaN"', '"NaN"'),
    (DecimalType(), "12345678901234567890.123456789", '"12345678901234567890.123456789"'),
    (FloatType(), "0.1", "0.1"),
    (FloatType(), "1" + 300 * "0", "1e300"),
    (FloatType(), '"Infinity"', "null"),
    (DateTimeType(), '"2026-01-31T12:00:00+00:00"', '"2026-01-31T12:00:00Z"'),
    (DateTimeType(), '"2026-01-31T12:00:00.12+00:00"', '"2026-01-31T12:00:00.12Z"'),
    (DateTimeType(), '"infinity"', '"9999-12-31T23:59:59.999999Z"'),
    (DateTimeType(), '"20260-01-31T12:00:00+00:00"', '"9999-12-31T23:59:59.999999Z"'),
    (DateTimeType(), '"-infinity"', '"0001-01-01T00:00:00Z"'),
    (DateTimeType(), '"0044-03-15T00:00:00+00:00 BC"', '"0001-01-01T00:00:00Z"'),
    (DateType(), '"2026-01-31"', '"2026-01-31"'),
    (DateType(), '"infinity"', '"9999-12-31"'),
    (DateType(), '"12026-01-31"', '"9999-12-31"'),
    (DateType(), '"0044-03-15 BC"', '"0001-01-01"'),
    (DurationType(), '"PT0S"', '"PT0S"'),
    (DurationType(), '"P1DT2H"', '"PT93600S"'),
    (DurationType(), '"P1Y2M-3DT4H5M6.5S"', '"PT36475506.5S"'),
    (DurationType(), '"P-1DT-0.25S"', '"-PT86400.25S"'),
    (BytesType(), '"\\\\x00ff"', '"AP8="'),
    (BytesType(), '"\\\\x"', '""'),
    (ArrayType(item=IntegerType()), "[1, 2]", "[1,2]"),
    (ArrayType(item=DecimalType()), "[1.0, null]", '["1.0",null]'),
    (ArrayType(item=DateTimeType()), "[]", "[]"),
]


@pytest.mark.parametrize(("kind", "stored", "shown"), FORMS)
def test_each_type(kind: ColumnType, stored: str, shown: str) -> None:
    assert api_form(stored.encode(), kind).decode() == shown
    assert api_form(b"null", kind) == b"null"


@pytest.mark.parametrize("kind", {type(one): one for one, _, _ in FORMS}.values())
@pytest.mark.parametrize("stored", ['"then"', "17", "true", '{"a": 1}', "[1]", '"P"', '"\\\\xzz"'])
def test_what_a_column_held_when_it_was_of_another_type(kind: ColumnType, stored: str) -> None:
    json.loads(api_form(stored.encode(), kind))


@given(st.timedeltas(min_value=timedelta(days=-9999), max_value=timedelta(days=9999)))
def test_a_duration_means_the_same(duration: timedelta) -> None:
    days, rest = divmod(abs(duration), timedelta(days=1))
    sign = "-" if duration < timedelta(0) else ""
    seconds = f"{rest.seconds}.{rest.microseconds:06d}"
    shown = api_form(f'"P{sign}{days}DT{sign}{seconds}S"'.encode(), DurationType())
    assert msgspec.json.decode(shown, type=timedelta) == duration


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_means_the_same_and_ends_in_no_zero(moment: datetime) -> None:
    shown = moment_json(moment)
    assert msgspec.json.decode(shown, type=datetime) == moment
    assert b"." not in shown or not shown.endswith(b'0Z"')


def test_a_moment_elsewhere_is_shown_in_utc() -> None:
    there = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert moment_json(there) == encode_json(there) == b'"2026-05-01T10:00:00Z"'


class Account(Model):
    name: Field[str]
    password: Annotated[Field[str], Secret()]
    age: Field[int | None]


def test_fields_stand_in_the_models_order_without_secrets_and_what_is_gone() -> None:
    stored = '{"age": 7, "gone": 1, "name": "a", "password": "hush"}'
    found = api_forms(describe(Account), stored)
    assert [*found.items()] == [("name", b'"a"'), ("age", b"7")]
    assert api_forms(describe(Account), None) == {}
