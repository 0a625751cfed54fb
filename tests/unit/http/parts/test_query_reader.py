"""Parameters as an instance of the class that declares them."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta

from drystone.errors import BadRequest, InvalidParameter, UnknownParameter
from drystone.http.parts.query import Query
from drystone.http.parts.query_reader import QueryReader
from drystone.http.parts.value_list import MAX_LIST_ITEMS
from drystone.schema.own_bounds import own_bound

ID = UUID("019b8fbf-0000-7000-8000-000000000001")


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


def even(value: int) -> Iterator[tuple[str, str]]:
    if value % 2:
        yield "format", "must be even"


class Asked(msgspec.Struct, rename={"most": "limit"}):
    word: Annotated[str, Meta(min_length=1, max_length=5)] = ""
    most: Annotated[int, Meta(ge=1, le=9)] = 5
    number: int = 0
    rate: float = 0.5
    price: Decimal = Decimal(1)
    is_open: bool = False
    day: date | None = None
    at: Annotated[datetime, Meta(tz=True)] | None = None
    id: UUID | None = None
    kind: Literal["a", "b"] | None = None
    level: Literal[1, 2] = 1
    colour: Colour = Colour.RED
    pairs: Annotated[int, own_bound(even)] = 1
    ids: list[UUID] = []
    sizes: Annotated[list[Annotated[int, Meta(ge=0)]], Meta(max_length=3)] | None = None
    names: list[str] | msgspec.UnsetType = msgspec.UNSET


def ask(**parameters: str) -> Asked:
    return Query.parse(urlencode(parameters).encode()).read(Asked)


def refuse(raw: str, wanted: type = Asked) -> list[tuple[str | None, str]]:
    with pytest.raises(BadRequest) as caught:
        Query.parse(raw.encode()).read(wanted)
    return [(one.parameter, one.code) for one in caught.value.errors]


def test_what_is_not_asked_has_its_default() -> None:
    assert Query.EMPTY.read(Asked) == Asked()


@pytest.mark.parametrize(
    ("name", "text", "attribute", "value"),
    [
        ("word", "é", "word", "é"),
        ("limit", "9", "most", 9),
        ("number", "-9223372036854775808", "number", -(2**63)),
        ("rate", "-1.5e2", "rate", -150.0),
        ("rate", "2", "rate", 2.0),
        ("price", "12.50", "price", Decimal("12.50")),
        ("is_open", "true", "is_open", True),
        ("day", "2026-01-31", "day", date(2026, 1, 31)),
        ("at", "2026-01-31T12:00:00Z", "at", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("at", "2026-01-31T14:00:00+02:00", "at", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("id", str(ID), "id", ID),
        ("kind", "b", "kind", "b"),
        ("level", "2", "level", 2),
        ("colour", "blue", "colour", Colour.BLUE),
        ("pairs", "4", "pairs", 4),
        ("ids", f"{ID},{ID}", "ids", [ID, ID]),
        ("sizes", "0,1,2", "sizes", [0, 1, 2]),
        ("names", 'a,"b,c",""', "names", ["a", "b,c", ""]),
    ],
)
def test_a_text_becomes_a_value_of_its_type(
    name: str, text: str, attribute: str, value: object
) -> None:
    found = getattr(ask(**{name: text}), attribute)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("word=", "too_short"),
        ("word=abcdef", "too_long"),
        ("word=a&word=a", "duplicate"),
        ("limit=0", "too_small"),
        ("limit=10", "too_large"),
        ("limit=" + "9" * 5000, "too_large"),
        ("limit=", "type"),
        ("limit=null", "type"),
        ("number=9223372036854775808", "too_large"),
        ("number=-9223372036854775809", "too_small"),
        ("number=07", "type"),
        ("number=%2B7", "type"),
        ("number=1_000", "type"),
        ("number=7.0", "type"),
        ("number=%D9%A7", "type"),
        ("rate=nan", "type"),
        ("rate=1e999", "too_large"),
        ("rate=-1e999", "too_small"),
        ("price=NaN", "type"),
        ("price=1e3", "type"),
        ("is_open=1", "type"),
        ("is_open=True", "type"),
        ("day=2026-02-30", "format"),
        ("at=2026-01-31T12:00:00", "format"),
        ("at=2026-01-31T12:00:00+02:00", "format"),
        ("at=0001-01-01T00:00:00%2B00:01", "format"),
        ("id=7", "format"),
        ("kind=c", "enum"),
        ("kind=null", "enum"),
        ("level=3", "enum"),
        ("level=01", "enum"),
        ("colour=RED", "enum"),
        ("pairs=3", "format"),
        ("ids=", "too_short"),
        ('ids="', "format"),
        ("ids=" + "," * MAX_LIST_ITEMS, "too_long"),
        (f"ids={ID}&ids={ID}", "duplicate"),
        ("sizes=1,2,3,4", "too_long"),
    ],
)
def test_another_text_is_refused(raw: str, code: str) -> None:
    assert refuse(raw) == [(raw.partition("=")[0], code)]


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        ("limit=10", 'The parameter "limit" must be at most 9.'),
        ("kind=c", 'The parameter "kind" must be one of "a", "b".'),
        ("ids=7", 'The parameter "ids" holds what it cannot: value 1 must be a UUID.'),
        ("sizes=0,-1", 'The parameter "sizes" holds what it cannot: value 2 must be at least 0.'),
        ("limti=5", 'There is no parameter "limti"; did you mean "limit"?'),
        ("most=5", 'There is no parameter "most".'),
    ],
)
def test_a_fault_is_told_in_a_sentence(raw: str, detail: str) -> None:
    with pytest.raises(BadRequest) as caught:
        Query.parse(raw.encode()).read(Asked)
    assert caught.value.detail == detail
    assert caught.value.errors[0].detail == detail


def test_an_offset_whose_plus_was_a_space_is_explained() -> None:
    with pytest.raises(InvalidParameter, match=r"with \+ written as %2B"):
        Query.parse(b"at=2026-01-31T12:00:00+02:00").read(Asked)


def test_all_faults_are_told_at_once_in_the_order_of_the_query() -> None:
    raw = "nope=1&sizes=x,-1,y&limit=10&word=a&day=x&pairs=1"
    assert refuse(raw) == [
        ("nope", "unknown_field"),
        ("sizes", "type"),
        ("sizes", "type"),
        ("limit", "too_large"),
        ("day", "format"),
        ("pairs", "format"),
    ]


def test_unknown_parameters_alone_have_a_code_of_their_own() -> None:
    with pytest.raises(UnknownParameter, match="2 parameters are unknown"):
        Query.parse(b"a=1&b=2&limit=3").read(Asked)
    with pytest.raises(InvalidParameter, match="The query has 2 faults"):
        Query.parse(b"a=1&limit=x").read(Asked)


@dataclass
class Span:
    """A dataclass, with a rule over two of its fields."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("The last day lies before the first.")


