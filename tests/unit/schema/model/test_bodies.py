"""Bodies made from a model: what they take, and every fault told with its place."""

from __future__ import annotations

import enum
import json
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from tests.unit.schema.json_documents import judge, spell

from drystone import (
    Digits,
    Email,
    Field,
    Length,
    Model,
    OptionalRef,
    Pattern,
    Range,
    Ref,
    default,
    generated,
    made,
    made_by_database,
)
from drystone.errors import VIOLATION_CODES, ValidationFailed
from drystone.schema.json_limits import DEFAULT_LIMITS
from drystone.schema.model.bodies import create_body, given_values, patch_body, replace_body
from drystone.schema.model.column_types import DecimalType
from drystone.schema.model.decimal_faults import decimal_keeper
from drystone.schema.strict_json import JSONDecoder


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


class Label(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class Owner(Model):
    name: Field[str]


class Item(Model):
    """Something that is sold."""

    owner: Ref[Owner]
    heir: OptionalRef[Owner] = default(None)
    title: Field[Annotated[str, Length(1, 5)]]
    code: Field[Annotated[str, Pattern("^[A-Z]+$")] | None] = default(None)
    email: Field[Email | None] = default(None)
    amount: Field[Annotated[int, Range(1, 5)]] = default(3)
    ratio: Field[Annotated[float, Range(0, 1)] | None] = default(None)
    price: Field[Annotated[Decimal, Digits(5, 2), Range(0, 900)] | None] = default(None)
    sums: Field[list[Annotated[Decimal, Digits(3, 1)]]] = made(list)
    active: Field[bool] = default(True)
    kind: Field[Literal["a", "b"]] = default("a")
    size: Field[Size] = default(Size.SMALL)
    raw: Field[Annotated[bytes, Length(1, 2)] | None] = default(None)
    tags: Field[Annotated[list[Annotated[str, Length(1, 3)]], Length(0, 2)]] = made(list)
    at: Field[datetime | None] = default(None)
    day: Field[date | None] = default(None)
    hour: Field[time | None] = default(None)
    span: Field[timedelta | None] = default(None)
    label: Field[Label | None] = default(None)
    notes: Field[dict[str, Any]] = made(dict)
    number: Field[int] = made_by_database("nextval('numbers')")
    loud: Field[str] = generated("upper(title)")


OWNER = uuid.UUID(int=5)
LEAST = {"owner_id": str(OWNER), "title": "Door"}

CREATE: JSONDecoder[Any] = JSONDecoder(create_body(Item))
REPLACE: JSONDecoder[Any] = JSONDecoder(replace_body(Item))
PATCH: JSONDecoder[Any] = JSONDecoder(patch_body(Item))


def faults(decoder: JSONDecoder[Any], body: Any) -> list[tuple[str | None, str, str]]:
    with pytest.raises(ValidationFailed) as caught:
        decoder.decode(json.dumps(body).encode())
    return [(one.pointer, one.code, one.detail) for one in caught.value.errors]


def test_what_is_needed_is_enough_to_create_and_the_rest_has_defaults() -> None:
    body = CREATE.decode(json.dumps(LEAST).encode())
    assert (body.owner, body.title, body.amount, body.number) == (OWNER, "Door", UNSET, UNSET)
    given = given_values(body)
    assert (given["amount"], given["size"], given["heir"]) == (3, Size.SMALL, None)
    assert (given["tags"], "number" in given) == ([], False)
    assert given_values(body)["tags"] is not given["tags"]
    row = Item(**given)
    assert (row.title, row.active, row.kind) == ("Door", True, "a")


def test_a_change_holds_what_was_given_and_nothing_else() -> None:
    assert given_values(PATCH.decode(b"{}")) == {}
    changed = PATCH.decode(b'{"heir_id": null, "amount": 4}')
    assert given_values(changed) == {"heir": None, "amount": 4}
    assert faults(PATCH, {"title": None, "owner_id": None}) == [
        ("/owner_id", "type", "must be a UUID"),
        ("/title", "type", "must be a string"),
    ]


@pytest.mark.parametrize("name", ["id", "version", "created_at", "deleted_at", "loud"])
def test_read_only_fields_are_refused_but_where_a_row_is_put_back(name: str) -> None:
    value = str(OWNER) if name == "id" else 3
    said = (f"/{name}", "read_only", "is kept by the server, and cannot be set")
    assert faults(CREATE, {**LEAST, name: value}) == [said]
    assert faults(PATCH, {name: value}) == [said]
    if name == "version":
        assert REPLACE.decode(json.dumps({**LEAST, name: 3}).encode()).version == 3


def test_a_row_that_was_read_can_be_put_back() -> None:
    row = Item(
        owner=OWNER,
        title="Door",
        price=Decimal("1.50"),
        at=datetime(2026, 1, 31, tzinfo=UTC),
        version=4,
        loud="DOOR",
    )
    body = REPLACE.decode(msgspec.json.encode(row))
    assert (body.id, body.version, body.price, body.at) == (row.id, 4, row.price, row.at)
    assert body.created_at is UNSET
    assert given_values(REPLACE.decode(json.dumps(LEAST).encode()))["amount"] == 3


OUT_OF_UTC = "must lie in the years 1 to 9999 of UTC"

WRONG = [
    ({"title": ""}, "/title", "too_short", "must be at least 1 character"),
    ({"title": "123456"}, "/title", "too_long", "must be at most 5 characters"),
    ({"title": "a\0"}, "/title", "format", "must not contain the character U+0000"),
    ({"code": "a"}, "/code", "pattern", "must match the pattern ^[A-Z]+$"),
    ({"code": "A\n"}, "/code", "pattern", "must match the pattern ^[A-Z]+$"),
    ({"amount": 6}, "/amount", "too_large", "must be at most 5"),
    ({"amount": "3"}, "/amount", "type", "must be an integer"),
    ({"amount": None}, "/amount", "type", "must be an integer"),
    ({"number": 2**63}, "/number", "too_large", "must be at most 9223372036854775807"),
    ({"ratio": 1.5}, "/ratio", "too_large", "must be at most 1"),
    ({"price": "-1"}, "/price", "too_small", "must be at least 0"),
    ({"price": "900.01"}, "/price", "too_large", "must be at most 900"),
    ({"price": 1.005}, "/price", "format", "must have at most 2 digits behind the point"),
    ({"price": "x"}, "/price", "format", "must be a decimal number, as a string or a number"),
    ({"price": "NaN"}, "/price", "format", "must be a finite number"),
    ({"sums": ["1", "100"]}, "/sums/1", "too_large", "must have at most 2 digits before the point"),
    ({"active": 1}, "/active", "type", "must be true or false"),
    ({"kind": "c"}, "/kind", "enum", 'must be one of "a", "b"'),
    ({"size": "x"}, "/size", "enum", 'must be one of "small", "large"'),
    ({"raw": "AAAA"}, "/raw", "too_long", "must be at most 2 bytes"),
    ({"raw": "?"}, "/raw", "format", "must be base64 text"),
    ({"tags": ["a", "b", "c"]}, "/tags", "too_long", "must hold at most 2 items"),
    ({"tags": ["a", "long"]}, "/tags/1", "too_long", "must be at most 3 characters"),
    ({"tags": [None]}, "/tags/0", "type", "must be a string"),
    ({"at": "2026-01-31T12:00:00"}, "/at", "format", "must say its offset from UTC, such as Z"),
    ({"at": "0001-01-01T00:00:00+00:01"}, "/at", "format", OUT_OF_UTC),
    ({"at": "9999-12-31T23:59:59-00:01"}, "/at", "format", OUT_OF_UTC),
    ({"day": "x"}, "/day", "format", "must be a date, such as 2026-01-31"),
    ({"hour": "12:00:00Z"}, "/hour", "format", "must not say an offset from UTC"),
    ({"span": 3}, "/span", "type", "must be an ISO 8601 duration, such as P1DT2H or null"),
    ({"label": {"tex": "a"}}, "/label/text", "required", "is required"),
    ({"owner_id": "x"}, "/owner_id", "format", "must be a UUID"),
    ({"titel": 1}, "/titel", "unknown_field", 'is not a known field; did you mean "title"?'),
    ({"owner": "x"}, "/owner", "unknown_field", 'is not a known field; did you mean "owner_id"?'),
]


@pytest.mark.parametrize(("change", "pointer", "code", "detail"), WRONG)
def test_a_fault_is_told_with_its_place(
    change: dict[str, Any], pointer: str, code: str, detail: str
) -> None:
    assert (pointer, code, detail) in faults(CREATE, {**LEAST, **change})


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_the_first_and_the_last_moment_are_taken(at: str) -> None:
    CREATE.decode(json.dumps({**LEAST, "at": at}).encode())


def test_all_faults_are_told_at_once() -> None:
    wrong = {"price": "1.005", "sums": ["1.25"], "amount": 9, "title": "", "x": 1}
    assert [(pointer, code) for pointer, code, _ in faults(CREATE, wrong)] == [
        ("/owner_id", "required"),
        ("/title", "too_short"),
        ("/amount", "too_large"),
        ("/price", "format"),
        ("/sums/0", "format"),
        ("/x", "unknown_field"),
    ]


def test_a_body_is_one_class_per_model() -> None:
    assert create_body(Item) is create_body(Item)
    assert create_body(Item).__name__ == "ItemCreate"
    assert {create_body(Item), replace_body(Item), patch_body(Item)}.__len__() == 3
    with pytest.raises(TypeError, match="is no model"):
        create_body(int)


@settings(max_examples=400, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False) | st.decimals(-1000, 1000, places=3))
def test_digits_are_judged_as_by_arithmetic(number: Decimal) -> None:
    fits = (
        0 <= number <= 900 and number == number.quantize(Decimal("0.01"))
        if (abs(number) < 10**20)
        else False
    )
    body = json.dumps({**LEAST, "price": str(number)}).encode()
    try:
        taken = CREATE.decode(body).price == number
    except ValidationFailed:
        taken = False
    assert taken == fits
    keeper = decimal_keeper(
        DecimalType(precision=5, scale=2, minimum=Decimal(0), maximum=Decimal(900))
    )
    assert keeper is not None
    assert fits or not keeper(number)


