"""The first proof: never of a document that lost something, at once of ordinary ones."""

from __future__ import annotations

import datetime
import json
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal, NoReturn

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Meta, UnsetType
from tests.unit.schema.json_documents import (
    SMALL,
    holds_unknown_field,
    judge,
    spell,
    typed_documents,
)

from drystone.errors import ValidationFailed
from drystone.schema.json_limits import DEFAULT_LIMITS, JSONLimits
from drystone.schema.json_proof import compile_decode
from drystone.schema.own_bounds import compile_bounds, own_bound
from drystone.schema.strict_json import JSONDecoder

# A busy machine is no fault of the strategies.
SLOW = [HealthCheck.too_slow]


def _is_price(value: Decimal) -> bool:
    return value.is_finite() and 0 <= value <= 9


def _price_faults(value: Decimal | str | float) -> list[tuple[str, str]]:
    return [] if _is_price(Decimal(value)) else [("too_large", "must be within 0 and 9")]


Price = Annotated[Decimal, own_bound(_price_faults, keeper=_is_price)]
Moment = Annotated[datetime.datetime, Meta(tz=True)]


class Label(msgspec.Struct, forbid_unknown_fields=True):
    x: str = ""
    u: int | None = msgspec.field(name="ü", default=None)


class Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    id: Annotated[int, Meta(ge=0, le=9)]
    a: str | UnsetType = UNSET
    b: str | UnsetType | None = UNSET
    price: Price | UnsetType | None = UNSET
    at: Moment | UnsetType | None = UNSET
    local: datetime.datetime | UnsetType = UNSET
    hour: datetime.time | UnsetType = UNSET
    kind: Literal["a", ":"] | UnsetType = UNSET
    label: Label | UnsetType | None = UNSET
    labels: list[Label] | UnsetType = UNSET
    one: uuid.UUID | Label | UnsetType = UNSET
    names: dict[str, str] | UnsetType = UNSET
    rest: Any = UNSET


class Patch(msgspec.Struct, forbid_unknown_fields=True):
    a: Annotated[str, Meta(max_length=9)] | UnsetType = UNSET
    b: bool | UnsetType = UNSET
    title: str | UnsetType = UNSET
    moment: Moment | UnsetType | None = UNSET
    price: Price | UnsetType | None = UNSET
    some_count: int | UnsetType = UNSET


def is_proved(wanted: Any, data: bytes, limits: JSONLimits = DEFAULT_LIMITS) -> bool:
    """Tell whether the decoder of a type needs no second look at a document that it takes."""

    def explain(_data: bytes, refusal: Exception) -> NoReturn:
        raise refusal

    decode = compile_decode(
        msgspec.inspect.type_info(wanted),
        limits,
        bounds=compile_bounds(msgspec.inspect.type_info(wanted)),
        decode=msgspec.json.Decoder(wanted).decode,
        refusals=(msgspec.DecodeError,),
        explain=explain,
        settle=lambda _data, _value: UNSET,
    )
    return decode(data) is not UNSET


LABELS = ["{}", '{"x":"x"}', '{"x":"","x":":"}', '{"ü":1}', '{"ü":null,"ü":null}', '{"x" :"::"}']
TIMES = ["2026-03-01T12:00:00", "2026-03-01T12\\u003a00\\u003a00", "2026-03-01T12:00:01.5"]
TEXTS = ['""', '":"', '": "', '"12:00"', '"x:00"', '"\\u003a"', '"\\"a\\":"', '"\\n"', '"\\u0000"']
MEMBERS = {
    "id": ["1"],
    "a": TEXTS,
    "b": [*TEXTS, "null", '"b"', '"::::"'],
    "price": ["1", "1.50", '"1.5"', "null", "12", "1e30", '"NaN"', '"\\u0031"'],
    "at": [f'"{time}{offset}"' for time in TIMES for offset in ("Z", "+00:00", "+0200", "-02:30")],
    "local": [f'"{time}{offset}"' for time in TIMES for offset in ("", "Z", "+02:00")],
    "hour": ['"12:00:00"', '"12:00:01"', '"12\\u003a00\\u003a00"', '"12:00:00+0200"'],
    "kind": ['"a"', '":"', '"\\u003a"'],
    "label": ["null", *LABELS],
    "labels": ["[]", f"[{','.join(LABELS)}]", '[{"x":"a"},{"x":"b"}]', "[{},{}]"],
    "one": [f'"{uuid.UUID(int=5)}"', *LABELS],
    "names": ["{}", '{"a":"a","b":":"}', '{"a":"a","a":"b"}', '{":00":":00"}'],
    "rest": ["null", '":"', "[]", "{}", '{"a":1,"a":1}', "1", "1e400", "[9223372036854775808]"],
    "unknown": ["1", '":"'],
}
MEMBER = st.sampled_from([(name, text) for name, texts in MEMBERS.items() for text in texts])
BLANKS = st.sampled_from(["", "", " ", "\n", "\t", "\r\n"])
KEYS = st.sampled_from([spell, spell, lambda name: f'"\\u{ord(name[0]):04x}{name[1:]}"'])


