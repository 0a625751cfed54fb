from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import msgspec
import pytest
from msgspec import Meta
from tests.unit.schema.json_documents import Cat, Colour, Dog, Even, Row

from drystone.schema.json_scan import MAX_VIOLATIONS
from drystone.schema.validation import allows_unknown_fields, collect_violations


def found(wanted: Any, value: Any) -> list[tuple[str | None, str, str]]:
    faults = collect_violations(msgspec.inspect.type_info(wanted), value)
    return [(one.pointer, one.code, one.detail) for one in faults]


@pytest.mark.parametrize(
    ("wanted", "value", "code", "detail"),
    [
        (int, "1", "type", "must be an integer"),
        (int, True, "type", "must be an integer"),
        (int, 1.0, "type", "must be an integer"),
        (float, "1", "type", "must be a number"),
        (bool, 1, "type", "must be true or false"),
        (str, None, "type", "must be a string"),
        (None, 0, "type", "must be null"),
        (list[int], {}, "type", "must be an array"),
        (dict[str, int], [], "type", "must be an object"),
        (Dog, [], "type", "must be an object"),
        (int | None, "1", "type", "must be an integer or null"),
        (
            Annotated[str, Meta(max_length=200)],
            "a" * 201,
            "too_long",
            "must be at most 200 characters",
        ),
        (Annotated[str, Meta(min_length=1)], "", "too_short", "must be at least 1 character"),
        (Annotated[str, Meta(pattern="^a$")], "b", "pattern", "must match the pattern ^a$"),
        (Annotated[int, Meta(ge=1)], 0, "too_small", "must be at least 1"),
        (Annotated[int, Meta(gt=1)], 1, "too_small", "must be greater than 1"),
        (Annotated[int, Meta(le=5)], 6, "too_large", "must be at most 5"),
        (Annotated[float, Meta(lt=5)], 5, "too_large", "must be less than 5"),
        (Annotated[int, Meta(multiple_of=5)], 6, "format", "must be a multiple of 5"),
        (Annotated[list[int], Meta(max_length=1)], [1, 2], "too_long", "must hold at most 1 item"),
        (
            Annotated[dict[str, int], Meta(min_length=2)],
            {},
            "too_short",
            "must hold at least 2 keys",
        ),
        (Annotated[bytes, Meta(max_length=1)], "YWI=", "too_long", "must be at most 1 byte"),
        (bytes, "!", "format", "must be base64 text"),
        (uuid.UUID, "x", "format", "must be a UUID"),
        (date, "2026-02-30", "format", "must be a date, such as 2026-01-31"),
        (Decimal, "x", "format", "must be a decimal number, as a string or a number"),
        (
            Annotated[datetime, Meta(tz=True)],
            "2026-01-31T12:00:00",
            "format",
            "must say its offset from UTC, such as Z",
        ),
        (
            Annotated[datetime, Meta(tz=False)],
            "2026-01-31T12:00:00Z",
            "format",
            "must not say an offset from UTC",
        ),
        (Literal["a", "b"], "c", "enum", 'must be one of "a", "b"'),
        (Literal["a"], 1, "enum", 'must be "a"'),
        (Colour, "RED", "enum", 'must be one of "red", "blue"'),
        (Even, {"n": 1}, "format", "must be even"),
        (Row, [], "too_short", "must hold at least 1 item"),
        (tuple[int, str], [1, "a", 2], "too_long", "must hold at most 2 items"),
    ],
)
def test_a_fault_is_told_in_one_sentence_that_names_the_bound(
    wanted: Any, value: Any, code: str, detail: str
) -> None:
    assert found(wanted, value) == [("", code, detail)]


class Line(msgspec.Struct, rename={"unit_price": "unit/price"}):
    quantity: Annotated[int, Meta(ge=1)]
    unit_price: Decimal


class Order(msgspec.Struct, rename="camel"):
    customer_name: str
    lines: list[Line]
    labels: dict[Annotated[str, Meta(max_length=3)], int] = {}
    pet: Cat | Dog | None = None


def test_every_fault_is_found_at_its_place_by_the_names_that_are_sent() -> None:
    value = {
        "customer_name": "x",
        "lines": [{"quantity": 1, "unit/price": "1.5"}, {"quantity": 0, "unit/price": "x"}, 3],
        "labels": {"long~": 1, "b": "c"},
        "pet": {"type": "dog", "nme": "Rex"},
    }
    assert [(pointer, code) for pointer, code, _ in found(Order, value)] == [
        ("/customerName", "required"),
        ("/lines/1/quantity", "too_small"),
        ("/lines/1/unit~1price", "format"),
        ("/lines/2", "type"),
        ("/labels/long~0", "too_long"),
        ("/labels/b", "type"),
        ("/pet/name", "required"),
        ("/pet/nme", "unknown_field"),
        ("/customer_name", "unknown_field"),
    ]


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("customername", 'is not a known field; did you mean "customerName"?'),
        ("line", 'is not a known field; did you mean "lines"?'),
        ("zzz", "is not a known field"),
        ("x" * 100_000, "is not a known field"),
    ],
)
def test_an_unknown_field_comes_with_the_nearest_known_one(name: str, detail: str) -> None:
    value = {"customerName": "x", "lines": [], name: 1}
    ((_, code, said),) = found(Order, value)
    assert (code, said) == ("unknown_field", detail)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, [("/type", "required", "is required")]),
        ({"type": "cow"}, [("/type", "enum", 'must be one of "cat", "dog"')]),
        ({"type": 1}, [("/type", "enum", 'must be one of "cat", "dog"')]),
        ({"type": "cat", "lives": "9"}, [("/lives", "type", "must be an integer")]),
        ({"type": "cat"}, []),
        (5, [("", "type", "must be an object")]),
    ],
)
def test_a_tagged_union_is_judged_by_its_tag(value: Any, expected: list[Any]) -> None:
    assert found(Cat | Dog, value) == expected


def test_the_member_that_fits_best_speaks_for_a_union() -> None:
    wanted = list[Annotated[str, Meta(min_length=2)] | int]
    assert found(wanted, ["a", 1, None]) == [
        ("/0", "too_short", "must be at least 2 characters"),
        ("/2", "type", "must be a string or an integer"),
    ]


def test_nothing_of_the_value_is_repeated() -> None:
    class Login(msgspec.Struct):
        password: Annotated[str, Meta(max_length=8)]
        role: Literal["user"]

    faults = found(Login, {"password": "hunter2hunter2", "role": "hunter3"})
    said = " ".join(detail for *_, detail in faults)
    assert said
    assert "hunter" not in said


def test_a_sound_value_has_no_faults() -> None:
    value = {"customerName": "x", "lines": [{"quantity": 1, "unit/price": 2}], "pet": None}
    assert found(Order, value) == []


def test_the_list_of_faults_is_bounded() -> None:
    assert len(found(list[int], ["x"] * 5_000)) == MAX_VIOLATIONS


class Closed(msgspec.Struct, forbid_unknown_fields=True):
    inner: list[Dog]


class Open(TypedDict):
    a: int


class Point(NamedTuple):
    x: Closed
    y: Cat


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (int, False),
        (Closed, False),
        (dict[str, Closed | None], False),
        (Open, True),
        (tuple[int, Cat], True),
        (Point, True),
        (dict[str, list[Open]], True),
    ],
)
def test_types_that_skip_fields_are_known(wanted: Any, expected: bool) -> None:
    assert allows_unknown_fields(msgspec.inspect.type_info(wanted)) is expected