def test_ordinary_decimals_are_kept_without_counting_their_digits() -> None:
    keeper = decimal_keeper(DecimalType(precision=5, scale=2))
    assert keeper is not None
    assert all(keeper(Decimal(text)) for text in ("0", "1.5", "1.500", "-999.99", "1e2", "-0"))
    assert not any(keeper(Decimal(text)) for text in ("1000", "0.001", "NaN", "sNaN", "Infinity"))
    assert not any(keeper(Decimal(text)) for text in ("1e-2000000", "1e2000000", "1" * 99))
    assert [decimal_keeper(DecimalType()), decimal_keeper(DecimalType(precision=30))] == [None] * 2


MEMBERS = {
    "owner_id": [f'"{OWNER}"', "null"],
    "title": ['"Door"', '"a\\"b"', '"\\u00e9"', '""', '"\\u0000"'],
    "heir_id": ["null", f'"{OWNER}"'],
    "amount": ["3", "4", "9"],
    "price": ["null", '"1.5"', "1.5", "1e2", '"1.555"'],
    "kind": ['"a"', '"b"'],
    "tags": ["[]", '["a"]', '["a","\\""]'],
    "active": ["true", "false"],
    "label": ["null", '{"text":"x"}', '{"text":"x","text":"y"}'],
    "notes": ["{}", '{"a":1}', '{"a":1,"a":2}', '{"a":[{"b":"\\\\"}]}'],
    "extra": ["1"],
}
MEMBER = st.sampled_from([(name, text) for name, texts in MEMBERS.items() for text in texts])


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(MEMBER, max_size=9, unique_by=lambda one: one[0]) | st.lists(MEMBER, max_size=9),
    st.sampled_from(["", " ", "\n  "]),
    st.sampled_from([CREATE, REPLACE, PATCH]),
)
def test_a_body_is_taken_exactly_when_it_is_sound_and_whole(
    chosen: list[tuple[str, str]], space: str, decoder: JSONDecoder[Any]
) -> None:
    members = [*chosen]
    if "title" not in dict(members):
        members += [("title", '"Door"')]
    if "owner_id" not in dict(members):
        members += [("owner_id", f'"{OWNER}"')]
    data = (
        "{" + ",".join(f"{space}{spell(n)}{space}:{space}{t}" for n, t in members) + "}"
    ).encode()
    wanted = {id(CREATE): create_body, id(REPLACE): replace_body, id(PATCH): patch_body}
    try:
        expected: Any = msgspec.json.decode(data, type=wanted[id(decoder)](Item))
    except msgspec.ValidationError:
        expected = None
    sound = judge(data, DEFAULT_LIMITS) == "ok" and '"1.555"' not in dict(members).values()
    if expected is None or not sound:
        with pytest.raises(ValidationFailed) as caught:
            decoder.decode(data)
        assert {one.code for one in caught.value.errors} <= VIOLATION_CODES
    else:
        assert decoder.decode(data) == expected
