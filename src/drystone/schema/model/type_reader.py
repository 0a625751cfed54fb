"""Annotations → column types: `Annotated[str, Length(1, 200)] | None` read once, at start.

The only place that knows Python's spellings of types; everything behind it works on the
records of `column_types`.
"""

from __future__ import annotations

import datetime
import re
import types
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, Flag
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from drystone.schema.model.bounds import Digits, Form, Length, Pattern, Range
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
from drystone.schema.model.namespace import LaterName
from drystone.schema.model.narrowing import (
    MAX_INT64,
    MIN_INT64,
    UnknownType,
    check_bounds,
    narrow,
)

_SURROGATE = re.compile("[\ud800-\udfff]")

_PLAIN: dict[object, ColumnType] = {
    str: TextType(),
    int: IntegerType(),
    float: FloatType(),
    bool: BooleanType(),
    Decimal: DecimalType(),
    uuid.UUID: UUIDType(),
    datetime.datetime: DateTimeType(),
    datetime.date: DateType(),
    datetime.time: TimeType(),
    datetime.timedelta: DurationType(),
    bytes: BytesType(),
}


@dataclass(frozen=True, slots=True)
class ReadType:
    """What an annotation says.

    Attributes:
        type: what the column holds.
        nullable: whether it may be NULL.
        marks: what stood in `Annotated` and is no bound of the value: rules, comments.
    """

    type: ColumnType
    nullable: bool
    marks: tuple[object, ...]


def read_type(annotation: Any) -> ReadType:
    """Return what an annotation says.

    Raises:
        UnknownType: nothing can be made of it.
    """
    if isinstance(annotation, LaterName):
        raise UnknownType(undefined(annotation))
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        read = read_type(inner)
        bounds = [mark for mark in marks if isinstance(mark, _BOUNDS)]
        others = tuple(mark for mark in marks if not isinstance(mark, _BOUNDS))
        kind = read.type
        if sum(isinstance(bound, Pattern) for bound in bounds) > 1:
            raise UnknownType("has two patterns; write one that says both")
        for bound in bounds:
            kind = narrow(kind, bound)
        check_bounds(kind)
        return ReadType(kind, read.nullable, read.marks + others)
    if origin in (Union, types.UnionType):
        return _read_union(get_args(annotation))
    return ReadType(_read_plain(annotation, origin), nullable=False, marks=())


_BOUNDS = (Length, Range, Pattern, Digits, Form)


def _read_union(members: tuple[Any, ...]) -> ReadType:
    others = [member for member in members if member is not type(None)]
    if len(others) != 1:
        raise UnknownType("is one of several types; a column has one, or one and None")
    return replace(read_type(others[0]), nullable=True)


def _read_plain(annotation: Any, origin: Any) -> ColumnType:
    if annotation in _PLAIN if isinstance(annotation, type) else False:
        return _PLAIN[annotation]
    if origin is Literal:
        return _choice(get_args(annotation))
    if origin in (list, tuple, set, frozenset) or annotation in (list, tuple, set, frozenset):
        return _read_array(annotation, origin)
    if annotation is Any or origin is dict or annotation is dict:
        return JSONType(python=annotation)
    if isinstance(annotation, type):
        if issubclass(annotation, Flag):
            raise UnknownType("is a Flag, whose members add up; write an Enum, or a list of one")
        if issubclass(annotation, Enum):
            values = tuple(member.value for member in annotation)
            return replace(_choice(values), enum=annotation)
        if issubclass(annotation, msgspec.Struct):
            return JSONType(python=annotation)
    raise UnknownType(
        f"is annotated {_name(annotation)}, which no column holds; write str, int, float, bool, "
        "Decimal, UUID, datetime, date, time, timedelta, bytes, a Literal, an Enum, a list of "
        "those, or a dict, Struct or Any for JSON"
    )


def _read_array(annotation: Any, origin: Any) -> ColumnType:
    arguments = get_args(annotation)
    if origin is not list or len(arguments) != 1:
        raise UnknownType("is a collection; write list[…] with the type of its items")
    item = read_type(arguments[0])
    if item.nullable or isinstance(item.type, ArrayType | JSONType):
        raise UnknownType("is a list of what a list cannot hold; use a model of its own, or JSON")
    return ArrayType(item=item.type)


def _choice(values: tuple[Any, ...]) -> ChoiceType:
    if not values:
        raise UnknownType("is an Enum without members; write some")
    # What an IntEnum or a StrEnum holds is an int or a str of its own class.
    if all(isinstance(value, str) for value in values):
        if not all(is_storable(value) for value in values):
            raise UnknownType("has a choice with a character that PostgreSQL cannot store")
        return ChoiceType(values=values, kind="text")
    if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        if not all(MIN_INT64 <= value <= MAX_INT64 for value in values):
            raise UnknownType("has a choice beyond 64 bits")
        return ChoiceType(values=values, kind="integer")
    if None in values:
        raise UnknownType("has None among its choices; write Literal[…] | None")
    raise UnknownType("has choices that are neither all text nor all integers")


def is_storable(text: str) -> bool:
    """Tell whether PostgreSQL can store a text: no U+0000, no half of a surrogate pair."""
    return "\0" not in text and not _SURROGATE.search(text)


def undefined(name: LaterName) -> str:
    """Say that a name is not there when the class is made."""
    return (
        f"is annotated with {name.name}, which is not defined here; import it, and not only "
        "under TYPE_CHECKING"
    )


def _name(annotation: Any) -> str:
    return getattr(annotation, "__name__", None) or repr(annotation)