@st.composite
def objects(draw: st.DrawFn) -> bytes:
    """Return an object with members as above, some of them more than once."""
    members = draw(st.lists(MEMBER, max_size=7, unique_by=lambda one: one[0]))
    for doubled in draw(st.lists(st.sampled_from(members), max_size=2) if members else st.just([])):
        members.append((doubled[0], draw(st.sampled_from(MEMBERS[doubled[0]]))))
    if "id" not in dict(members):
        members.append(("id", "1"))
    texts = [f"{draw(KEYS)(name)}{draw(BLANKS)}:{draw(BLANKS)}{text}" for name, text in members]
    return f"{{{','.join(texts)}}}".encode()


def assert_taken_if_whole(wanted: Any, data: bytes) -> None:
    """Hold the decoder and its first proof against the slow judge."""
    try:
        price = msgspec.json.decode(data, type=wanted).price
    except msgspec.ValidationError:
        with pytest.raises(ValidationFailed):
            JSONDecoder(wanted).decode(data)
        return
    keeps = not isinstance(price, Decimal) or _is_price(price)
    if keeps and judge(data, DEFAULT_LIMITS) == "ok":
        assert JSONDecoder(wanted).decode(data) == msgspec.json.decode(data, type=wanted)
        return
    assert not is_proved(wanted, data)
    with pytest.raises(ValidationFailed):
        JSONDecoder(wanted).decode(data)


@settings(max_examples=1500, deadline=None, suppress_health_check=SLOW)
@given(objects())
def test_a_body_is_taken_exactly_if_nothing_of_it_was_lost(data: bytes) -> None:
    assert_taken_if_whole(Body, data)


SHORT = [
    *['"a":""', '"a":"b"', '"\\u0061":""', '"b":true', '"b":false', '"title":"a"', '"price":1'],
    *['"price":-1', '"title":"\\u0000"', '"moment":null', '"some_count":1e3', '"x":1'],
    *['"some_count":9223372036854775807', '"some_count":9223372036854775808'],
]


@settings(max_examples=500, deadline=None, suppress_health_check=SLOW)
@given(st.lists(st.sampled_from(SHORT), max_size=3))
def test_a_patch_too_short_for_a_fault_has_none(members: list[str]) -> None:
    assert_taken_if_whole(Patch, f"{{{','.join(members)}}}".encode())


