"""Column types as JSON Schema: each with its bounds, and as filters without them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from drystone.openapi.schemas.columns import DURATION, column_schema, filter_schema, or_null
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
    UUIDType,
)


def schema_of(kind: ColumnType) -> dict[str, Any]:
    return column_schema(kind, document=lambda _: {"type": "object"})


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (TextType(), {"type": "string"}),
        (
            TextType(min_length=1, max_length=5, pattern="^a", form="slug"),
            {
                "type": "string",
                "minLength": 1,
                "maxLength": 5,
                "pattern": "^a",
                "format": "slug",
            },
        ),
        (IntegerType(), {"type": "integer", "format": "int64"}),
        (
            IntegerType(minimum=0, maximum=2**31),
            {"type": "integer", "format": "int64", "minimum": 0, "maximum": 2**31},
        ),
        (
            FloatType(minimum=0.5),
            {"type": "number", "format": "double", "minimum": 0.5},
        ),
        (BooleanType(), {"type": "boolean"}),
        (UUIDType(), {"type": "string", "format": "uuid"}),
        (DateTimeType(), {"type": "string", "format": "date-time"}),
        (DateType(), {"type": "string", "format": "date"}),
        (ChoiceType(values=("a", "b"), kind="text"), {"type": "string", "enum": ["a", "b"]}),
        (ChoiceType(values=(1, 2), kind="integer"), {"type": "integer", "enum": [1, 2]}),
        (JSONType(python=dict), {"type": "object"}),
        (
            ArrayType(item=TextType(max_length=3), min_length=1, max_length=2),
            {
                "type": "array",
                "items": {"type": "string", "maxLength": 3},
                "minItems": 1,
                "maxItems": 2,
            },
        ),
    ],
)
def test_a_type_and_its_bounds(kind: ColumnType, schema: dict[str, Any]) -> None:
    assert schema_of(kind) == schema


@pytest.mark.parametrize(
    ("kind", "fits", "misfits"),
    [
        (DecimalType(), ["0", "-12.50", "100000"], ["01", "1.", ".5", "1e3", "+1"]),
        (DecimalType(precision=6, scale=2), ["9999.99", "-0.5"], ["12345", "0.123"]),
        (DecimalType(precision=3, scale=0), ["999"], ["1000", "1.0"]),
        (DecimalType(precision=2, scale=2), ["0.12"], ["1", "1.1"]),
        (DecimalType(minimum=Decimal(0)), ["0", "7.5"], ["-1"]),
    ],
)
def test_a_decimal_is_text_whose_digits_are_counted(
    kind: DecimalType, fits: list[str], misfits: list[str]
) -> None:
    pattern = schema_of(kind)["pattern"]
    assert [one for one in fits if not re.search(pattern, one)] == []
    assert [one for one in misfits if re.search(pattern, one)] == []


def test_the_range_of_a_decimal_is_told_in_words() -> None:
    kind = DecimalType(minimum=Decimal("0.5"), maximum=Decimal(10))
    assert schema_of(kind)["description"] == "A decimal number of at least 0.5 and of at most 10."


@pytest.mark.parametrize("text", ["PT2H", "P1DT2H3M4.5S", "-PT5S", "P1D"])
def test_durations_have_their_form(text: str) -> None:
    assert re.search(DURATION, text)
    assert schema_of(DurationType())["pattern"] == DURATION


def test_the_length_of_bytes_is_that_of_their_text() -> None:
    schema = schema_of(BytesType(min_length=32, max_length=32))
    assert (schema["minLength"], schema["maxLength"]) == (44, 44)
    assert schema["contentEncoding"] == "base64"


def test_null_is_one_more_value() -> None:
    assert or_null({"type": "string", "enum": ["a"]}) == {
        "type": ["string", "null"],
        "enum": ["a", None],
    }
    assert or_null({"$ref": "#/x"}) == {"anyOf": [{"$ref": "#/x"}, {"type": "null"}]}
    assert or_null({}) == {}


def test_a_filter_asks_beyond_the_bounds_of_the_column() -> None:
    assert filter_schema(IntegerType(minimum=1, maximum=5)) == {
        "type": "integer",
        "format": "int64",
    }
    assert filter_schema(TextType(max_length=5, pattern="^a$")) == {"type": "string"}
    decimal = filter_schema(DecimalType(precision=3, scale=1, minimum=Decimal(0)))
    assert re.search(decimal["pattern"], "-1234.567")
    choice = ChoiceType(values=("a",), kind="text")
    assert filter_schema(choice)["enum"] == ["a"]