def test_a_dataclass_is_read_too() -> None:
    found = Query.parse(b"first=2026-01-01&last=2026-01-02").read(Span)
    assert found == Span(date(2026, 1, 1), date(2026, 1, 2))


def test_what_has_no_default_must_be_there() -> None:
    assert refuse("first=2026-01-01", Span) == [("last", "required")]


def test_a_class_may_refuse_its_fields_together() -> None:
    with pytest.raises(InvalidParameter, match="The last day lies before the first") as caught:
        Query.parse(b"first=2026-01-02&last=2026-01-01").read(Span)
    assert [one.parameter for one in caught.value.errors] == [None]


class Tagged(msgspec.Struct, tag=True):
    a: int


class Row(msgspec.Struct, array_like=True):
    a: int


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (dict[str, int], "is of type Dict"),
        (Span, "is of type Span"),
        (bytes, "is of type Bytes"),
        (Any, "is of type Any"),
        (object, "is of type"),
        (int | str, "is one of several types"),
        (list[int] | int, "is one of several types"),
        (list[list[int]], "holds what is of type List"),
        (Literal[1, "1"], "written alike"),
        (None, "is of type None"),
    ],
)
def test_a_type_that_no_text_says_is_refused_at_once(kind: Any, words: str) -> None:
    wanted = msgspec.defstruct("Wrong", [("field", kind)])
    with pytest.raises(TypeError, match=rf"^Wrong\.field .*{words}.*; write str, int, float"):
        QueryReader(wanted)


@pytest.mark.parametrize("wanted", [int, dict, Any, "Asked", Asked(), Tagged, Row])
def test_only_plain_classes_with_fields_are_read(wanted: Any) -> None:
    with pytest.raises(TypeError, match="write a"):
        QueryReader(wanted)


def test_a_type_that_is_not_there_is_named() -> None:
    wanted = msgspec.defstruct("Wrong", [("field", "Nowhere")])
    with pytest.raises(TypeError, match="name 'Nowhere' is not defined"):
        QueryReader(wanted)