@settings(max_examples=600, deadline=None, suppress_health_check=SLOW)
@given(typed_documents(), st.sampled_from([DEFAULT_LIMITS, SMALL]))
def test_of_no_type_is_a_document_proved_that_the_slow_judge_refuses(
    example: tuple[Any, bytes], limits: JSONLimits
) -> None:
    wanted, data = example
    try:
        value = msgspec.json.decode(data, type=wanted)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    if is_proved(wanted, data, limits):
        assert judge(data, limits) == "ok"
        assert not holds_unknown_field(msgspec.json.decode(data), value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"id":1,"id":1}',
        b'{"id":1,"id" :1}',
        b'{"id":1, "id"\n:1,"a":":"}',
        b'{"id":1,"a":"b","a":":"}',
        b'{"id":1,"\\u0061":"b","a":"c"}',
        # Text that was sent without a colon cannot stand in for a member.
        b'{"id":1,"a":"\\u003a","id":2}',
        b'{"id":1,"at":"2026-03-01T12\\u003a00\\u003a00Z","id":2,"id":3}',
        b'{"id":1,"at":"2026-03-01T12:00:00+0200","id":3}',
        b'{"id":1,"local":"2026-03-01T12:00:00","id":3}',
        b'{"id":1,"a":"12:00","a":"12:00"}',
        b'{"id":1,"label":{"x":"a","x":"b"}}',
        b'{"id":1,"labels":[{},{"x":"a","x":"b"},{}]}',
        '{"id":1,"label":{"ü":1,"ü":2}}'.encode(),
        b'{"id":1,"one":{"x":"a","x":"b"}}',
        b'{"id":1,"names":{"id":"id","id":"id"}}',
        b'{"id":1,"rest":{"id":1,"id":1}}',
        b'{"id":1,"label":{"x":"a"},"label":{}}',
        b'{"id":1,"a":"\\u0000"}',
        b'{"id":1,"rest":9223372036854775808}',
    ],
)
def test_what_lost_a_member_or_holds_a_nul_is_not_proved(data: bytes) -> None:
    msgspec.json.decode(data, type=Body)
    assert not is_proved(Body, data)
    with pytest.raises(ValidationFailed):
        JSONDecoder(Body).decode(data)


ORDINARY = {
    "id": 1,
    "a": "a",
    "price": "1.5",
    "at": "2026-03-01T12:00:00Z",
    "label": {"x": "id", "ü": 1},
    "labels": [{}, {"x": "x"}],
    "one": {"x": "y"},
    "names": {"id": "id"},
}


@pytest.mark.parametrize(
    "changes",
    [
        *[{}, {"price": 1.5}, {"a": "Note: 12:00, 13:00"}, {"b": 'Say "hi"\n', "a": "\\"}],
        *[{"at": "2026-03-01T12:00:00+02:00"}, {"at": "2026-03-01T12:00:00.5Z", "b": None}],
        *[{"local": "2026-03-01T12:00:00"}, {"hour": "12:00:00"}, {"one": str(uuid.UUID(int=5))}],
        *[{"a": "é€"}, {"a": " : ", "rest": None}, {"b": "long: " * 2_000}],
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_an_ordinary_body_is_proved_at_once(changes: dict[str, Any], indent: int | None) -> None:
    assert is_proved(Body, json.dumps(ORDINARY | changes, indent=indent).encode())


def test_a_patch_of_one_field_is_proved_at_once() -> None:
    assert is_proved(Patch, b'{"a":":::"}')
    assert not is_proved(Patch, b'{"a":0,"a":0}'.replace(b"0", b'""'))


class Switches(msgspec.Struct, forbid_unknown_fields=True):
    on: bool | UnsetType = UNSET
    n: Annotated[int, Meta(ge=0, le=9)] | UnsetType = UNSET


@pytest.mark.parametrize("data", [b'{"n":1,"n":1}', b'{"n":1,"n" : 1}', b'{"on":true,"on":true}'])
def test_the_shortest_document_with_a_fault_is_looked_at(data: bytes) -> None:
    assert is_proved(Switches, b'{"n":1}')
    assert not is_proved(Switches, data)


def test_proofs_vouch_for_the_limits() -> None:
    few = JSONLimits(max_depth=2, max_keys=2, max_items=2, max_string_bytes=20)
    assert not is_proved(Body, b'{"id":1}', few)  # it has more fields than an object may
    assert is_proved(list[Label], b"[{},{}]", few)
    assert not is_proved(list[Label], b"[{},{},{}]", few)
    assert not is_proved(list[list[Label]], b"[[{}]]", few)
    assert not is_proved(Label, b'{"x":"12345678901234567890"}', few)
    assert is_proved(Decimal, b"9223372036854775807")
    assert not is_proved(Decimal, b"9223372036854775808")


@pytest.mark.parametrize("text", ["2026-03-01", "2026-03-01T12:00", "20260301T120000Z", "12:00"])
def test_times_have_two_colons(text: str) -> None:
    for kind in (datetime.datetime, datetime.time):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(f'"{text}"', type=kind)
